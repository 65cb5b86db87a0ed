# tools/report/traces.py -- which curves a page has: every trace of every node, over seeds and cases.
import dataclasses

import numpy as np

import figures
from number import count, number
from record import SIBLINGS

FEW = 12      # entries of a second axis that are drawn as a curve each
MOST = 8      # curves in one panel


@dataclasses.dataclass
class Panel:
    title: str
    note: str
    svg: str


@dataclasses.dataclass
class Row:
    """Panels with one legend: (colour, dashed, label)."""
    legend: list
    panels: list


@dataclasses.dataclass
class NodeTraces:
    node: str
    plugin: str
    rows: list = dataclasses.field(default_factory=list)


def all_traces(experiment):
    sections, styles = {}, {}
    order = list(dict.fromkeys(node["node"] for record in experiment.records for node in record.nodes))
    for dataset in experiment.datasets:
        if not dataset.trace or experiment.is_sibling(dataset):
            continue
        record = experiment.record_with(dataset)
        section = sections.setdefault(dataset.node, NodeTraces(dataset.node, record.plugin(dataset.node)))
        for row in rows_of(experiment, dataset, record, styles):
            if section.rows and section.rows[-1].legend == row.legend:
                section.rows[-1].panels += row.panels
            else:
                section.rows.append(row)
    # A trainer before its probes: they are nodes inside it, and end before it.
    at_top = lambda node: min((name for name in order if f"{node}.".startswith(f"{name}.")), key=len)
    return sorted(sections.values(), key=lambda s: (order.index(at_top(s.node)), s.node))


def rows_of(experiment, dataset, record, styles):
    found = []
    for case in experiment.cases:
        traces = [r.trace(r.dataset(dataset.what)) for r in case.records if r.dataset(dataset.what)]
        traces = [t for t in traces if len(t[0])]
        if traces:
            found.append((case, traces))
    if not found:
        return [Row([], [Panel(dataset.name, described(dataset) + " No rows yet.", "")])]
    groups = [(experiment.label(cases), cases, *aligned(traces)) for cases, traces in experiment.distinct(found)]
    shape = groups[0][3].shape      # [run, step, ...]
    if len(shape) == 3 and record.scale(dataset, 1) is not None:
        return heat_maps(dataset, record, groups)
    if len(shape) == 3 and shape[2] <= FEW:
        return entries(dataset, record, groups)
    return lines(experiment, dataset, record, groups, styles)


def aligned(traces):
    """The steps that all runs have, and their values [run, step, ...]."""
    step = traces[0][0]
    for other, _ in traces[1:]:
        step = step if np.array_equal(step, other) else np.intersect1d(step, other)
    return step, np.stack([value[np.isin(own, step)] for own, value in traces]).astype(float)


def described(dataset, *more):
    text = dataset.description
    text = text[:1].upper() + text[1:]
    return ". ".join(part.rstrip(".") for part in (text, *more) if part) + "."


def beside(record, dataset):
    """What is recorded along with a trace, in words; a standard error's size, too."""
    parts = []
    for suffix in SIBLINGS:
        sibling = record.sibling(dataset, suffix)
        if sibling is None or not sibling.trace:
            continue
        values = record.trace(sibling)[1].astype(float)
        values = values[np.isfinite(values)]
        where = " in the first run" if "sweep" in record.resolved else ""
        extent = f": {number(values.min())} to {number(values.max())}{where}" if values.size else ""
        parts.append(f"{sibling.name}, {sibling.description}{extent}")
    return "Beside it " + "; ".join(parts) if parts else ""


def thinned(step):
    if len(step) <= 2 * figures.BUCKETS:
        return ""
    return (f"{len(step)} steps in {figures.BUCKETS} stretches: line at their mean, "
            "band from their least to their greatest value")


def spread(record, dataset, step, values):
    """Middle and band of [run, step] or, for traces by row, [run, step, row]; and the band in words."""
    if values.ndim > 2:
        rows = np.moveaxis(values, 0, 1).reshape(values.shape[1], -1)
        with np.errstate(all="ignore"):
            low, middle, high = np.nanquantile(rows, [0.1, 0.5, 0.9], axis=1)
        return middle, low, high, f"Median and 10 to 90 % band of {values[0, 0].size} rows" + (
            f" of {len(values)} runs" if len(values) > 1 else "")
    middle = values.mean(axis=0)
    if len(values) > 1:
        sd = values.std(axis=0, ddof=1)
        return middle, middle - sd, middle + sd, f"Mean and standard deviation over {count(len(values), 'run')}"
    sibling = record.sibling(dataset, "_se")
    if sibling is not None and sibling.trace:
        at, se = record.trace(sibling)      # which may have fewer steps
        known = np.isfinite(se)
        if known.any():
            se = np.interp(step, at[known], se[known])
            return middle, middle - se, middle + se, "Band: one standard error"
    return middle, None, None, ""


