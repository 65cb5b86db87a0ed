#!/usr/bin/env python3
# pipelines/examples/data/make.py -- makes the small files that the examples read, but for the network and the record.
import pathlib
import struct
import zlib

import h5py
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent


def png(grey):
    """An 8-bit grey PNG of the rows."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    header = struct.pack(">IIBBBBB", grey.shape[1], grey.shape[0], 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in grey)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def idx(array):
    """An IDX file of bytes."""
    return struct.pack(">BBBB", 0, 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


rng = np.random.default_rng(1)
label = np.arange(64) % 2
points = np.round(rng.normal(0, 0.25, (64, 2)) + np.where(label[:, None] == 0, [-1, 0], [1, 0.5]), 3)

lines = [f"{x:.3f},{y:.3f},{'left' if k == 0 else 'right'}" for (x, y), k in zip(points, label)]
(HERE / "points.csv").write_text("x,y,side\n" + "\n".join(lines) + "\n")
np.save(HERE / "points.npy", points.astype(np.float32))
np.savez(HERE / "points.npz", points=points.astype(np.float32), side=label.astype(np.int64))

with h5py.File(HERE / "cells.h5ad", "w", track_order=False) as file:
    file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
    kind = np.arange(24) % 2
    counts = rng.poisson(np.where(kind[:, None] == 0, [4, 4, 4, 1, 1, 1], [1, 1, 1, 4, 4, 4])).astype(np.float32)
    file["X"] = np.log1p(counts)
    file["X"].attrs.update({"encoding-type": "array", "encoding-version": "0.2.0"})
    text = h5py.string_dtype()
    for name, index in (("obs", [f"cell{i}" for i in range(24)]), ("var", [f"gene{i}" for i in range(6)])):
        frame = file.create_group(name)
        frame.attrs.update({"encoding-type": "dataframe", "encoding-version": "0.2.0", "_index": "_index"})
        frame.attrs.create("column-order", ["type"] if name == "obs" else np.array([], dtype=text), dtype=text)
        frame.create_dataset("_index", data=index, dtype=text).attrs.update({"encoding-type": "string-array", "encoding-version": "0.2.0"})
    column = file["obs"].create_group("type")
    column.attrs.update({"encoding-type": "categorical", "encoding-version": "0.2.0", "ordered": False})
    column.create_dataset("categories", data=["B", "T"], dtype=text)
    column["codes"] = kind.astype(np.int8)

for name, level in (("dark", 40), ("light", 200)):
    (HERE / "images" / name).mkdir(parents=True, exist_ok=True)
    for i in range(2):
        grey = np.clip(level + rng.normal(0, 15, (8, 8)), 0, 255).astype(np.uint8)
        (HERE / "images" / name / f"{i}.png").write_bytes(png(grey))

bars, lying = np.zeros((32, 8, 8), np.uint8), np.arange(32) % 2
for i in range(32):
    at = rng.integers(0, 7)
    bars[i, :, at:at + 2] = 255
    if lying[i]:
        bars[i] = bars[i].T
(HERE / "bars-images.idx3-ubyte").write_bytes(idx(bars))
(HERE / "bars-labels.idx1-ubyte").write_bytes(idx(lying.astype(np.uint8)))

with h5py.File(HERE / "pairs.hdf5", "w") as file:
    x0 = rng.normal(0, 1, (32, 2)).astype(np.float32)
    file["x0"], file["x1"] = x0, 2 * x0 + np.float32([3, 0])

with h5py.File(HERE / "moving.hdf5", "w") as file:
    cloud = rng.normal(0, 0.3, (16, 2))
    file["points"] = np.concatenate([cloud + [2 * t, 0] for t in (0, 0.5, 1)]).astype(np.float32)
    file["time"] = np.repeat([0, 0.5, 1], 16).astype(np.float32)
