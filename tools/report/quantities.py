# tools/report/quantities.py -- every number that nodes give, by node and case, and why one is infinite or missing.
import dataclasses

import numpy as np

import figures
from number import count, number, with_spread
from statistic import measure, statistic


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
        record = experiment.record_with(dataset)
        shape, kind = record.shape(dataset), record.file[dataset.path].dtype.kind
        single = int(np.prod(shape)) == 1
        # Vectors over rows have a mean; ids, points and coordinates have none.
        if not single and (len(shape) != 1 or kind != "f" or dataset.axes == (dataset.name,)):
            continue
        section = sections.setdefault(dataset.node, NodeQuantities(dataset.node, record.plugin(dataset.node), [], [], []))
        description = dataset.description if single else f"{dataset.description} (mean over {shape[0]})"
        cells, reasons = [], []
        for case in experiment.cases:
            records = [run.record for run in case.runs if run.record is not None and run.record.dataset(dataset.what)
                       and (run.status == "finished" or not experiment.swept)]
            cells.append(cell_of(dataset, records, reasons, case, experiment))
        section.rows.append(Quantity(dataset.name, dataset.unit, description, cells, reasons))
        if not single and profile_scale(record, dataset) is not None:
            section.panels.append(profile(experiment, dataset, record, section))
    return [section for section in sections.values() if section.rows]


def cell_of(dataset, records, reasons, case, experiment):
    measured = []
    for record in records:
        own = record.dataset(dataset.what)
        m = measure(record, dataset.what, "mean")
        if m is None:
            continue
        measured.append(m)
        reason = record.reason(own)
        if reason and not np.isfinite(m.value):
            where = f" where {case.label}" if len(experiment.cases) > 1 else ""
            text = f"{number(m.value)}{where}: {reason}"
            if text not in reasons:
                reasons.append(text)
    s = statistic(measured)
    if s is None:
        return "-"
    if s.n > 1:
        return str(s)
    return with_spread(s.mean, s.se) if s.se is not None and s.se > 0 else number(s.mean)


def profile_scale(record, dataset):
    """Where a vector's entries lie, such as the times of bins; bins without a scale by number; None for rows and the like."""
    dimensions = record.file[dataset.path].dims
    scale = dimensions[0][0] if len(dimensions[0]) else None
    if scale is not None and not scale.attrs.get("NAME", b"").startswith(b"This is a netCDF dimension but not"):
        return np.asarray(scale[:], float)
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
