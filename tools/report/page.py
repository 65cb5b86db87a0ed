# tools/report/page.py -- puts the page together: what the template is filled with.
import collections
import datetime
import pathlib
import re

import jinja2
import markupsafe

import axes
import figures
import flows
import graph
import memorisation
import number
import policy
import quantities
import reference
import so_far
import traces
from experiment import open_experiment
from files import goes_on

HERE = pathlib.Path(__file__).parent


def make(source, summary, reference_file):
    experiment = open_experiment(source, summary)
    record = experiment.records[0] if experiment.records else None
    drawing, undrawn = graph.drawing(record, experiment.resolved) if record else ("", "")
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE), autoescape=True, undefined=jinja2.StrictUndefined,
                                     trim_blocks=True, lstrip_blocks=True)
    environment.filters["code"] = with_code
    environment.filters["count"] = number.count
    return environment.get_template("page.html.jinja").render(
        themed=figures.THEMED, css=markupsafe.Markup((HERE / "style.css").read_text()), safe=markupsafe.Markup,
        policy=policy.PLAIN, zoom=markupsafe.Markup(policy.ZOOM), so_far=None if experiment.summary else so_far.table(experiment),
        experiment=experiment, record=record, lead=lead(experiment), status=status(experiment),
        unfinished=unfinished(experiment), judged=bool(experiment.resolved.get("expect") or experiment.resolved.get("compare")),
        facts=facts(experiment), failures=failures(experiment), warned=warned(experiment),
        runs=runs(experiment) if experiment.swept else [],
        comparisons=reference.comparisons(reference_file, experiment) if reference_file else None,
        reference=reference_file.name if reference_file else "", drawing=drawing, undrawn=undrawn,
        over=axes.over_axis(experiment), traces=traces.all_traces(experiment), flows=flows.all_flows(experiment),
        memorisation=memorisation.all_memorisation(experiment), quantities=quantities.all_quantities(experiment),
        plugins=plugins(experiment), libraries=record.columns("provenance/libraries") if record else [],
        sources=sources(experiment))


def with_code(text):
    """`words` of a comment as code; everything else stays text."""
    return markupsafe.Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(markupsafe.escape(text))))


def lead(experiment):
    """Paragraphs of the pipeline's note, or else of the comment that opens its source: (label or "", text)."""
    source = experiment.records[0].text("pipeline/source") if experiment.records else ""
    note = note_of(source)
    if note:
        return [("", note)]
    lines = []
    for line in source.splitlines():
        if not line.startswith("#"):
            break
        if "yaml-language-server" not in line:
            lines.append(line[1:])
    paragraphs, current = [], []
    for line in [*lines, ""]:
        labelled = re.match(r" ?([A-Z]\w+) {2,}(.*)", line)      # "Source   arXiv ..."
        if (labelled or not line.strip()) and current:
            paragraphs.append((current[0], " ".join(current[1:])))
            current = []
        if labelled:
            current = [labelled[1], labelled[2]]
        elif line.strip():
            current = [*(current or [""]), line.strip()]
    return paragraphs


def note_of(source):
    """The pipeline's own `note:`, which is in its source alone; no more of YAML is needed here than scalars on a line or
    indented below it."""
    found = re.search(r"^note:[ \t]*(.*)((?:\n[ \t]+.*|\n(?=\n*[ \t]))*)", source, flags=re.M)
    if not found:
        return ""
    line, below = found[1].strip(), " ".join(found[2].split())
    if re.fullmatch(r"[|>][-+0-9]*", line):
        return below
    text = f"{line} {below}".strip()
    if quoted := re.match(r"'((?:[^']|'')*)'", text):
        return quoted[1].replace("''", "'")
    if quoted := re.match(r'"((?:[^"\\]|\\.)*)"', text):
        return re.sub(r"\\(.)", r"\1", quoted[1])
    return re.sub(r"(^|\s)#.*", "", text)


def status(experiment):
    """(class, words)."""
    counts = collections.Counter(run.status for run in experiment.runs)
    if experiment.swept:
        words = ", ".join(f"{n} {state}" for state, n in counts.items())
        if set(counts) == {"finished"}:
            return "good", f"all {number.count(len(experiment.runs), 'run')} finished"
        return "going" if may_go_on(experiment) else "bad", f"{words}, of {number.count(len(experiment.runs), 'run')}"
    record = experiment.records[0]
    if record.finished:
        return "good", "finished"
    return "going" if may_go_on(experiment) else "bad", record.status + (f": {record.message}" if record.message else "")


GOING = {"finished", "running", "not begun"}


def may_go_on(experiment):
    """As far as the records tell: that a process was killed is written nowhere."""
    return experiment.summary is None and all(run.status in GOING for run in experiment.runs)


