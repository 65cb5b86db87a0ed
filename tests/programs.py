# tests/programs.py -- for tests in Python: modules that they need, and the program with the exit code that it must have.
import importlib.util
import os
import pathlib
import subprocess
import sys

WEIR = pathlib.Path(os.environ["WEIR_BIN_DIR"]) / "weir"


def needs(*modules):
    """Ends the test as skipped where Python lacks one."""
    for module in modules:
        if importlib.util.find_spec(module) is None:
            print(f"skipped: {sys.executable} lacks {module}")
            sys.exit(77)


def weir(*words, exit=0, **environment):
    """What it says, on both streams."""
    done = subprocess.run([WEIR, *map(str, words)], capture_output=True, text=True, env={**os.environ, **environment})
    assert done.returncode == exit, f"{words}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr
