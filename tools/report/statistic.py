# tools/report/statistic.py -- numbers of a run, their mean and spread over seeds, and whether they are as expected.
#
# The rules are those of the program, so that page and terminal agree: core/record/reduce.cpp, tools/cli/statistic.cpp,
# tools/cli/expectation.cpp.
import dataclasses
import math

import numpy as np

from number import cell, number, with_spread


@dataclasses.dataclass
class Measured:
    value: float
    se: float = None
    n: float = None


@dataclasses.dataclass
class Statistic:
    mean: float
    sd: float
    se: float     # None where nothing tells it
    n: int

    def __str__(self):
        return f"{with_spread(self.mean, self.sd)} ({self.n})" if self.n > 1 else f"{number(self.mean)} ({self.n})"


def statistic(measured):
    """Over the runs of a case: None without any."""
    if not measured:
        return None
    if len(measured) == 1:
        return Statistic(measured[0].value, 0.0, measured[0].se, 1)
    values = np.array([m.value for m in measured], float)
    with np.errstate(invalid="ignore"):
        sd = float(np.std(values, ddof=1))
    return Statistic(float(values.mean()), sd, sd / math.sqrt(len(values)), len(values))


def reduce(values, reduction):
    """One number of a tensor or of a trace's rows."""
    values = np.asarray(values, float)
    if reduction in ("last", "first") and values.ndim:
        if not len(values):
            return math.nan
        values = values[-1 if reduction == "last" else 0]
    elif reduction == "sd":
        return float(np.std(values, ddof=1)) if values.size > 1 else math.nan
    elif reduction == "sum":
        return float(values.sum())
    elif reduction in ("min", "max"):
        return float(getattr(values, reduction)()) if values.size else math.nan
    return float(values.mean()) if values.size else math.nan


def measure(record, what, reduction):
    """A reported number of a record with its standard error, or None if the record does not have it."""
    dataset = record.dataset(what)
    if dataset is None or not record.written(dataset):
        return None
    read = lambda d: record.trace(d)[1] if d.trace else record.values(d)
    values = read(dataset)
    measured = Measured(reduce(values, reduction))
    end = reduction in ("last", "first")
    if values.size == 1 or (end and values.ndim == 1):
        for part, suffix in (("se", "_se"), ("n", "_n")):
            sibling = record.sibling(dataset, suffix)
            if sibling is not None:
                setattr(measured, part, reduce(read(sibling), reduction if end else "mean"))
    return measured


@dataclasses.dataclass
class Verdict:
    met: bool
    rule: str
    where: str
    measured: str
    why: str = ""


def _rule(expectation):
    relation = next(r for r in ("at_least", "at_most", "equals") if r in expectation)
    text = f"{expectation['that']} {relation.replace('_', ' ')} {number(expectation[relation])}"
    if "within" in expectation:
        text += f" within {number(expectation['within'])}"
    if "within_se" in expectation:
        text += f" within {number(expectation['within_se'])} standard errors"
    return text, relation


def _holds(expectation, relation, s):
    if math.isnan(s.mean):
        return False, ""
    slack = expectation.get("within", 0.0)
    if "within_se" in expectation:
        if s.se is None:
            return False, "no standard error: sweep over seeds, seed: {count: 5}"
        slack = expectation["within_se"] * s.se
    value = expectation[relation]
    if relation == "at_least":
        return s.mean >= value - slack, ""
    if relation == "at_most":
        return s.mean <= value + slack, ""
    return s.mean == value or abs(s.mean - value) <= slack, ""


def judge(expectations, cases):
    """Each expectation in every case that its `where` selects."""
    verdicts = []
    for expectation in expectations:
        rule, relation = _rule(expectation)
        where = expectation.get("where", {})
        selected = [c for c in cases if all(c.axes.get(axis) == cell(value) for axis, value in where.items())]
        for case in selected:
            s = case.statistic(expectation["that"])
            if s is None:
                verdicts.append(Verdict(False, rule, case.label, "not measured"))
                continue
            met, why = _holds(expectation, relation, s)
            measured = f"{with_spread(s.mean, s.se)} (se)" if s.se is not None and s.se > 0 else number(s.mean)
            if s.n < len(case.runs):
                measured += f" over {s.n} of {len(case.runs)} runs"
            verdicts.append(Verdict(met, rule, case.label, measured, why))
        if not selected:
            verdicts.append(Verdict(False, rule, "", "no case of the sweep is selected by its where"))
    return verdicts
