# tools/report/event_files.py -- what `weir export --to tensorboard` runs: weir.tensorboard of the Python package, where Python has what it needs.
import runpy
import sys

from files import MISSING
from needed import lacking

if words := lacking("event files of TensorBoard need", "numpy", "h5py", "tensorboard"):
    print(f"weir: {words}", file=sys.stderr)
    sys.exit(MISSING)
del sys.path[0]      # this folder: its modules have names that others may have
runpy.run_module("weir.tensorboard", run_name="__main__")
