# tools/report/axes.py -- the reported numbers of a sweep over its axis of numbers, such as angles, beside their closed forms.
import dataclasses
import re

import numpy as np

import figures
from experiment import label
from number import number
from traces import Panel, Row, described, legend

LEAST = 3             # values that make an axis worth a figure
ROUND_OFF = 1e-12     # of the largest number in a figure: no more than zero
EXACT = r"^exact_|_exact$|^(exact|measured)$"      # what tells a node of a closed form from that of what is measured


@dataclasses.dataclass
class Axis:
    name: str
    unit: str
    values: dict      # text of the axis -> its number

    def of(self, cases):
        return np.array([self.values[case.axes[self.name]] for case in cases])

    def words(self, numbers):
        if set(numbers) == set(self.values.values()):
            return f"every {self.name}"
        return f"{self.name} = {', '.join(map(number, numbers))}" + (f" {self.unit}" if self.unit else "")


@dataclasses.dataclass
class Pair:
    """A reported number and its closed form, if that is reported as well."""
    measured: str = ""
    exact: str = ""


@dataclasses.dataclass
class Line:
    name: str
    cases: list
    mean: np.ndarray
    se: np.ndarray        # NaN where there is none
    exact: np.ndarray     # None without a closed form

    @property
    def both(self):
        return [self.mean] if self.exact is None else [self.mean, self.exact]


@dataclasses.dataclass
class Scale:
    log: bool
    small: float      # what is no larger has no place on a logarithmic scale
    limits: tuple

    def shown(self, values):
        return np.where(np.isfinite(values) & (np.abs(values) > self.small), values, np.nan)

    def is_kind(self, line, kind):
        """Where a line's number, or its closed form, is zero, infinite or missing."""
        test = {figures.ZERO: lambda v: np.abs(v) <= self.small, figures.INFINITE: np.isinf, figures.MISSING: np.isnan}[kind]
        return np.any([test(values) for values in line.both], axis=0)


def axis_of(experiment):
    """The axis with the most values among those whose values are numbers of one unit; None if there is none."""
    found = []
    for name in experiment.axes:
        texts = list(dict.fromkeys(case.axes[name] for case in experiment.cases))
        parts = [re.fullmatch(r"([-+.\deE]*\d\.?)(?: (deg|rad))?", text) for text in texts]
        if len(texts) >= LEAST and all(parts) and len({part[2] for part in parts}) == 1:
            found.append(Axis(name, parts[0][2] or "", {part[0]: float(part[1]) for part in parts}))
    return max(found, key=lambda axis: len(axis.values), default=None)


def over_axis(experiment):
    """(the axis' name, rows of panels): a row for each output, with all nodes that report it; ("", []) without such an axis."""
    axis = axis_of(experiment) if experiment.summary else None
    if axis is None:
        return "", []
    styles, rows, shown = {}, [], None
    for key, pairs in groups(experiment).items():
        row = row_of(experiment, axis, key, pairs, styles)
        if row.legend == shown and len(row.panels) == len(rows[-1].panels) == 1:
            rows[-1].panels += row.panels
            continue
        rows.append(row)
        row.legend, shown = [] if row.legend == shown else row.legend, row.legend
    return axis.name, rows


def groups(experiment):
    """Output, unit and reduction -> pairs of the nodes that report it."""
    found = {}
    for head in experiment.summary.head[len(experiment.axes):]:
        what, _, reduction = head.partition(" ")
        node, _, output = what.rpartition(".")
        own = experiment.dataset(what)
        pairs = found.setdefault((output, own.unit if own else "", reduction), {})
        pair = pairs.setdefault(re.sub(EXACT, "", node), Pair())
        if re.search(EXACT, node) and "measured" not in node:
            pair.exact = what
        else:
            pair.measured = what
    return {key: [each if each.measured else Pair(each.exact) for each in pairs.values()] for key, pairs in found.items()}


def facets(experiment, axis):
    """Title of a panel -> label of a line -> its cases in the order of the axis: by another axis where lines would be too many."""
    def split(by):
        out = {}
        for case in sorted(experiment.cases, key=lambda case: axis.values[case.axes[axis.name]]):
            rest = {name: text for name, text in case.axes.items() if name not in (axis.name, by)}
            title = f"{by} = {case.axes[by]}" if by else ""
            out.setdefault(title, {}).setdefault(label(rest), []).append(case)
        return out

    together = split("")
    others = [name for name in experiment.axes if name != axis.name]
    return split(others[0]) if len(together[""]) > len(figures.COLOURS) and len(others) > 1 else together


