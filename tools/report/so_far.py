# tools/report/so_far.py -- of a run or a sweep that has not ended: how far each run is, and what its numbers are by now.
import numpy as np

from number import number

MOST_COLUMNS, MOST_ROWS = 6, 40

REDUCTIONS = {"mean": np.mean, "last": lambda x: np.mean(x[-1]), "first": lambda x: np.mean(x[0]), "min": np.min, "max": np.max,
              "sum": np.sum, "sd": lambda x: np.std(x, ddof=1) if np.size(x) > 1 else np.nan}


def table(experiment):
    """(names of the columns, rows of texts, how many runs have no row); no rows where no run has begun."""
    columns = reported(experiment) or curves(experiment)
    begun = [run for run in experiment.runs if run.record is not None]
    begun.sort(key=lambda run: run.status == "finished")      # what goes on stands first
    rows = [[run.name, run.status, step(run.record), *(value(run.record, what, how) for what, how in columns)] for run in begun[:MOST_ROWS]]
    heads = [what if how == "mean" else f"{what} ({how})" for what, how in columns]
    return heads, rows, len(experiment.runs) - len(rows)


def reported(experiment):
    """[(quantity, reduction)] of the pipeline's report."""
    return [(what, how) for what, how in experiment.resolved.get("report", {}).items() if how in REDUCTIONS][:MOST_COLUMNS]


def curves(experiment):
    """Of a pipeline that reports nothing: the last value of its first curves."""
    single = [d for d in experiment.datasets if d.trace and not d.axes and not experiment.is_sibling(d)]
    return [(dataset.what, "last") for dataset in single[:MOST_COLUMNS]]


def step(record):
    """The last step of the longest curve, and how many there will be, where its node or the one around it says so."""
    furthest, total = None, None
    for dataset in record.datasets:
        if not dataset.trace or not record.shape(dataset)[0]:
            continue
        steps = record.steps(dataset)
        if len(steps) and (furthest is None or steps[-1] > furthest):
            furthest, total = steps[-1], steps_of(record, dataset.node)
    return "-" if furthest is None else f"{number(furthest)} of {total}" if total else number(furthest)


def steps_of(record, node):
    while node:
        if isinstance(found := record.node_params(node).get("steps"), int):
            return found
        node = node.rpartition(".")[0]
    return None


def value(record, what, how):
    dataset = record.dataset(what)
    if dataset is None or not record.written(dataset):
        return "-"
    values = np.asarray(record.trace(dataset)[1] if dataset.trace else record.values(dataset), float)
    return number(float(REDUCTIONS[how](np.atleast_1d(values)))) if values.size else "-"
