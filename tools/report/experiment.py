# tools/report/experiment.py -- what a page is about: a record, or a sweep's runs, as cases with their reported numbers.
import csv
import functools
import hashlib
import json
import pathlib

import numpy as np

from number import cell
from record import INVALID, IO_FAILED, SIBLINGS, Record, ReportError
from statistic import Measured, judge, measure, statistic


class Run:
    def __init__(self, name, path, status, seed, axes, values, record):
        self.name, self.path, self.status, self.seed, self.axes = name, path, status, seed, axes
        self.values = values      # reported quantity -> Measured
        self.record = record      # None where there is no file that can be read


class Case:
    """Runs that differ in nothing but their seeds."""

    def __init__(self, axes):
        self.axes, self.runs = axes, []

    @property
    def label(self):
        return label(self.axes)

    def statistic(self, what):
        return statistic([run.values[what] for run in self.runs if what in run.values])

    @property
    def records(self):
        return [run.record for run in self.runs if run.record is not None]


class Experiment:
    def __init__(self, path, resolved, runs, swept):
        self.path, self.resolved, self.runs, self.swept = path, resolved, runs, swept
        self.name = resolved.get("name", path.stem)
        self.cases = []
        for run in runs:
            case = next((c for c in self.cases if c.axes == run.axes), None)
            if case is None:
                case = Case(run.axes)
                self.cases.append(case)
            case.runs.append(run)
        self.records = [run.record for run in runs if run.record is not None]
        self.verdicts = judge(resolved.get("expect", []), self.cases) if self.judged else []

    @property
    def judged(self):
        """Is there anything to judge expectations on? One run of a sweep is not: they are about means over its seeds."""
        return self.swept or ("sweep" not in self.resolved and self.runs[0].status == "finished")

    @functools.cached_property
    def reported(self):
        """(quantity, reduction), in the order of the pipeline."""
        return [(what, self.resolved["report"][what]) for what in in_order(self.resolved, "report", self.records)]

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


def in_order(resolved, section, records):
    """Keys of a section as written: JSON has them in the alphabet's order, the resolved YAML in the pipeline's."""
    keys = list(resolved.get(section, {}))
    text = records[0].text("pipeline/resolved") if records else ""
    start = text.find(f"\n{section}:\n")
    return sorted(keys, key=lambda key: text.find(f"\n  {key}:", start)) if start >= 0 else keys


def case_axes(resolved):
    """Axes of the sweep but for those of seeds."""
    return {name for name, axis in resolved["sweep"].items() if "count" not in axis}


def open_experiment(path):
    path = pathlib.Path(path)
    if path.is_dir():
        return open_sweep(path)
    if not path.exists():
        raise ReportError(INVALID, f"there is no file or folder {path}: give a record (HDF5 file) or the folder of a sweep")
    if path.name == "index.h5":
        return open_sweep(path.parent)
    return open_single(path)


def open_single(path):
    record = Record(path)
    measured = {what: measure(record, what, how) for what, how in record.resolved.get("report", {}).items()}
    for expectation in record.resolved.get("expect", []):
        measured.setdefault(expectation["that"], measure(record, expectation["that"], "mean"))
    values = {what: m for what, m in measured.items() if m is not None}
    run = Run(path.stem, path, record.status, record.resolved.get("seed"), {}, values, record)
    return Experiment(path, record.resolved, [run], swept=False)


def open_sweep(folder):
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
    table = folder / "table.csv"
    runs = runs_of_table(folder, table, resolved) if table.exists() else runs_so_far(folder, plan, resolved)
    if not runs:
        raise ReportError(IO_FAILED, f"{folder} has no runs yet: report it when a run has begun")
    return Experiment(folder, resolved, runs, swept=True)


def record_if_any(path):
    """A failed run may have left no file, or none that can be read; the page says so in its list of runs."""
    try:
        return Record(path) if path.exists() else None
    except ReportError:
        return None


def runs_of_table(folder, table, resolved):
    runs = []
    quantities = set(resolved.get("report", {})) | {e["that"] for e in resolved.get("expect", [])}
    with open(table, newline="") as file:
        for row in csv.DictReader(file):
            axes = {name: text for name, text in row.items() if name in case_axes(resolved)}
            part = lambda name: float(row[name]) if row.get(name) else None
            values = {what: Measured(part(what), part(what + "_se"), part(what + "_n"))
                      for what in quantities if row.get(what)}
            path = folder / row["file"]
            runs.append(Run(row["run"], path, row["status"], row["seed"], axes, values, record_if_any(path)))
    return runs


def runs_so_far(folder, plan, resolved):
    """Of a sweep that has not ended: there is no table yet, and a run's name has its axes."""
    runs = []
    for name in in_name_order(plan.get("runs", []), resolved):
        path = folder / "runs" / f"{name}.h5"
        record = record_if_any(path)
        in_name = axes_in_name(name, resolved)
        axes = {axis: text for axis, text in in_name.items() if axis in case_axes(resolved)}
        status = record.status if record else "not begun"
        values = {}
        if record and record.finished:
            measured = {what: measure(record, what, how) for what, how in resolved.get("report", {}).items()}
            values = {what: m for what, m in measured.items() if m is not None}
        seed = record.resolved.get("seed") if record else in_name.get("seed", "")
        runs.append(Run(name, path, status, seed, axes, values, record))
    return runs


def axes_in_name(name, resolved):
    parts = (part.partition("=") for part in name.split(","))
    return {axis: text for axis, _, text in parts if axis in resolved["sweep"]}


def in_name_order(names, resolved):
    """In the order of the sweep's values, as far as they are listed; names alone sort 10 before 5."""
    order = {}
    for axis, how in resolved["sweep"].items():
        points = how.get("values") or list(how.get("cases", {}))
        order[axis] = {cell(point): i for i, point in enumerate(points)}
    first = names[0] if names else ""
    axes = list(axes_in_name(first, resolved))

    def rank(name):
        found = axes_in_name(name, resolved)
        number_of = lambda text: int(text) if text.isdigit() else 0
        return [(order[a].get(found.get(a), len(order[a])), number_of(found.get(a, ""))) for a in axes]

    return sorted(names, key=rank)
