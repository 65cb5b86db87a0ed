# tools/python/weir/hdf5.py -- HDF5 as Weir writes it: text as bytes, axes with names and scales, files that still grow; and files of
# strangers, of whose word nothing is believed before it is checked. All errors are WeirError.
from __future__ import annotations

import contextlib
import ctypes
import json
import math
import os
import shlex
import stat
from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np

from .errors import NotFound, WeirError, printable

# What HDF5 and netCDF keep of axes, and the blocks of the checksums: of no use to a reader.
INTERNAL = {"CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST", "DIMENSION_LABELS", "block_rows", "crc32c"}
NO_VALUES = b"This is a netCDF dimension but not"

# A file may be anybody's; these are the limits of core/record/hdf5/.
ATTEMPTS = 25                                 # to read metadata that look torn: 34 ms, where HDF5 would sleep for years
FREE_BYTES, MOST_EXPANSION = 64 << 20, 100    # of a dataset in memory: whatever is stored, and for each byte that is
LARGEST_JSON = 16 << 20
FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32}
KINDS = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}

FAULTS = (OSError, RuntimeError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, MemoryError)


def pasted(path: object) -> str:
    """A path as a word of a command: quoted where a shell needs it, and never taken for an option."""
    text = str(path)
    return shlex.quote(f"./{text}" if text.startswith("-") else text)


@contextlib.contextmanager
def reading(file: h5py.File | str, what: str) -> Iterator[None]:
    """What HDF5, NumPy or JSON raise of a damaged or odd file becomes one sentence."""
    try:
        yield
    except WeirError:
        raise
    except FAULTS as error:      # RecursionError is a RuntimeError
        name = file.filename if isinstance(file, h5py.File) else file
        raise WeirError(f"{name}: {what} cannot be read: {' '.join(str(error).split()) or type(error).__name__}; the file is "
                        "damaged, or another program wrote it otherwise than Weir does") from None


def access() -> h5py.h5p.PropFAID:
    found = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    with contextlib.suppress(AttributeError, OSError, TypeError):      # of h5py before 3.5; names differ in libraries before 1.10
        found.set_file_locking(False, True)
        ctypes.CDLL(h5py.h5p.__file__).H5Pset_metadata_read_attempts(ctypes.c_int64(found.id), ctypes.c_uint(ATTEMPTS))
    return found


def open_file(path: str | os.PathLike) -> h5py.File:
    """Without a lock, which would keep an interrupted run from going on. Only a file that a run writes, or left when it was killed,
    is read in the mode that sees it grow: HDF5 then takes places beyond the file's end for zeros."""
    name = os.fspath(path)
    with reading(name, "it"):
        mode = os.stat(name).st_mode
    if not stat.S_ISREG(mode):
        raise WeirError(f"{name} is {KINDS.get(stat.S_IFMT(mode), 'a device')}, not a file: give a record (HDF5 file)")
    cause = ""
    for flags in (h5py.h5f.ACC_RDONLY, h5py.h5f.ACC_RDONLY | h5py.h5f.ACC_SWMR_READ):
        try:
            return h5py.File(h5py.h5f.open(os.fsencode(name), flags, fapl=access()))
        except FAULTS as error:
            text = str(error)
            cause = text[text.find("(") + 1:].rstrip(")")      # the rest differs between versions
    if "already open" in cause:      # in this process, by other words: HDF5 does not mix them
        with contextlib.suppress(OSError):
            return h5py.File(name, "r")
    raise WeirError(f"{name} is no HDF5 file that can be read: {cause}; if its run was killed: weir repair {pasted(name)}")


def has(file: h5py.File, path: str) -> bool:
    """A link counts, wherever it leads; `find` says what it is."""
    at = file
    with reading(file, path):
        for name in path.strip("/").split("/"):
            if not isinstance(at, h5py.Group) or not at.id.links.exists(name.encode()):
                return False
            if at.id.links.get_info(name.encode()).type != h5py.h5l.TYPE_HARD:
                return True
            at = at[name]
    return True


