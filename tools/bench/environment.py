# tools/bench/environment.py -- the peers' Python: packages of peers.txt, from the package index, in an environment of their own.
import hashlib
import os
import pathlib
import subprocess
import sys

LIST = pathlib.Path(__file__).parent / "peers.txt"


def python():
    """Its path; made where it is not there. Several GB with the libraries for GPUs that the wheel of torch asks for."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "weir"
    home = cache / f"peers-{hashlib.sha256(LIST.read_bytes()).hexdigest()[:12]}"
    program = home / "bin/python"
    if not (home / "whole").exists():
        print(f"installing the peers into {home}, once; several GB", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        words = LIST.read_text().split()
        torch = [word for word in words if word.startswith("torch==")]
        # The peers' own wishes for packages include frameworks for training that nothing here uses.
        subprocess.run([program, "-m", "pip", "install", "--quiet", *torch], check=True)
        subprocess.run([program, "-m", "pip", "install", "--quiet", "--no-deps", *(word for word in words if word not in torch)], check=True)
        (home / "whole").touch()
    return program
