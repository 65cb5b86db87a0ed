# tools/report/quantities.py -- every number that nodes give, by node and case, and why one is infinite or missing.
import dataclasses

import numpy as np

import figures
from number import count, number


@dataclasses.dataclass
class Quantity:
    name: str
    unit: str
    description: str
    cells: list                 # one text per case
    reasons: list


@dataclasses.dataclass
class NodeQuantities:
    node: str
    plugin: str
    rows: list
    panels: list                # (title, description, svg) of quantities over a scale, such as time bins
    legend: list


def all_quantities(experiment):
    sections = {}
    for dataset in experiment.datasets:
        if dataset.trace or experiment.is_sibling(dataset) or "/" in dataset.name:      # a slash: parameters of a model
            continue
        numbers = [experiment.number(case, dataset.what, recorded=True) for case in experiment.cases]
        if not any(numbers):
            continue
        record = experiment.record_with(dataset)
        single = int(np.prod(record.shape(dataset))) == 1
        section = sections.setdefault(dataset.node, NodeQuantities(dataset.node, record.plugin(dataset.node), [], [], []))
        description = dataset.description if single else f"{dataset.description} (mean over {record.shape(dataset)[0]})"
        cells = ["-" if each is None else each.text if experiment.swept else each.with_error for each in numbers]
        reasons = [reason for case in experiment.cases for reason in reasons_of(dataset, case, experiment)]
        section.rows.append(Quantity(dataset.name, dataset.unit, description, cells, reasons))
        if not single and profile_scale(record, dataset) is not None:
            section.panels.append(profile(experiment, dataset, record, section))
    return [section for section in sections.values() if section.rows]


def reasons_of(dataset, case, experiment):
    """Why numbers of a case are infinite or missing, as their plugins say."""
    reasons = {}
    for record in case.records:
        own = record.dataset(dataset.what)
        reason = record.reason(own) if own is not None and record.finished else ""
        if not reason:
            continue
        value = float(np.mean(record.values(own), dtype=float))
        if not np.isfinite(value):
            where = f" where {case.label}" if len(experiment.cases) > 1 else ""
            reasons[f"{number(value)}{where}: {reason}"] = None
    return list(reasons)


def profile_scale(record, dataset):
    """Where a vector's entries lie, such as the times of bins; bins without a scale by number; None for rows and the like."""
    if (places := record.scale(dataset, 0)) is not None:
        return places
    return np.arange(record.shape(dataset)[0]) if dataset.axes[0].endswith("bin") else None


def profile(experiment, dataset, record, section):
    """A quantity over its scale, a curve for each case: (title, description, svg)."""
    found = []
    for case in experiment.cases:
        own = [(record, record.dataset(dataset.what)) for record in case.records]
        values = [record.values(d) for record, d in own if d is not None and record.written(d)]
        if values:
            found.append((case, [(v,) for v in values]))
    drawn, section.legend = [], []
    band = ""
    for i, (cases, arrays) in enumerate(experiment.distinct(found)):
        values = np.stack([a[0] for a in arrays]).astype(float)
        middle = values.mean(axis=0)
        sd = values.std(axis=0, ddof=1) if len(values) > 1 else None
        band = f" Mean and standard deviation over {count(len(values), 'run')}." if sd is not None else ""
        drawn.append((i, profile_scale(record, dataset), middle, None if sd is None else middle - sd,
                      None if sd is None else middle + sd))
        label = experiment.label(cases)
        if label:
            colour, dash = figures.style(i)
            section.legend.append((colour, dash != "-", label))
    axis = dataset.axes[0]
    image = figures.curves(drawn, figures.axis_label(dataset.name, dataset.unit), axis, f"{dataset.what} against {axis}",
                           marker=True)
    return dataset.name, dataset.description[:1].upper() + dataset.description[1:] + "." + band, image
