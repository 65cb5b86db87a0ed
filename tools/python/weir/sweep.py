# tools/python/weir/sweep.py -- a sweep's folder: its table, its runs by their axes, a trace over all of them.
from __future__ import annotations

import csv
import json
import os
import pathlib
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from .columns import frame
from .errors import NotFound, WeirError, listed, nearest
from .notebook import table
from .record import Record

TEXTS = ("run", "file", "status")      # columns of table.csv that are never numbers


class Runs(Mapping):
    """Names of runs -> their records, each opened when it is asked for; `axes` has the values that make up each run."""

    def __init__(self, folder: pathlib.Path, axes: dict[str, dict[str, Any]]):
        self._folder, self.axes = folder, axes

    def __getitem__(self, name: str) -> Record:
        if name not in self.axes:
            raise NotFound(f"no run '{name}' in {self._folder}; it has: {listed(self)}{nearest(name, self)}")
        path = self.file(name)
        if not path.exists():
            raise NotFound(f"there is no {path}: the run has not begun, or it failed before it recorded anything; there are: "
                           f"{listed(sorted(each.stem for each in path.parent.glob('*.h5')))}")
        return Record(path)

    def __contains__(self, name: object) -> bool:
        return name in self.axes

    def __iter__(self) -> Iterator[str]:
        return iter(self.axes)

    def __len__(self) -> int:
        return len(self.axes)

    def __repr__(self) -> str:
        return f"<{len(self)} runs of {self._folder}: {listed(self)}>"

    __eq__, __hash__ = object.__eq__, object.__hash__      # Mapping's would open every record

    def file(self, name: str) -> pathlib.Path:
        return self._folder / "runs" / f"{name}.h5"

    def where(self, **wanted: Any) -> Runs:
        """Those with these values, of which there is at least one."""
        for axis, value in wanted.items():
            there = values_of(self)
            if axis not in there:
                raise NotFound(f"no axis '{axis}' in {self._folder}; it has: {listed(there)}{nearest(axis, there)}")
            if not any(same(each, value) for each in there[axis]):
                raise NotFound(f"no run with {axis} = {value} in {self._folder}; {axis} has: {listed(there[axis])}"
                               + nearest(value, there[axis]))
        found = {name: own for name, own in self.axes.items()
                 if all(axis in own and same(own[axis], value) for axis, value in wanted.items())}
        if not found:
            raise NotFound(f"no run with {told(wanted)} in {self._folder}; it has: {listed(self)}")
        return Runs(self._folder, found)


