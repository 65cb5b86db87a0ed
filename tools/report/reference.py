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

from record import INVALID, ReportError

KNOWN = ("quantity", "value", "se", "source")


@dataclasses.dataclass
class Comparison:
    case: str
    quantity: str
    reference: str    # as written
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
        reported = list(experiment.resolved.get("report", {}))
        if row["quantity"] not in reported and row["quantity"] not in {d.what for d in experiment.datasets}:
            raise ReportError(INVALID, f"{path}:{line}: the record has no quantity '{row['quantity']}'; "
                              f"reported are: {', '.join(reported)}")
        found += [compared(experiment, case, row, value, se) for case in cases]
    return found


def parsed(path, line, column, text):
    try:
        return float(text)
    except ValueError:
        raise ReportError(INVALID, f"{path}:{line}: '{column}' must be a number, not '{text}'") from None


def compared(experiment, case, row, value, se):
    quantity, source = row["quantity"], row.get("source", "")
    reference = row["value"] if math.isnan(se) else f"{row['value']} ± {row['se']}"
    # As reported, or else the recorded number itself.
    measured = experiment.number(case, quantity) or experiment.number(case, quantity, recorded=True)
    if measured is None:
        return Comparison(case.label, quantity, reference, "not measured", "", "", source)
    difference = measured.mean - value      # NaN where what was measured is no finite number
    if math.isnan(difference):
        return Comparison(case.label, quantity, reference, measured.with_error, "", "", source)
    errors = math.hypot(*(each for each in (se, measured.se) if not math.isnan(each)))
    return Comparison(case.label, quantity, reference, measured.with_error, f"{difference:+.3g}",
                      f"{difference / errors:+.1f}" if errors > 0 else "", source)
