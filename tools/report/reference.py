# tools/report/reference.py -- numbers from elsewhere, such as a paper's table, to stand beside those that were measured.
#
# A CSV file with a head. Columns `quantity` and `value` are needed, `se` and `source` are optional, and every other column
# is an axis of the sweep; an empty cell there means every case. `quantity` is written as in `report:`.
#
#   noise,quantity,value,se,source
#   none,recall.share,0.98,,"arXiv 2510.18118, table 2"
#   some,recall.share,0.05,0.01,"arXiv 2510.18118, table 2"
import csv
import dataclasses
import math

from number import number, with_spread
from record import INVALID, ReportError
from statistic import measure, statistic

KNOWN = ("quantity", "value", "se", "source")


@dataclasses.dataclass
class Comparison:
    case: str
    quantity: str
    reference: str
    measured: str
    difference: str
    errors: str       # the difference in standard errors of both, where these are known
    source: str


def read(path):
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            head = reader.fieldnames = [name.strip() for name in reader.fieldnames or []]
            rows = [(reader.line_num, {name: (row[name] or "").strip() for name in head}) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ReportError(INVALID, f"{path}: cannot be read as CSV: {error}") from None
    for needed in ("quantity", "value"):
        if needed not in head:
            raise ReportError(INVALID, f"{path}:1: there is no column '{needed}'; "
                              "the head is: axes of the sweep, quantity, value, se, source")
    return head, rows


def comparisons(path, experiment):
    head, rows = read(path)
    axes = [name for name in head if name not in KNOWN]
    for axis in axes:
        if axis not in experiment.axes:
            known = ", ".join(experiment.axes) or "none, this is a single run"
            raise ReportError(INVALID, f"{path}:1: column '{axis}' is no axis of the sweep; axes: {known}")
    found = []
    for line, row in rows:
        value, se = parsed(path, line, "value", row["value"]), parsed(path, line, "se", row.get("se", "") or "nan")
        cases = [c for c in experiment.cases if all(row[a] in ("", c.axes[a]) for a in axes)]
        if not cases:
            wanted = ", ".join(f"{a} = {row[a]}" for a in axes if row[a])
            there = "; ".join(c.label for c in experiment.cases)
            raise ReportError(INVALID, f"{path}:{line}: no case of the sweep has {wanted}; cases: {there}")
        reported = [what for what, _ in experiment.reported]
        if row["quantity"] not in reported and row["quantity"] not in {d.what for d in experiment.datasets}:
            raise ReportError(INVALID, f"{path}:{line}: the record has no quantity '{row['quantity']}'; "
                              f"reported are: {', '.join(reported)}")
        found += [compared(case, row["quantity"], value, se, row.get("source", "")) for case in cases]
    return found


def parsed(path, line, column, text):
    try:
        return float(text)
    except ValueError:
        raise ReportError(INVALID, f"{path}:{line}: '{column}' must be a number, not '{text}'") from None


def measured_in(case, quantity):
    """As reported, or else the recorded number itself."""
    s = case.statistic(quantity)
    if s is None:
        every = [measure(run.record, quantity, "mean") for run in case.runs if run.record and run.status == "finished"]
        s = statistic([m for m in every if m is not None])
    return s


def compared(case, quantity, value, se, source):
    known = None if math.isnan(se) else se
    reference = with_spread(value, se) if known else number(value)
    s = measured_in(case, quantity)
    if s is None:
        return Comparison(case.label, quantity, reference, "not measured", "", "", source)
    difference = s.mean - value
    errors = math.hypot(known or 0.0, s.se or 0.0)
    return Comparison(case.label, quantity, reference, with_spread(s.mean, s.se) if s.se else number(s.mean),
                      f"{difference:+.3g}", f"{difference / errors:+.1f}" if errors > 0 else "", source)