def unfinished(experiment):
    on = goes_on(experiment.path, experiment.path.resolve())
    if experiment.swept:
        if experiment.summary:
            return ""
        state = "The sweep goes on." if on else ("The sweep was interrupted, and its command, given again, keeps finished runs; or it is run "
                                                "from elsewhere.")
        return f"{state} Figures and numbers are of what is recorded so far; means over runs come at its end."
    if experiment.records[0].finished:
        return ""
    nanoseconds = experiment.records[0].last_written
    when = datetime.datetime.fromtimestamp(nanoseconds / 1e9, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
    state = "" if experiment.records[0].status != "running" else "The run goes on. " if on else \
        "No process here writes it: it was killed, and its command, given again, goes on with it; or it is written from elsewhere. "
    return f"{state}Last written to {when}. Figures and numbers are of what is recorded so far."


def seconds(record):
    """Time of all attempts that ended, and of the one that goes on up to its last row."""
    total = 0.0
    for attempt in record.columns("provenance/attempts"):
        try:
            start, end = (datetime.datetime.strptime(attempt[k], "%Y-%m-%dT%H:%M:%SZ") if attempt[k] else None for k in ("start", "end"))
        except ValueError:
            continue
        if start and end is None and record.status == "running":
            end = datetime.datetime.fromtimestamp(record.last_written / 1e9, datetime.timezone.utc).replace(tzinfo=None)
        if start and end:
            total += max((end - start).total_seconds(), 0)
    return total


def elapsed(total):
    # Attempts are dated to the second.
    return "under 1 s" if total < 1 else f"{total:.0f} s" if total < 10 else number.duration(total)


def one_or_all(values):
    return ", ".join(dict.fromkeys(str(v) for v in values if str(v)))


def facts(experiment):
    records = experiment.records
    rows = [("File", str(experiment.path)),
            ("Seeds" if experiment.swept else "Seed", one_or_all(run.seed for run in experiment.runs))]
    if records:
        created = sorted(r.attribute("created").replace("T", " ").replace("Z", " UTC") for r in records)
        rows.append(("When", created[0] if len(created) == 1 else f"{created[0]} to {created[-1]}"))
        times = [seconds(r) for r in records]
        least, most = elapsed(min(times)), elapsed(max(times))
        each = "" if len(times) == 1 else f", {least} to {most} each" if least != most else f", {least} each"
        rows.append(("Time", elapsed(sum(times)) + (" in all" if each else "") + each))
        device = one_or_all(r.text("provenance/device") for r in records)
        name = one_or_all(r.text("provenance/device_name") for r in records)   # older records have none
        threads = one_or_all(r.text("provenance/threads") for r in records)
        dtype = one_or_all(r.text("provenance/dtype") for r in records)
        threads = number.count(int(threads), "thread") if threads.isdigit() else threads
        rows.append(("Device", ", ".join(part for part in (device, name, threads, dtype) if part)))
        libraries = records[0].columns("provenance/libraries")
        rows.append(("Versions", ", ".join(f"{each['name']} {each['version']}" for each in libraries)))
    return rows


def warned(experiment):
    """(text, how many runs): what the runs warned of, each once."""
    counts = collections.Counter(line for record in experiment.records for line in dict.fromkeys(record.text("warnings").splitlines()))
    return list(counts.items())


def failures(experiment):
    """(status, message, names of runs): runs that did not finish, by what they say."""
    groups = {}
    fine = GOING if experiment.summary is None else {"finished"}
    for run in experiment.runs if experiment.swept else []:
        if run.status not in fine:
            message = run.record.message if run.record else "no record" if run.status != "not begun" else ""
            groups.setdefault((run.status, message), []).append(run.name)
    return [(state, message, names) for (state, message), names in groups.items()]


def runs(experiment):
    return [(run.name, run.status, run.seed, elapsed(seconds(run.record)) if run.record else "-") for run in experiment.runs]


def plugins(experiment):
    """One row per plugin and file hash over all runs."""
    rows = {}
    for record in experiment.records:
        for row in record.columns("provenance/plugins"):
            rows.setdefault((row["name"], row["sha256"]), row)
    return [row | {"file": pathlib.PurePath(row["file"]).name} for row in rows.values()]


def sources(experiment):
    every = {key: one_or_all(r.text(f"provenance/{key}") for r in experiment.records)
             for key in ("pipeline_file", "git_commit", "host")}
    commands = list(dict.fromkeys(r.text("provenance/command") for r in experiment.records))
    more = f"   and {number.count(len(commands) - 1, 'other')}" if len(commands) > 1 else ""
    return every | {"command": commands[0] + more if commands else ""}