def line_of(experiment, pair, name, cases):
    of = lambda what, field: np.array([getattr(experiment.number(case, what), field, np.nan) for case in cases])
    return Line(name, cases, of(pair.measured, "mean"), of(pair.measured, "se"), of(pair.exact, "mean") if pair.exact else None)


def row_of(experiment, axis, key, pairs, styles):
    """Panels with one scale, so that they can be compared: one for each node that reports the output."""
    output, unit, reduction = key
    panels = [(pair, facet, [line_of(experiment, pair, name, cases) for name, cases in members.items()])
              for pair in pairs for facet, members in facets(experiment, axis).items()]
    lines = [line for *_, members in panels for line in members]
    scale = scale_of(lines)
    drawn, told = [], set()
    for pair, facet, members in panels:
        title = ", ".join(part for part in (f"{pair.measured} {reduction}".strip(), facet) if part)
        style = lambda line: styles.setdefault(line.name, len(styles))
        marks = [(style(line), axis.of(line.cases)[at], kind) for line in members for kind in figures.KINDS
                 if (at := scale.is_kind(line, kind)).any()]
        curves = [(style(line), axis.of(line.cases), scale.shown(line.mean), line.se,
                   None if line.exact is None else scale.shown(line.exact)) for line in members]
        image = figures.measured(curves, marks, axis.name, axis.unit, figures.axis_label(output, unit), scale.log, scale.limits,
                                 f"{title} against {axis.name}")
        own = experiment.dataset(pair.measured)
        about = described(own) if own else ""
        beside = f"The line is {pair.exact}." if pair.exact else ""
        notes = ["" if about in told else about, beside, *said(experiment, axis, pair, members, scale)]
        told.add(about)
        drawn.append(Panel(title, " ".join(note for note in notes if note), image))
    names = {line.name: styles[line.name] for line in lines if line.name}
    return Row(legend(names, styles) + shapes(experiment, lines), drawn)


def shapes(experiment, lines):
    """What points and curves are, where that does not go without saying."""
    erring, paired = any(np.any(line.se > 0) for line in lines), any(line.exact is not None for line in lines)
    point = "mean over runs" if any(len(case.runs) > 1 for case in experiment.cases) else "measured"
    found = [(figures.INK, "ring" if paired else "dot", point + (" ± standard error" if erring else ""))] if paired or erring else []
    return found + ([(figures.INK, "line", "closed form")] if paired else [])


def scale_of(lines):
    every = np.concatenate([values for line in lines for values in line.both])
    finite = np.abs(every[np.isfinite(every)])
    small = ROUND_OFF * finite.max(initial=0)
    every = every[np.isfinite(every) & (np.abs(every) > small)]
    log = figures.wants_log(every)
    ends = [line.mean + sign * np.nan_to_num(line.se) for line in lines for sign in ((1,) if log else (1, -1))]
    scale = Scale(log, small if log else -1, ())
    ends = np.concatenate([scale.shown(values) for values in (*ends, *(v for line in lines for v in line.both))])
    ends = ends[np.isfinite(ends)]
    return dataclasses.replace(scale, limits=(ends.min(), ends.max()) if ends.size else (0, 1))


def said(experiment, axis, pair, lines, scale):
    """What is at an edge, or nowhere, in words."""
    notes = []
    for kind in figures.KINDS:
        where, largest = {}, 0
        for line in lines:
            at = scale.is_kind(line, kind)
            largest = max([largest, *(np.abs(values[at]).max(initial=0) for values in line.both)])
            for case in (case for case, here in zip(line.cases, at) if here):
                reason = reason_of(experiment, case, pair) if kind == figures.INFINITE else ""
                where.setdefault((line.name, reason), []).append(axis.values[case.axes[axis.name]])
        places = "; ".join(", ".join(part for part in (name, axis.words(at)) if part) + (f" ({reason})" if reason else "")
                           for (name, reason), at in where.items())
        what = {figures.ZERO: "▽ at the lower edge, zero" + (f" but for round-off (up to {largest:.1g})" if largest else ""),
                figures.INFINITE: "△ at the upper edge, infinite", figures.MISSING: "No number"}[kind]
        notes += [f"{what}: {places}."] if places else []
    return notes


def reason_of(experiment, case, pair):
    for record in case.records:
        for what in (pair.measured, pair.exact):
            own = record.dataset(what)
            if own is not None and record.finished and (reason := record.reason(own)):
                return reason
    return ""