def find(file: h5py.File, path: str, *kinds: type) -> Any:
    """A dataset, or one of `kinds`; by hard links alone: what other files hold is not read, and no link leads in a circle."""
    at = file
    with reading(file, path):
        for name in path.strip("/").split("/"):
            if not isinstance(at, h5py.Group) or not at.id.links.exists(name.encode()):
                raise NotFound(f"{file.filename}: there is no {path}")
            if at.id.links.get_info(name.encode()).type != h5py.h5l.TYPE_HARD:
                raise WeirError(f"{file.filename}: {path} is a link, and only what lies in the file itself is read")
            at = at[name]
    if not isinstance(at, kinds or h5py.Dataset):
        there = "a group" if isinstance(at, h5py.Group) else "no group"
        raise WeirError(f"{file.filename}: {path} is {there}, and another thing belongs there: the record is damaged")
    return at


def values(dataset: h5py.Dataset, rows: int | None = None) -> Any:
    """Numbers, booleans and texts of fixed length; the first rows, or all. As in core/record/hdf5/bounds.hpp."""
    file, path = dataset.file, dataset.name
    with reading(file, path):
        properties = dataset.id.get_create_plist()
        filters = [properties.get_filter(i)[0] for i in range(properties.get_nfilters())]
        if properties.get_layout() == h5py.h5d.VIRTUAL or properties.get_external_count() > 0:
            raise WeirError(f"{file.filename}: {path} has its values in other files, which are not read")
        if not FILTERS.issuperset(filters) or len(set(filters)) != len(filters):
            raise WeirError(f"{file.filename}: {path} is stored with filters that are not read: gzip, shuffle and fletcher32 are")
        enumeration = dataset.id.get_type().get_class() == h5py.h5t.ENUM
        if dataset.shape is None or dataset.dtype.kind not in "fiubS" or (enumeration and dataset.dtype.itemsize != 1):
            raise WeirError(f"{file.filename}: {path} holds neither numbers nor texts of fixed length but {dataset.dtype}")
        stored, there = dataset.id.get_storage_size(), os.stat(file.filename).st_size
        offset = dataset.id.get_offset() if properties.get_layout() == h5py.h5d.CONTIGUOUS else None
        if stored > there or (stored and offset is not None and offset + stored > there):
            raise WeirError(f"{file.filename}: {path} ends beyond the end of the file: it is truncated or damaged")
        sizes = [math.prod(dataset.shape if rows is None else (min(rows, dataset.shape[0]), *dataset.shape[1:]))]
        if dataset.chunks and stored:
            sizes.append(math.prod(dataset.chunks))
        if max(sizes) * dataset.dtype.itemsize > max(FREE_BYTES, MOST_EXPANSION * stored):
            raise WeirError(f"{file.filename}: {path} has shape {list(dataset.shape)}, of which the file stores {stored} bytes: at most "
                            f"{FREE_BYTES >> 20} MiB are read of what was never written, and {MOST_EXPANSION} times what is stored")
        return dataset[()] if rows is None else dataset[:rows]


def read_json(file: h5py.File, path: str) -> Any:
    """Of a dataset of text."""
    with reading(file, path):
        found = text(find(file, path))
        if len(found) > LARGEST_JSON:
            raise WeirError(f"{file.filename}: {path} has more than {LARGEST_JSON >> 20} MiB of JSON: the record is damaged")
        return json.loads(found)


def schema(file: h5py.File) -> dict[str, Any]:
    """/schema, with every key there and of the type that Weir writes, whoever wrote the file. As core/record/schema.hpp."""
    node = {"node": str, "plugin": str, "params": dict, "path": str}
    dataset = {"node": str, "name": str, "path": str, "trace": bool, "unit": str, "description": str, "axes": list}
    default = {"params": {}, "path": "/nodes/", "trace": False, "unit": "1", "description": "", "axes": []}
    found = read_json(file, "schema")
    with reading(file, "/schema"):
        given = lambda entry: {key: value for key, value in entry.items() if value is not None}
        whole = {part: [{**default, **given(each)} for each in found[part]] for part in ("nodes", "datasets")}
        for key, each in ((key, each) for key, part in ((node, "nodes"), (dataset, "datasets")) for each in whole[part]):
            wrong = [name for name, kind in key.items() if not isinstance(each.get(name), kind)]
            if wrong or each["trace"] and not each["path"].endswith("/value"):
                raise WeirError(f"{file.filename}: /schema has an entry whose '{(wrong or ['path'])[0]}' is not as Weir writes it: the "
                                "record is damaged")
        for each in whole["datasets"]:
            each["unit"], each["description"] = printable(each["unit"]), printable(each["description"])
    return whole


