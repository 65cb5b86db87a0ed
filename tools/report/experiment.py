# tools/report/experiment.py -- what a page is about: a record, or a sweep's runs, as cases; and what was said of it at its end.
import csv
import functools
import hashlib
import json
import pathlib

import numpy as np

from record import INVALID, IO_FAILED, SIBLINGS, Record, ReportError, WeirError
from summary import read_summary


class Run:
    def __init__(self, name, path, status, seed, axes, record):
        self.name, self.path, self.status, self.seed, self.axes = name, path, status, seed, axes
        self.record = record      # None where there is no file that can be read


class Case:
    """Runs that differ in nothing but their seeds."""

    def __init__(self, axes):
        self.axes, self.runs = axes, []

    @property
    def label(self):
        return label(self.axes)

    @property
    def records(self):
        return [run.record for run in self.runs if run.record is not None]


class Experiment:
    def __init__(self, path, resolved, runs, swept, summary):
        self.path, self.resolved, self.runs, self.swept = path, resolved, runs, swept
        self.summary = summary      # None where there is none: the run or the sweep has not ended
        self.name = resolved.get("name", path.stem)
        self.cases = []
        for run in runs:
            case = next((c for c in self.cases if c.axes == run.axes), None)
            if case is None:
                case = Case(run.axes)
                self.cases.append(case)
            case.runs.append(run)
        self.records = [run.record for run in runs if run.record is not None]

    def number(self, case, what, recorded=False):
        """Of a case, as reported or as its nodes give it; None if there is none."""
        if self.summary is None:
            return None
        numbers = self.summary.recorded if recorded else self.summary.values
        return numbers.get(case.label, {}).get(what)

    @functools.cached_property
    def datasets(self):
        """Of all runs; runs of a sweep may have different plugins in a node, and so different datasets."""
        merged = {}
        for record in self.records:
            for dataset in record.datasets:
                merged.setdefault(dataset.what, dataset)
        return list(merged.values())

    def is_sibling(self, dataset):
        """Is it shown with the quantity that it belongs to?"""
        return any(dataset.what.endswith(suffix) and dataset.what[:-len(suffix)] in self._names for suffix in SIBLINGS)

    @functools.cached_property
    def _names(self):
        return {dataset.what for dataset in self.datasets}

    def dataset(self, what):
        return next((dataset for dataset in self.datasets if dataset.what == what), None)

    def record_with(self, dataset):
        return next(record for record in self.records if record.dataset(dataset.what))

    @property
    def axes(self):
        return list(self.cases[0].axes)

    def distinct(self, found):
        """(case, arrays of each run) put together where all arrays are the same, to (cases, arrays): an axis that does not
        touch a quantity makes no second curve."""
        groups = {}
        for case, arrays in found:
            key = tuple(hashlib.sha1(np.ascontiguousarray(each)).digest() for of_run in arrays for each in of_run)
            groups.setdefault(key, ([], arrays))[0].append(case)
        return list(groups.values())

    def examples(self, read):
        """(label, what `read` finds in a record, run) of the first run of each case that has it; cases that share all arrays
        of what is found stand together."""
        found, first = [], {}
        for case in self.cases:
            for run in case.runs:
                example = read(run.record) if run.record is not None else None
                if example is not None:
                    found.append((case, [example.arrays()]))
                    first[id(case)] = (example, run)
                    break
        return [(self.label(cases), *first[id(cases[0])]) for cases, _ in self.distinct(found)]

    def label(self, cases):
        """What a group of cases has in common, without the axes over which it holds everywhere."""
        values = {axis: dict.fromkeys(c.axes[axis] for c in cases) for axis in self.axes}
        telling = {axis: here for axis, here in values.items()
                   if len(here) < len({c.axes[axis] for c in self.cases}) or len(self.cases) == 1}
        covered = [c for c in self.cases if all(c.axes[axis] in here for axis, here in telling.items())]
        if len(covered) != len(cases):
            return "; ".join(c.label for c in cases)
        return label({axis: ", ".join(here) for axis, here in telling.items()})


def label(axes):
    return ", ".join(f"{axis} = {value}" for axis, value in axes.items())


def case_axes(resolved):
    """Axes of the sweep but for those of seeds."""
    return {name for name, axis in resolved["sweep"].items() if "count" not in axis}


def open_experiment(path, summary):
    path = pathlib.Path(path)
    if not path.exists():
        raise ReportError(INVALID, f"there is no file or folder {path}: give a record (HDF5 file) or the folder of a sweep")
    if path.is_dir() or path.name == "index.h5":
        return open_sweep(path if path.is_dir() else path.parent, summary)
    record = Record(path)
    run = Run(path.stem, path, record.status, record.resolved.get("seed"), {}, record)
    return Experiment(path, record.resolved, [run], False, read_summary(summary))


def open_sweep(folder, summary):
    plan = folder / "weir-sweep.json"
    if not plan.exists():
        raise ReportError(INVALID, f"{folder} is not the folder of a sweep: it has no weir-sweep.json; "
                          "give a record (HDF5 file) or a folder that `weir run` wrote")
    try:
        plan = json.loads(plan.read_text())
        resolved = plan["pipeline"]
    except (ValueError, KeyError) as error:
        raise ReportError(IO_FAILED, f"{folder}/weir-sweep.json cannot be read: {error}\n"
                          "run the sweep again; finished runs are kept") from None
    # A sweep that has not ended has no summary, and its table, if any, is of the attempt before.
    runs = runs_of_table(folder, resolved) if summary else runs_so_far(folder, plan, resolved)
    if not runs:
        raise ReportError(IO_FAILED, f"{folder} has no runs yet: report it when a run has begun")
    return Experiment(folder, resolved, runs, True, read_summary(summary))


def record_if_any(path):
    """A failed run may have left no file, or none that can be read; the page says so in its list of runs."""
    try:
        return Record(path) if path.exists() else None
    except (ReportError, WeirError):
        return None


def runs_of_table(folder, resolved):
    with open(folder / "table.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    axes = case_axes(resolved)
    return [Run(row["run"], folder / row["file"], row["status"], row["seed"],
                {name: text for name, text in row.items() if name in axes}, record_if_any(folder / row["file"])) for row in rows]


def runs_so_far(folder, plan, resolved):
    """Of a sweep that has not ended: a run's name has its axes."""
    runs = []
    for name in plan.get("runs", []):
        path = folder / "runs" / f"{name}.h5"
        record = record_if_any(path)
        parts = (part.partition("=") for part in name.split(","))
        in_name = {axis: text for axis, _, text in parts if axis in resolved["sweep"]}
        axes = {axis: text for axis, text in in_name.items() if axis in case_axes(resolved)}
        seed = record.resolved.get("seed") if record else in_name.get("seed", "")
        runs.append(Run(name, path, record.status if record else "not begun", seed, axes, record))
    return runs