def legend(labels, styles):
    entries = []
    for label in labels:
        colour, dash = figures.style(styles[label])
        entries.append((colour, dash != "-", label))
    return entries


def lines(experiment, dataset, record, groups, styles):
    """One panel; one per value of the sweep's first axis where curves would be too many."""
    facets = {"": groups}
    if len(groups) > MOST:
        axis = next((a for a in experiment.axes if len({g[1][0].axes[a] for g in groups}) > 1), None)
        if axis is not None:
            facets = {}
            for group in groups:
                facets.setdefault(f"{axis} = {group[1][0].axes[axis]}", []).append(group)
    rows = []
    for facet, members in facets.items():
        short = lambda text: text.replace(facet + ", ", "") if facet else text
        drawn, band = [], ""
        for label, cases, step, values in members:
            styles.setdefault(short(label), len(styles))
            own = cases[0].records[0]
            middle, low, high, band = spread(own, dataset, step, values)
            drawn.append((styles[short(label)], step, middle, low, high))
        first = facet == next(iter(facets))
        note = described(dataset, band, beside(record, dataset), thinned(members[0][2])) if first else ""
        title = f"{dataset.name}, {facet}" if facet else dataset.name
        image = figures.curves(drawn, figures.axis_label(dataset.name, dataset.unit),
                               alt=f"{dataset.node}.{title} against step")
        labels = [short(g[0]) for g in members]
        key = legend(labels, styles) if labels != [""] else []
        if rows and rows[-1].legend == key:
            rows[-1].panels.append(Panel(title, note, image))
        else:
            rows.append(Row(key, [Panel(title, note, image)]))
    return rows


def heat_maps(dataset, record, groups):
    bins = record.scale(dataset, 1)
    with np.errstate(all="ignore"):      # of finite values; NaN where there are none
        means = [np.where(np.isfinite(v), v, 0).sum(axis=0) / np.isfinite(v).sum(axis=0) for *_, v in groups]
    finite = np.concatenate([m[np.isfinite(m)] for m in means])
    if not finite.size:
        return [Row([], [Panel(dataset.name, described(dataset, "No finite values"), "")])]
    log = figures.wants_log(finite)
    limits = finite.min(), max(finite.max(), finite.min() * (1 + 1e-9) + 1e-300)
    panels = []
    for (label, cases, step, values), mean in zip(groups, means):
        title = f"{dataset.name}, {label}" if label else dataset.name
        averaged = f"Mean over {count(len(values), 'run')}" if len(values) > 1 else ""
        long = f"{len(step)} steps, averaged in {figures.COLUMNS} stretches" if len(step) > figures.COLUMNS else ""
        note = described(dataset, averaged, beside(record, dataset), long) if not panels else ""
        axis = "t" if dataset.axes[0].startswith("time") else dataset.axes[0]
        image = figures.heat(step, bins, mean, limits, log, "step", axis, figures.axis_label(dataset.name, dataset.unit),
                             f"{dataset.node}.{title} against step and {axis}")
        panels.append(Panel(title, note, image))
    return [Row([], panels)]


def entries(dataset, record, groups):
    """A curve for each of a few entries, such as layers; a panel for each case."""
    names = record.entry_names(dataset)
    styles = {name: i for i, name in enumerate(names)}
    panels = []
    for label, cases, step, values in groups:
        title = f"{dataset.name}, {label}" if label else dataset.name
        middles = values.mean(axis=0)
        sds = values.std(axis=0, ddof=1) if len(values) > 1 else None
        drawn = [(i, step, middles[:, i], None if sds is None else middles[:, i] - sds[:, i],
                  None if sds is None else middles[:, i] + sds[:, i]) for i in range(len(names))]
        band = f"Mean and standard deviation over {count(len(values), 'run')}" if sds is not None else ""
        note = described(dataset, band, beside(record, dataset), thinned(step)) if not panels else ""
        panels.append(Panel(title, note, figures.curves(drawn, figures.axis_label(dataset.name, dataset.unit),
                                                        alt=f"{dataset.node}.{title} against step")))
    return [Row(legend(names, styles), panels)]