def decoded(value: Any) -> Any:
    """Of an attribute or a cell: text as str, numbers as Python's, lists as arrays."""
    if isinstance(value, h5py.Empty):
        return ""
    if isinstance(value, bytes):
        return value.rstrip(b"\0").decode("utf-8", "replace")
    if isinstance(value, np.ndarray):
        return np.array([decoded(each) for each in value]) if value.dtype.kind in "SO" else value
    return value.item() if isinstance(value, np.generic) else value


def attribute(thing: h5py.HLObject, name: str, otherwise: Any = b"") -> Any:
    """Decoded; `otherwise` where there is none."""
    with reading(thing.file, f"attribute {name} of {thing.name}"):
        return decoded(thing.attrs[name] if name in thing.attrs else otherwise)


def attributes(dataset: h5py.Dataset) -> dict[str, Any]:
    """With the edges of bins themselves in place of the name under which they lie beside the dataset."""
    with reading(dataset.file, f"attributes of {dataset.name}"):
        found = {name: decoded(dataset.attrs[name]) for name in dataset.attrs if name not in INTERNAL}
        group = dataset.parent.name.rstrip("/")
    edges = {name: values(find(dataset.file, f"{group}/{beside}")) for name, beside in found.items()
             if name.endswith("_edges") and isinstance(beside, str) and has(dataset.file, f"{group}/{beside}")}
    return {**found, **edges}


def fresh(dataset: h5py.Dataset) -> h5py.Dataset:
    """As it is in the file now; HDF5 remembers what it saw when the file was opened."""
    with reading(dataset.file, dataset.name):
        dataset.refresh()
    return dataset


def text(dataset: h5py.Dataset) -> str:
    return decoded(np.asarray(values(fresh(dataset))).tobytes())


def column(dataset: h5py.Dataset) -> list[Any]:
    cells = np.asarray(values(fresh(dataset)))
    return [decoded(cell) for cell in (cells if cells.ndim else cells[None])]


def table(group: h5py.Group) -> list[dict[str, Any]]:
    """Parallel columns as one dictionary per row."""
    names: list[str] = []
    with reading(group.file, group.name):
        # In no order: HDF5 1.10 frees memory that it never had where it sorts the links of a damaged group.
        group.id.links.iterate(lambda name: names.append(name.decode()), idx_type=h5py.h5.INDEX_NAME, order=h5py.h5.ITER_NATIVE)
    cells = {name: column(find(group.file, f"{group.name}/{name}")) for name in sorted(names)}
    return [dict(zip(cells, row)) for row in zip(*cells.values())]


def dims(dataset: h5py.Dataset) -> tuple[str, ...]:
    """Names of the axes; of two axes with one name, the second has its number. A scale is the axis that it stands for."""
    own = attribute(dataset, "NAME")
    names: list[str] = []
    with reading(dataset.file, f"axes of {dataset.name}"):
        labels = [dimension.label for dimension in dataset.dims]
    for axis, label in enumerate(labels):
        name = label or str(own) or f"axis{axis}"
        names.append(f"{name}_{axis}" if name in names else name)
    return tuple(names)


def scale(dataset: h5py.Dataset, axis: int) -> np.ndarray | None:
    """Where the entries of an axis lie, such as the times of bins; None where they only have numbers."""
    with reading(dataset.file, f"axes of {dataset.name}"):
        dimension = dataset.dims[axis]
        found = dimension[0] if len(dimension) else None
    if found is None or str(attribute(found, "NAME")).startswith(NO_VALUES.decode()):
        return None
    return values(found)


def coords(dataset: h5py.Dataset) -> dict[str, np.ndarray]:
    """Where the entries of the axes lie: values of the dimension scales, or names such as those of layers."""
    found = {}
    for axis, (name, size) in enumerate(zip(dims(dataset), dataset.shape)):
        words = str(attribute(dataset, f"{name}s")).split()
        if (places := scale(dataset, axis)) is not None:
            found[name] = places
        elif words and len(words) == size:
            found[name] = np.array(words)
    return found
