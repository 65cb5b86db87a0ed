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


def row_of(experiment, axis, key, pairs, styles):
    output, unit, reduction = key
    values = lambda what, cases: np.array([getattr(experiment.number(case, what), "mean", np.nan) for case in cases])
    every = np.concatenate([values(what, experiment.cases) for pair in pairs for what in (pair.measured, pair.exact) if what])
    finite = every[np.isfinite(every)]
    top = np.abs(finite).max(initial=0)
    log = figures.wants_log(finite[np.abs(finite) > ROUND_OFF * top])
    panels, erring, labels = [], False, {}
    for pair in pairs:
        for facet, members in facets(experiment, axis).items():
            lines, marks, reach = [], [], {}
            for name, cases in members.items():
                labels[name] = styles.setdefault(name, len(styles))
                mean, exact = (values(what, cases) if what else None for what in (pair.measured, pair.exact))
                se = np.array([getattr(experiment.number(case, pair.measured), "se", np.nan) for case in cases])
                erring = erring or bool(np.nanmax(se, initial=0) > 0)
                x, both = axis.of(cases), [each for each in (mean, exact) if each is not None]
                for kind in (figures.ZERO, figures.INFINITE, figures.MISSING):
                    at = np.any([is_kind(each, kind, ROUND_OFF * top if log else -1) for each in both], axis=0)
                    if at.any():
                        marks.append((labels[name], x[at], kind))
                        reach.setdefault(kind, []).append((name, [c for c, here in zip(cases, at) if here], np.abs(both)[:, at]))
                shown = [np.where(np.isfinite(v) & (np.abs(v) > ROUND_OFF * top if log else True), v, np.nan) for v in both]
                lines.append((labels[name], x, shown[0], se, shown[1] if len(shown) > 1 else None))
            panels.append((pair, facet, lines, marks, said(experiment, axis, pair, reach)))

    limits = limits_of([line for _, _, lines, *_ in panels for line in lines], log)
    drawn, told = [], set()
    for pair, facet, lines, marks, notes in panels:
        title = ", ".join(part for part in (pair.measured + (f" {reduction}" if reduction else ""), facet) if part)
        image = figures.measured(lines, marks, axis.name, axis.unit, figures.axis_label(output, unit), log, limits,
                                 f"{title} against {axis.name}")
        own = experiment.dataset(pair.measured)
        description = described(own) if own and own.description not in told else ""
        told.add(own.description if own else "")
        beside = f"The line is {pair.exact}." if pair.exact else ""
        drawn.append(Panel(title, " ".join(part for part in (description, beside, *notes) if part), image))
    named = {name: index for name, index in labels.items() if name}
    point = "mean over runs" if any(len(case.runs) > 1 for case in experiment.cases) else "measured"
    paired = any(pair.exact for pair in pairs)
    shapes = [(figures.INK, "ring" if paired else "dot", point + (" ± standard error" if erring else ""))] if paired or erring else []
    return Row(legend(named, styles) + shapes + ([(figures.INK, "line", "closed form")] if paired else []), drawn)


def is_kind(values, kind, small):
    if kind == figures.ZERO:
        return np.abs(values) <= small
    return np.isinf(values) if kind == figures.INFINITE else np.isnan(values)


def limits_of(lines, log):
    """Of all panels of a row, so that they can be compared."""
    ends = [v for _, _, mean, se, exact in lines for v in (mean, mean + np.nan_to_num(se), exact) if v is not None]
    low_ends = [mean - np.nan_to_num(se) for _, _, mean, se, _ in lines] if not log else []
    every = np.concatenate(ends + low_ends)
    every = every[np.isfinite(every)]
    return (every.min(), every.max()) if every.size else (0, 1)


def said(experiment, axis, pair, reach):
    """What is at an edge, or nowhere, in words."""
    notes = []
    for kind, found in reach.items():
        where = {}
        for name, cases, values in found:
            for case in cases:
                reason = reason_of(experiment, case, pair) if kind == figures.INFINITE else ""
                where.setdefault(reason, {}).setdefault(name, []).append(axis.values[case.axes[axis.name]])
        places = "; ".join(
            "; ".join(", ".join(part for part in (name, axis.words(at)) if part) for name, at in by_name.items())
            + (f" ({reason})" if reason else "") for reason, by_name in where.items())
        if kind == figures.ZERO:
            largest = max(values.max() for *_, values in found)
            what = "zero" if largest == 0 else f"zero but for round-off (up to {largest:.1g})"
            notes.append(f"▽ at the lower edge, {what}: {places}.")
        else:
            notes.append(f"△ at the upper edge, infinite: {places}." if kind == figures.INFINITE else f"No number: {places}.")
    return notes


def reason_of(experiment, case, pair):
    for record in case.records:
        for what in (pair.measured, pair.exact):
            own = record.dataset(what)
            if own is not None and record.finished and (reason := record.reason(own)):
                return reason
    return ""
