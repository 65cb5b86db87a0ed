# tools/python/weir/opening.py -- weir.open: a file is a record, a folder a sweep.
from __future__ import annotations

import os
import pathlib

from .errors import WeirError
from .record import Record
from .sweep import Sweep


def open(path: str | os.PathLike) -> Record | Sweep:
    """A Record of OUT.h5, or a Sweep of the folder that `weir run` wrote for a pipeline with a sweep."""
    found = pathlib.Path(path)
    if not found.exists():
        raise WeirError(f"there is no file or folder {path}: give a record (HDF5 file) or the folder of a sweep")
    if found.is_dir():
        return Sweep(found)
    if found.name == "index.h5" and (found.parent / "weir-sweep.json").exists():
        return Sweep(found.parent)
    return Record(path)
