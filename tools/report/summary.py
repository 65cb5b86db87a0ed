# tools/report/summary.py -- what `weir run` said at the end: the table, each case's numbers and the verdicts, as text.
#
# The program writes it (tools/lab/judge/summary_json.cpp); a page only shows it.
import dataclasses
import json
import math

from record import IO_FAILED, ReportError


@dataclasses.dataclass
class Verdict:
    met: bool
    rule: str
    where: str
    measured: str
    why: str
    missed: list      # of a verdict on a share of the cases: those that do not meet it


class Number:
    def __init__(self, number):
        null = lambda key: math.nan if number.get(key) is None else number[key]
        self.mean, self.se = null("mean"), null("se")
        if math.isnan(self.mean):
            self.mean = float(number["text"].split()[0])   # JSON has no infinities
        self.text = shown(number["text"])                  # mean, standard deviation, runs
        self.with_error = shown(number["with_error"])      # mean, standard error


class Summary:
    def __init__(self, summary):
        self.head = summary["table"]["head"]
        self.rows = [[shown(cell) for cell in row] + [""] * (len(self.head) - len(row)) for row in summary["table"]["rows"]]
        self.note = shown(summary["table"]["note"])
        self.values = by_case(summary, "values")           # label of a case -> quantity -> Number, as reported
        self.recorded = by_case(summary, "recorded")       # the same of every number that a node gives, or its mean
        self.expect, self.compare = verdicts(summary["expect"]), verdicts(summary["compare"])
        self.error_rate = summary["error_rate"]["text"]    # of all verdicts together; "" where chance has no part


def shown(text):
    return text.replace("+-", "±")


def by_case(summary, key):
    return {case["label"]: {what: Number(number) for what, number in case[key].items()} for case in summary["cases"]}


def verdicts(found):
    return [Verdict(v["met"], v["rule"], v["where"], shown(v["measured"]), v["why"], verdicts(v["missed"])) for v in found]


def read_summary(path):
    """None without a path: the run, or the sweep, has not ended."""
    if path is None:
        return None
    try:
        return Summary(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReportError(IO_FAILED, f"{path} cannot be read: {error!r}\n"
                          "run the sweep again; finished runs are kept") from None
