# tools/python/weir/program.py -- the program `weir`, and a pipeline as the file that it reads.
from __future__ import annotations

import contextlib
import json
import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from .errors import WeirError
from .faults import InvalidPipeline

WRITTEN = "# Written by weir.run in Python; it may be replaced by it.\n"


def program() -> str:
    """WEIR if it is set, else that which came with this package, `weir` of PATH, or that of the source tree in which the package lies."""
    if named := os.environ.get("WEIR"):
        return named
    own = pathlib.Path(__file__).resolve().parent / "_program/bin/weir"
    if own.exists():
        return str(own)
    built = pathlib.Path(__file__).resolve().parents[3] / "build/release/bin/weir"
    found = shutil.which("weir") or (str(built) if built.exists() else None)
    if found is None:
        raise WeirError("there is no program weir in PATH: put the folder of Weir's programs, such as build/release/bin, there, or name "
                        "the program in the environment variable WEIR")
    return found


def settings(given: Mapping[str, Any] | None) -> list[str]:
    return [word for path, value in (given or {}).items() for word in ("--set", f"{path}={written(value)}")]


def options(**named: Any) -> list[str]:
    """--name value for what is given; a list is given once for each, True is the name alone."""
    words = []
    for name, value in named.items():
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(flag)
        elif value is not None and value is not False:
            each = value if isinstance(value, Iterable) and not isinstance(value, (str, os.PathLike)) else [value]
            words += [word for one in each for word in (flag, os.fspath(one) if isinstance(one, os.PathLike) else str(one))]
    return words


def file_of(pipeline: str | os.PathLike | Mapping[str, Any]) -> pathlib.Path:
    """The file itself; of a dictionary NAME.yaml, which stays. In the working directory, from which a dictionary's paths count."""
    if not isinstance(pipeline, Mapping):
        return pathlib.Path(pipeline)
    file = pathlib.Path(f"{pipeline.get('name', 'pipeline')}.yaml")
    text = text_of(pipeline)
    if file.exists() and not file.read_text(encoding="utf-8", errors="replace").startswith(WRITTEN):
        raise WeirError(f"{file} is there, and was not written by weir.run: give the pipeline another name")
    file.write_text(text, encoding="utf-8")
    return file


@contextlib.contextmanager
def looked_at(pipeline: str | os.PathLike | Mapping[str, Any]) -> Iterator[pathlib.Path]:
    """The same for what runs nothing: a dictionary leaves no file, and its faults are said of it, not of the file that it had."""
    if not isinstance(pipeline, Mapping):
        yield pathlib.Path(pipeline)
        return
    with tempfile.NamedTemporaryFile("w", prefix=".weir-", suffix=".yaml", dir=".", encoding="utf-8") as file:
        file.write(text_of(pipeline))
        file.flush()
        try:
            yield pathlib.Path(file.name)
        except InvalidPipeline as error:
            raise error.told_of(file.name, f"<dictionary {str(pipeline.get('name', 'pipeline'))!r}>") from None


def text_of(pipeline: Mapping[str, Any]) -> str:
    return WRITTEN + as_yaml(pipeline, indent=2) + "\n"


def as_yaml(value: Any, **more: Any) -> str:
    """As JSON, which is YAML but for NaN and infinity."""
    try:
        return json.dumps(value, default=plain, ensure_ascii=False, allow_nan=False, **more)
    except ValueError:
        raise WeirError("there is a NaN or an infinity among the parameters: give finite numbers") from None


def plain(value: Any) -> Any:
    """NumPy's numbers and arrays, paths and the like as what YAML knows."""
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Iterable):
        return list(value)
    raise WeirError(f"a pipeline holds numbers, texts, lists and dictionaries, not {type(value).__name__}")


def written(value: Any) -> str:
    """As --set takes it: a text as it is, anything else as YAML."""
    return value if isinstance(value, str) else as_yaml(value)