class Sweep:
    """What `weir.open` gives for a folder."""

    def __init__(self, folder: str | os.PathLike):
        self.folder = pathlib.Path(folder)
        self._summary: dict[str, Any] | None = None
        plan = self.folder / "weir-sweep.json"
        if not plan.exists():
            raise WeirError(f"{self.folder} is not the folder of a sweep: it has no weir-sweep.json; it has: "
                            f"{listed(sorted(each.name for each in self.folder.iterdir()))}")
        try:
            self._plan = json.loads(plan.read_text(encoding="utf-8"))
        except ValueError as error:
            raise WeirError(f"{plan} cannot be read: {error}; run the sweep again, finished runs are kept") from None

    def __repr__(self) -> str:
        return f"<sweep {self.folder}: {len(self.runs)} runs over {listed(self.axes)}>"

    def _repr_html_(self) -> str:
        columns = self._columns() or {}
        rows = zip(*columns.values()) if columns else ([name] for name in self._plan["runs"])
        return table(f"sweep {self.folder}", list(columns) or ["run"], rows)

    @property
    def summary(self) -> dict[str, Any]:
        """Of a sweep that has ended: cases, reported numbers, and under `expect` and `compare` each verdict."""
        return self._summary or read_summary(self.folder)

    @summary.setter
    def summary(self, found: dict[str, Any]) -> None:
        self._summary = found

    @property
    def pipeline(self) -> dict[str, Any]:
        """With every default filled in, before the sweep sets anything."""
        return self._plan["pipeline"]

    @property
    def table(self) -> Any:
        """A row per run: run, file, status, its axes, and the reported numbers (NaN where a run has none)."""
        columns = self._columns()
        if columns is None:
            raise WeirError(f"{self.folder} has no table.csv: the sweep goes on, or it was interrupted; .runs has those "
                            "that have begun")
        return frame(columns)

    @property
    def runs(self) -> Runs:
        """All runs. Of a sweep that goes on, those as well that have not begun."""
        columns = self._columns() or {"run": np.array([])}
        of_run = {axis: columns[axis].tolist() for axis in self._swept if axis in columns}
        rows = {run: {axis: values[i] for axis, values in of_run.items()} for i, run in enumerate(columns["run"])}
        ended = (self.folder / "summary.json").exists()      # else the table, if any, is of the attempt before
        names = list(rows) if ended else self._plan["runs"]
        return Runs(self.folder, {name: self._ordered(name, rows.get(name) or in_name(name, self._swept)) for name in names})

    @property
    def axes(self) -> dict[str, list]:
        """Axes of the sweep -> their values, in order."""
        return values_of(self.runs)

    def run(self, **wanted: Any) -> Record:
        """The one run with these values: sweep.run(noise="none", seed=7)."""
        found = self.runs.where(**wanted)
        if len(found) != 1:
            rest = [f"{axis} ({listed(values)})" for axis, values in values_of(found).items() if len(values) > 1]
            which = f"say which {', which '.join(rest)}" if rest else f"take one from .runs by its name: {listed(found)}"
            raise NotFound(f"{len(found)} runs in {self.folder}{' with ' * bool(wanted)}{told(wanted)}; {which}")
        return found[next(iter(found))]

    def trace(self, path: str) -> Any:
        """All runs' rows in one long table: the axes, the step, of a trace with rows the place in each, and the value.

        Runs that have not begun, or have no such trace, have no rows in it; of a file that cannot be read there is a warning."""
        parts, attrs, missing = [], {}, f"no run of {self.folder} has begun"
        for record, own in self._begun():
            with record:
                if path not in record.traces:
                    missing = (f"no trace '{path}' in any run of {self.folder}; {record.filename} has: {listed(record.traces)}"
                               + nearest(path, record.traces))
                    continue
                trace = record[path]
            columns, attrs = long_form(trace), trace.attrs
            beside = {axis if axis not in columns else f"sweep.{axis}": np.array([value]).repeat(len(columns["value"]))
                      for axis, value in own.items()}
            parts.append({**beside, **columns})
        if not parts:
            raise NotFound(missing)
        return frame({name: np.concatenate([part[name] for part in parts]) for name in parts[0]}, attrs)

    def _begun(self) -> Iterator[tuple[Record, dict[str, Any]]]:
        runs = self.runs
        for name, own in runs.axes.items():
            if not runs.file(name).exists():
                continue
            try:
                yield Record(runs.file(name)), own
            except WeirError as error:
                warnings.warn(str(error), stacklevel=3)

    @property
    def _swept(self) -> list[str]:
        return list(self.pipeline["sweep"])

    def _columns(self) -> dict[str, np.ndarray] | None:
        """Of table.csv. What is reported is numbers; an axis is whole numbers, or numbers, if all of its values are."""
        path = self.folder / "table.csv"
        if not path.exists():
            return None
        with open(path, newline="", encoding="utf-8") as file:
            head, *rows = csv.reader(file)
        texts = {name: [row[i] for row in rows] for i, name in enumerate(head)}
        exact = {*self._swept, "seed"}
        return {name: np.array(cells, dtype=object) if name in TEXTS else typed(cells) if name in exact else
                np.array([float(cell or "nan") for cell in cells]) for name, cells in texts.items()}

    def _ordered(self, name: str, axes: dict[str, Any]) -> dict[str, Any]:
        """As in the run's name; the pipeline's JSON has them by the alphabet."""
        order = [axis for axis in in_name(name, self._swept) if axis in axes]
        return {axis: axes[axis] for axis in dict.fromkeys([*order, *axes])}


def read_summary(folder: pathlib.Path) -> dict[str, Any]:
    try:
        return json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    except OSError:
        raise WeirError(f"{folder} has no summary.json: the sweep goes on, or it was interrupted") from None
    except ValueError as error:
        raise WeirError(f"{folder / 'summary.json'} cannot be read: {error}; give `weir run` again, finished runs are kept") from None


def values_of(runs: Runs) -> dict[str, list]:
    found: dict[str, dict] = {}
    for own in runs.axes.values():
        for axis, value in own.items():
            found.setdefault(axis, {})[value] = None
    return {axis: list(values) for axis, values in found.items()}


def in_name(run: str, axes: list[str]) -> dict[str, Any]:
    parts = (part.partition("=") for part in run.split(","))
    return {axis: typed([text]).tolist()[0] for axis, _, text in parts if axis in axes}


def typed(cells: list[str]) -> np.ndarray:
    for kind in (int, float) if not any("_" in cell for cell in cells) else ():      # 1_0 is a number in Python only
        try:
            return np.array([kind(cell) for cell in cells])
        except ValueError:
            continue
    return np.array(cells, dtype=object)


def same(value: Any, wanted: Any) -> bool:
    return value == wanted or str(value) == (str(wanted).lower() if isinstance(wanted, bool) else str(wanted))


def told(axes: Mapping[str, Any]) -> str:
    return ", ".join(f"{axis} = {value}" for axis, value in axes.items())


def long_form(trace: Any) -> dict[str, np.ndarray]:
    """A trace as columns; an array's axes become columns of their own."""
    if not hasattr(trace, "dims"):
        return {"step": np.asarray(trace["step"]), "value": np.asarray(trace["value"])}
    places = [np.asarray(trace.coords[dim]) if dim in trace.coords else np.arange(size)
              for dim, size in zip(trace.dims, trace.shape)]
    grids = np.meshgrid(*places, indexing="ij")
    return {**{dim: grid.ravel() for dim, grid in zip(trace.dims, grids)}, "value": trace.values.ravel()}
