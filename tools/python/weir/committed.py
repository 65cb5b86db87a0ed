# tools/python/weir/committed.py -- what of every dataset is in the file for certain: /committed, as core/record/hdf5/committed_table.hpp.
from __future__ import annotations

import functools

import h5py
import numpy as np

from . import hdf5

CASTAGNOLI = 0x82F63B78


def table_of(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ CASTAGNOLI * (byte & 1)
    return byte


TABLE = [table_of(byte) for byte in range(256)]


@functools.lru_cache(maxsize=4)
def crc32c(data: bytes) -> int:
    found = 0xFFFFFFFF
    for byte in data:
        found = TABLE[(found ^ byte) & 0xFF] ^ found >> 8
    return found ^ 0xFFFFFFFF


def committed_rows(file: h5py.File) -> list[int] | None:
    """By index into /schema's datasets: rows of a trace; of a tensor 1 once it is written. None where no copy of the table is whole."""
    if not hdf5.has(file, "committed"):
        return None
    slots = np.asarray(hdf5.values(hdf5.fresh(hdf5.find(file, "committed"))))
    if slots.ndim != 3 or slots.shape[0] != 2 or slots.shape[1] < 1 or slots.shape[2] != 3 or slots.dtype.kind != "i":
        return None
    for slot in sorted(slots.astype("<i8"), key=lambda each: -each[-1, 0]):      # the newest first; the other while it is written
        if crc32c(slot.tobytes()[:-16]) == slot[-1, 1]:
            return slot[:-1, 0].tolist()
    return None


def written(file: h5py.File, finished: bool, datasets: int) -> list[bool]:
    """Of each dataset, whether anything of it is: of a run that has not finished, tensors of nodes that did not end hold fill values."""
    rows = None if finished else committed_rows(file)
    if rows is None or len(rows) != datasets:      # nothing can be told apart
        return [True] * datasets
    return [each > 0 for each in rows]
