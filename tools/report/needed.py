# tools/report/needed.py -- what a program here needs of Python, asked before the first import.
import importlib.util
import sys

# Python's name of a module, and how it is had.
HAD_BY = {"numpy": "apt-get install python3-numpy", "h5py": "apt-get install python3-h5py", "matplotlib": "apt-get install python3-matplotlib",
          "jinja2": "apt-get install python3-jinja2", "tensorboard": "pip install tensorboard"}


def lacking(what, *names):
    """In words; "" where everything is there. `what` with its verb, as "the report needs"."""
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    commands = {}
    for name in missing:
        command, _, package = HAD_BY[name].rpartition(" ")
        commands.setdefault(command, []).append(package)
    remedy = ", ".join(" ".join([command, *packages]) for command, packages in commands.items())
    if not missing:
        return ""
    return f"{what} modules that {sys.executable} lacks: {', '.join(missing)}; {remedy}, or name another Python by WEIR_PYTHON"
