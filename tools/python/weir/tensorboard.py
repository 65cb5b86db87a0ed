# tools/python/weir/tensorboard.py -- records for TensorBoard, by the library of that name.
#
#   python3 -m weir.tensorboard out.h5 -o logs/          what `weir export out.h5 --to tensorboard -o logs/` calls
from __future__ import annotations

import argparse
import calendar
import os
import pathlib
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from .errors import NotWritten, WeirError
from .hdf5 import FAULTS
from .opening import open
from .record import Record
from .sweep import long_form

SUFFIX = ".weir"          # of the event files, which tells ours
MOST_CURVES = 64          # of one trace
IO_FAILED, PYTHON_LACKS = 4, 3


def write(path: str | os.PathLike, folder: str | os.PathLike, force: bool = False) -> list[pathlib.Path]:
    """Every trace of a record, or of each run of a sweep in a folder of its own, as scalars: train.loss becomes train/loss; a trace with
    rows one curve for each entry, train/probes/variance/bin/time_bin=0.05. Metrics are scalars at step 0."""
    try:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.summary.writer.event_file_writer import EventFileWriter
    except ImportError as error:
        raise ModuleNotFoundError(f"Python lacks tensorboard ({error}): pip install tensorboard, and name that Python in WEIR_PYTHON") from None
    found = open(path)
    single = isinstance(found, Record)
    runs = {"": pathlib.Path(folder)} if single else \
        {name: pathlib.Path(folder) / name for name in found.runs if found.runs.file(name).exists()}
    for at in runs.values():
        clear(at, force)
    for name, at in runs.items():
        record = found if single else found.runs[name]
        writer = EventFileWriter(str(at), filename_suffix=SUFFIX)
        when = calendar.timegm(time.strptime(record.provenance["created"], "%Y-%m-%dT%H:%M:%SZ"))
        for tag, step, value in scalars(record):
            writer.add_event(Event(wall_time=when, step=int(step), summary=Summary(value=[Summary.Value(tag=tag, simple_value=value)])))
        writer.close()
        record.close()
    return list(runs.values())


def clear(folder: pathlib.Path, force: bool) -> None:
    """TensorBoard shows all event files of a folder: of an earlier export and a new one it would draw both."""
    old = [each for each in folder.glob("events.out.tfevents.*") if each.is_file()]
    if old and not (force and all(each.name.endswith(SUFFIX) for each in old)):
        raise FileExistsError(f"{folder} has event files already; " + ("they are not of weir: " if force else "replace them with --force, or ")
                              + "name another folder with -o")
    for each in old:
        each.unlink()


def scalars(record: Record) -> Iterator[tuple[str, int, float]]:
    for path in record.outputs:
        tag = path.replace(".", "/")
        try:
            values = record[path]
        except NotWritten:
            continue
        if path in record.traces:
            columns = long_form(values)
            places = [name for name in columns if name not in ("step", "value")]
            if len({*zip(*(columns[name] for name in places))}) > MOST_CURVES:
                continue
            for i, (step, value) in enumerate(zip(columns["step"], columns["value"])):
                yield "/".join([tag, *(f"{name}={shown(columns[name][i])}" for name in places)]), step, float(value)
        elif np.size(values.values) == 1 and values.values.dtype.kind in "fiu":
            yield tag, 0, float(values.values)


def shown(place: Any) -> str:
    return f"{place:g}" if np.issubdtype(type(place), np.number) else str(place)


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="weir.tensorboard", description="Traces of records as TensorBoard's event files")
    parser.add_argument("path", help="a record, or the folder of a sweep")
    parser.add_argument("-o", "--out", required=True, help="folder of the event files")
    parser.add_argument("--force", action="store_true", help="replace those of an earlier export")
    arguments = parser.parse_args(words)
    try:
        for folder in write(arguments.path, arguments.out, arguments.force):
            print(folder)
    except ModuleNotFoundError as error:
        print(f"weir: {error}", file=sys.stderr)
        return PYTHON_LACKS
    except (WeirError, OSError) as error:
        print(f"weir: {error}", file=sys.stderr)
        return IO_FAILED
    except FAULTS as error:
        print(f"weir: {arguments.path} is not as Weir writes it, and no event files can be made of it: {type(error).__name__}: {error}",
              file=sys.stderr)
        return IO_FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
