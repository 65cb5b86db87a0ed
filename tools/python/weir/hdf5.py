# tools/python/weir/hdf5.py -- HDF5 as Weir writes it: text as bytes, axes with names and scales, files that still grow.
from __future__ import annotations

import contextlib
import os
import re
from typing import Any

import h5py
import numpy as np

from .errors import WeirError

# What HDF5 and netCDF keep of axes, and the blocks of the checksums: of no use to a reader.
INTERNAL = {"CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST", "DIMENSION_LABELS", "block_rows", "crc32c"}
NO_VALUES = b"This is a netCDF dimension but not"


def open_file(path: str | os.PathLike) -> h5py.File:
    """Without a lock, which would keep an interrupted run from going on, and in the mode that sees a file grow, unless this
    process has the file open in the other one: HDF5 does not mix them."""
    try:
        return h5py.File(path, "r", swmr=True, locking=False)
    except OSError as error:
        with contextlib.suppress(OSError):
            return h5py.File(path, "r")
        cause = re.search(r"\((.*)\)", str(error), re.DOTALL)      # the rest differs between versions
        raise WeirError(f"{path} is no HDF5 file that can be read: {cause[1] if cause else error}; if its run was killed: "
                        f"weir repair {path}") from None


def decoded(value: Any) -> Any:
    """Of an attribute or a cell: text as str, numbers as Python's, lists as arrays."""
    if isinstance(value, bytes):
        return value.rstrip(b"\0").decode("utf-8", "replace")
    if isinstance(value, np.ndarray):
        return np.array([decoded(each) for each in value]) if value.dtype.kind in "SO" else value
    return value.item() if isinstance(value, np.generic) else value


def attributes(dataset: h5py.Dataset) -> dict[str, Any]:
    """With the edges of bins themselves in place of the name under which they lie beside the dataset."""
    found = {name: decoded(value) for name, value in dataset.attrs.items() if name not in INTERNAL}
    edges = {name: dataset.parent[beside][:] for name, beside in found.items()
             if name.endswith("_edges") and isinstance(beside, str) and beside in dataset.parent}
    return {**found, **edges}


def fresh(dataset: h5py.Dataset) -> h5py.Dataset:
    """As it is in the file now; HDF5 remembers what it saw when the file was opened."""
    dataset.refresh()
    return dataset


def text(dataset: h5py.Dataset) -> str:
    return decoded(np.asarray(fresh(dataset)[()]).tobytes())


def column(dataset: h5py.Dataset) -> list[Any]:
    return [decoded(cell) for cell in fresh(dataset)[:]]


def dims(dataset: h5py.Dataset) -> tuple[str, ...]:
    """Names of the axes; of two axes with one name, the second has its number. A scale is the axis that it stands for."""
    own = decoded(dataset.attrs.get("NAME", b""))
    names: list[str] = []
    for axis, dimension in enumerate(dataset.dims):
        name = dimension.label or own or f"axis{axis}"
        names.append(f"{name}_{axis}" if name in names else name)
    return tuple(names)


def coords(dataset: h5py.Dataset) -> dict[str, np.ndarray]:
    """Where the entries of the axes lie: values of the dimension scales, or names such as those of layers."""
    found = {}
    for name, dimension, size in zip(dims(dataset), dataset.dims, dataset.shape):
        scale = dimension[0] if len(dimension) else None
        words = str(decoded(dataset.attrs.get(f"{name}s", b""))).split()
        if scale is not None and not scale.attrs.get("NAME", b"").startswith(NO_VALUES):
            found[name] = scale[:]
        elif words and len(words) == size:
            found[name] = np.array(words)
    return found
