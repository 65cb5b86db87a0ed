# tests/tools/report.test.py -- weir report: pages of small runs and sweeps agree with terminal, table and record.
#
# Exit 77: Python lacks what the report needs (apt-get install python3-h5py python3-matplotlib python3-jinja2).
import collections
import csv
import html.parser
import importlib.util
import itertools
import json
import math
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import types
import xml.etree.ElementTree

missing = [name for name in ("h5py", "matplotlib", "jinja2") if importlib.util.find_spec(name) is None]
if missing:
    print(f"skipped: {sys.executable} lacks {', '.join(missing)}")
    sys.exit(77)
os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")
import h5py
TOOLS = pathlib.Path(os.environ["WEIR_SOURCE_DIR"]) / "tools/report"
sys.path[:0] = [str(TOOLS), str(TOOLS.parent / "python")]

WEIR = pathlib.Path(os.environ["WEIR_BIN_DIR"]) / "weir"
PYTHON = sys.executable

SWEEP = """
name: turn
note: "a turn <script>alert('x')</script> & more"
seed: 1
nodes:
  base:   {plugin: source/gaussian, dim: 2}
  pairs:  {plugin: coupling/affine, source: base, angle: 180 deg, shift: [5, 5], draw: {fixed: 16}}
  task:
    plugin: objective/flow_matching
    coupling: pairs
    interpolant: {plugin: linear, noise: {plugin: constant, sigma: 0}}
  train:
    plugin: trainer/gradient
    objective: task
    model: {plugin: field/mlp, width: 16, depth: 2}
    optimiser: {plugin: adam, lr: 0.01}
    steps: 600
    batch: 32
    probes: {variance: {plugin: gradient_variance, every: 20}, loss: {plugin: loss}}
  flow:   {plugin: integrator/euler, field: train.field, start: pairs.x0, steps: 4, save: 5}
  recall: {plugin: metric/memorisation, generated: flow.end, pairs: pairs}
"""
ROUNDS = """
name: rounds
blocks:
  round:
    inputs: [pairs]
    nodes:
      task:  {plugin: objective/flow_matching, coupling: pairs}
      train: {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 8, depth: 1}, steps: 5, batch: 8}
      flow:  {plugin: integrator/euler, field: train.field, start: pairs.x0, steps: 2}
      next:  {plugin: coupling/given, start: pairs.x0, end: flow.end}
    outputs: {pairs: next, ends: flow.end}
nodes:
  base:  {plugin: source/gaussian, dim: 2}
  first: {plugin: coupling/independent, source: base, target: base, draw: {fixed: 16}}
  loop:  {use: round, repeat: 2, pairs: first}
  w2:    {plugin: metric/w2, samples: loop.ends, points: first.x1}
"""
REPORT = """
report: {train.loss: last, recall.share: mean, recall.own: mean, train.probes.variance.total: last}
expect:
  - {that: recall.own, where: {sigma: 0}, at_least: 0.001}
  - {that: recall.share, where: {sigma: 0.5}, at_least: 2}
  - {that: recall.own, equals: 1, within_se: 2}
  - {that: recall.own, equals: recall.own, within: 0.1, within_se: 2}
  - {that: recall.share, at_least: train.loss, share: 0.1}
"""
COMPARE = """
compare:
  - {that: train.loss, axis: sigma, less: 0, than: 0.5}
  - {less: recall.own, than: recall.own}
"""
AXES = """
sweep:
  sigma: {set: task.interpolant.noise.sigma, values: [0, 0.5]}
  seed:  {count: 2}
"""
# Half of its runs diverge.
BROKEN = """
report: {recall.share: mean, recall.own: mean}
expect: [{that: recall.share, at_most: 1}]
sweep:
  lr:   {set: train.optimiser.lr, values: [0.01, 1.0e+30]}
  seed: {count: 2}
"""
# A variance that the plugin does not give, with its reason; no trace.
STILL = """
name: still
nodes:
  base:   {plugin: source/gaussian, dim: 2}
  target: {plugin: source/gaussian, mean: [5, 5]}
  pairs:  {plugin: coupling/ot, source: base, target: target, draw: fresh}
  turned: {plugin: coupling/affine, source: base, shift: [5, 5], draw: fresh}
  task:   {plugin: objective/flow_matching, coupling: pairs}
  field:  {plugin: field/affine, value: pair, coupling: turned}
  var:    {plugin: metric/gradient_variance, objective: task, field: field, batch: 16, replicates: 4}
report: {var.total: mean, var.replicated: mean}
"""

# Over angles, measured beside its closed form: zero without noise, and infinite at a half turn with noise.
ANGLES = """
name: angles
seed: 4
dtype: float64
nodes:
  base:  {plugin: source/gaussian, dim: 2}
  pairs: {plugin: coupling/affine, source: base, angle: 0 deg, shift: [5, 5], draw: fresh}
  plain: {plugin: coupling/affine, source: base, shift: [5, 5], draw: fresh}
  task:  {plugin: objective/flow_matching, coupling: pairs, interpolant: {plugin: linear, noise: {plugin: constant, sigma: 0}}}
  pair_field: {plugin: field/affine, value: pair, coupling: pairs}
  ot_field:   {plugin: field/affine, value: ot, coupling: plain}
  at_pair: {plugin: metric/gradient_variance, objective: task, field: pair_field, batch: 16, replicates: 4}
  at_ot:   {plugin: metric/gradient_variance, objective: task, field: ot_field, batch: 16, replicates: 4}
  at_pair_exact: {plugin: metric/gradient_variance_exact, objective: task, field: pair_field}
  at_ot_exact:   {plugin: metric/gradient_variance_exact, objective: task, field: ot_field}
report: {at_pair.total: mean, at_pair_exact.total: mean, at_ot.total: mean, at_ot_exact.total: mean, at_ot_exact.loss: mean}
sweep:
  sigma: {set: task.interpolant.noise.sigma, values: [0, 0.05]}
  angle: {set: pairs.angle, values: [0 deg, 90 deg, 180 deg]}
"""

# Images as vectors, carried by a field in closed form.
IMAGES = """
name: images
nodes:
  base:   {plugin: source/gaussian, dim: 16}
  images: {plugin: source/idx, images: images.idx, flatten: true}
  pairs:  {plugin: coupling/independent, source: base, target: images, draw: {fixed: 8}}
  exact:  {plugin: field/kernel, coupling: pairs, interpolant: {plugin: linear, noise: {plugin: constant, sigma: 0.1}}}
  flow:   {plugin: integrator/euler, field: exact, start: pairs.x0, steps: 2}
  recall: {plugin: metric/memorisation, generated: flow.end, pairs: pairs}
"""

# Ends that went to their own partner, to that under optimal transport, or to another; few pairs and many.
SHUFFLED = """
name: shuffled
seed: 1
nodes:
  base:   {plugin: source/gaussian, dim: 2}
  ot:     {plugin: coupling/ot, source: base, target: base, draw: {fixed: 16}}
  pairs:  {plugin: coupling/shuffled, coupling: ot}
  exact:  {plugin: field/kernel, coupling: pairs, interpolant: {plugin: linear, noise: {plugin: constant, sigma: 0.1}}}
  flow:   {plugin: integrator/euler, field: exact, start: pairs.x0, steps: 4}
  recall: {plugin: metric/memorisation, generated: flow.end, pairs: pairs}
sweep:
  pairs: {set: ot.draw.fixed, values: [16, 600]}
  seed:  {count: 2}
"""

VOID = {"meta", "link", "br", "img", "hr", "input", "col"}


class Page(html.parser.HTMLParser):
    """Text, tags, links and tables of a page; refuses tags that do not close."""

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.source = path.read_text()
        self.open, self.tags, self.links, self.tables, self.text, self.style, self.script = [], [], [], {}, "", "", ""
        self.ids, self.classes, self.verdicts = [], [], {}
        self.feed(self.source)
        self.close()
        assert not self.open, f"{path}: not closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [v for k, v in attributes.items() if k in ("src", "href", "xlink:href", "srcset", "data", "action")]
        self.style += attributes.get("style") or ""
        if tag == "table":
            self.rows = self.tables.setdefault(attributes.get("id") or attributes.get("class") or "", [])
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag == "h3" and "id" in attributes:
            self.judged = self.verdicts.setdefault(attributes["id"], [])
        if tag == "li" and attributes.get("class") in ("good", "bad"):
            self.judged.append(collections.defaultdict(str))
        if tag not in VOID:
            self.open.append(tag)
            self.classes.append(attributes.get("class"))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()
        self.classes.pop()

    def handle_data(self, data):
        if "style" in self.open:
            self.style += data
            return
        if "script" in self.open:
            self.script += data
            return
        self.text += data
        if {"good", "bad"} & set(self.classes) and "details" not in self.open:
            self.judged[-1][next(c for c in reversed(self.classes) if c)] += data
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data


def weir(*words, code=0, cwd=None, **environment):
    done = subprocess.run([str(WEIR), *map(str, words)], capture_output=True, text=True, cwd=cwd,
                          env=os.environ | environment)
    assert code is None or done.returncode == code, f"{words}: exit {done.returncode}, not {code}\n{done.stdout}{done.stderr}"
    return done


def report(*words, code=0, **environment):
    return weir("report", *words, code=code, **{"WEIR_PYTHON": PYTHON} | environment)


def page_of(source, *words, **environment):
    out = source.parent / (source.name + ".page.html")
    said = report(source, "-o", out, "--force", *words, **environment).stdout
    assert str(out) in said and re.search(r"\d (KiB|MiB)$", said.strip()), said
    page = Page(out)
    stands_alone(page)
    return page


def as_said(verdicts):
    """Verdicts of the page as the terminal's lines, but for the cases that a share misses."""
    lines = []
    for v in verdicts:
        part = {name: " ".join(text.replace("±", "+-").split()) for name, text in v.items()}
        part["why"] = re.sub(r"(seed: \{.*\})", r"`\1`", part.get("why", ""))      # set as code
        where, why = (f" ({part[name]})" if part.get(name) else "" for name in ("where", "why"))
        lines.append(f"{part['rule']}{where}: {part['measured']}, {part['mark']}{why}")
    return lines


def stands_alone(page):
    outside = [link for link in page.links if not link.startswith(("#", "data:"))]
    assert not outside, outside[:3]
    assert "@import" not in page.style and not re.findall(r"url\((?!#|\"#)", page.style), "a style sheet loads something"
    assert page.tags.count("script") == 1 and page.script == (TOOLS / "zoom.js").read_text() and "iframe" not in page.tags
    assert len(page.ids) == len(set(page.ids)), "an id stands twice"
    anchors = [link[1:] for link in page.links if link.startswith("#")]
    assert set(anchors) <= set(page.ids), set(anchors) - set(page.ids)


def shows_traces(page, record):
    with h5py.File(record, "r", swmr=True) as file:
        declared = [d for d in json.loads(file["schema"][:].tobytes())["datasets"] if d["trace"] and d["path"] in file]
    for dataset in declared:
        assert dataset["node"] in page.text and dataset["name"] in page.text, f"{dataset['path']} is not in the page"
    return len(declared)


def test_sweep(work):
    (work / "turn.yaml").write_text(SWEEP + REPORT + COMPARE + AXES)
    terminal = weir("run", work / "turn.yaml", "-o", work / "turn", "--progress", "none", code=1).stdout.splitlines()
    page = page_of(work / "turn")

    end = next(i for i, line in enumerate(terminal) if line.startswith("mean +-"))
    printed = [re.split(r"\s{2,}", line.strip()) for line in terminal[:end]]
    shown = [[cell.replace("±", "+-") for cell in row] for row in page.tables["cases"]]
    assert shown == printed, f"{shown}\n{printed}"

    said = [line.strip()[2:] for line in terminal if re.match(r"  [+-] ", line)]
    verdicts = as_said(page.verdicts["expected"]) + as_said(page.verdicts["compared"])
    assert verdicts == said and len(said) == 10, f"{verdicts}\n{said}"
    assert len(page.verdicts["compared"]) == 3
    joint = next(line for line in terminal if line.startswith("joint error rate "))
    assert joint.capitalize() + "." in page.text, joint
    missed = [line.strip() for line in terminal if line.startswith("      ")]
    assert len(missed) == len(page.tables.get("missed", [])), (missed, page.tables.get("missed"))
    for line, (where, measured) in zip(missed, page.tables.get("missed", [])):
        assert f" ({where}): {measured.strip().replace('±', '+-')}, NOT MET" in line, (line, where, measured)

    with open(work / "turn/table.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    for axis, *cells in page.tables["cases"][1:]:
        for what, cell in zip((h.split()[0] for h in page.tables["cases"][0][1:]), cells):
            values = [float(row[what]) for row in rows if row["sigma"] == axis]
            value, spread = float(cell.split()[0]), cell.split()
            tolerance = float(spread[2]) / 10 + 1e-3 * abs(value)      # two digits of the spread are printed
            assert abs(value - sum(values) / len(values)) <= tolerance, (what, axis, cell, values)
    summary = json.loads((work / "turn/summary.json").read_text())
    for case in summary["cases"]:
        for what, number in case["values"].items():
            values = [float(row[what]) for row in rows if float(row["sigma"]) == case["axes"]["sigma"]]
            assert number["n"] == len(values) == case["runs"] and math.isclose(number["mean"], sum(values) / len(values))
            assert any(number["text"] in row for row in summary["table"]["rows"]), (what, number)
    assert [verdict["text"].splitlines()[0] for key in ("expect", "compare") for verdict in summary[key]] == said

    for row in rows:
        assert shows_traces(page, work / "turn" / row["file"]) >= 10
    head = page.text[:page.text.index("Results")]
    assert "a turn <script>alert('x')</script> & more" in head and page.tags.count("script") == 1
    assert "600 steps in 240 stretches" in page.text and "Mean and standard deviation over 2 runs" in page.text
    for legend in ("sigma = 0.5", "trajectory", "from end to own partner"):
        assert legend in page.text, legend
    figures = [part.count("<figure") for part in re.split('<h2 id="(?:flows|memorisation)">', page.source)]
    assert figures == [11, 2, 2], figures
    assert 'id="over"' not in page.source      # two values make no axis
    assert len(page.source) < 5e6
    # By its index, from within, without dot; the page lies beside the folder.
    weir("report", "index.h5", cwd=work / "turn", WEIR_PYTHON=PYTHON, PATH=str(work / "nowhere"))
    by_index = Page(work / "turn.html")
    stands_alone(by_index)
    assert by_index.tables["cases"] == page.tables["cases"]
    assert "apt-get install graphviz" in by_index.text and "apt-get install graphviz" not in page.text

    one = page_of(next((work / "turn/runs").glob("*.h5")))
    assert "this is one run of a sweep" in one.text and not one.verdicts and "cases" in one.tables


def test_reference(work):
    table = work / "paper.csv"
    table.write_text('sigma,quantity,value,se,source\r\n'
                     '0,recall.share,0.25,0.5,"a paper, <b>table 2</b>"\r\n,recall.nearest,1.5,,\r\n')
    page = page_of(work / "turn", "--reference", table)
    rows = page.tables["reference"][1:]
    assert [row[:3] for row in rows] == [["sigma = 0", "recall.share", "0.25 ± 0.5"],
                                         ["sigma = 0", "recall.nearest", "1.5"],
                                         ["sigma = 0.5", "recall.nearest", "1.5"]], rows
    assert rows[0][6] == "a paper, <b>table 2</b>" and rows[1][5] != ""
    difference, measured = float(rows[0][4]), float(rows[0][3].split()[0])
    assert abs(measured - 0.25 - difference) < 0.01, rows[0]
    for text, complaint in (("sigma,value\n0,1\n", ":1: there is no column 'quantity'"),
                            ("noise,quantity,value\n0,recall.own,1\n", "column 'noise' is no axis of the sweep; axes: sigma"),
                            ("sigma,quantity,value\n3,recall.own,1\n",
                             ":2: no case of the sweep has sigma = 3; cases: sigma = 0; sigma = 0.5"),
                            ("quantity,value\nrecall.owm,1\n",
                             ":2: the record has no quantity 'recall.owm'; reported are: recall.own, recall.share"),
                            ("quantity,value\nrecall.own,much\n", ":2: 'value' must be a number, not 'much'")):
        table.write_text(text)
        assert complaint in (said := report(work / "turn", "-o", work / "no.html", "--reference", table, code=2).stderr), said
    assert not (work / "no.html").exists()


def test_single(work):
    (work / "one.yaml").write_text(SWEEP.replace("note:", "# ") + "report: {recall.share: mean, train.loss: last}\n"
                                   "expect:\n  - {that: recall.share, at_most: 1}\n"
                                   "  - {that: train.loss, equals: train.loss, share: 0.5}\n"
                                   "compare: [{less: recall.share, than: recall.own}]\n")
    terminal = weir("run", work / "one.yaml", "-o", work / "one.h5", "--progress", "none", code=None).stdout.splitlines()
    page = page_of(work / "one.h5")
    printed = {line.split()[0]: line.split()[1:] for line in terminal[1:3]}
    for what, *cells in page.tables["cases"][1:]:
        assert [c for c in cells if c] == printed[what], (cells, printed)
    said = [line[4:] for line in terminal if re.match(r"  [+-] ", line)]
    assert as_said(page.verdicts["expected"]) + as_said(page.verdicts["compared"]) == said and len(said) == 3, said
    assert "finished" in page.text
    shows_traces(page, work / "one.h5")

    beside = work / "one.html"
    report(work / "one.h5")
    Page(beside)
    beside.write_text("mine")
    said = report(work / "one.h5", code=4).stderr
    assert said == f"weir: {beside} exists\nwrite over it with --force, or name another file with -o\n", said
    said = report(work / "one.h5", "--force", code=4).stderr
    assert said == f"weir: {beside} exists and is no page, and nothing else is written over; name another file with -o\n", said
    assert beside.read_text() == "mine"
    record = (work / "one.h5").read_bytes()
    said = report(work / "one.h5", "--force", "-o", work / "one.h5", code=2).stderr
    assert "is read for the report, and is not written" in said, said
    assert (work / "one.h5").read_bytes() == record
    beside.unlink()
    report(work / "one.h5")
    before = beside.stat().st_ino
    report(work / "one.h5", "--force")
    assert beside.stat().st_ino != before
    assert not list(work.glob(".*.new"))


def test_warned(work):
    """What the runs warned of is told, each once, of a sweep with the number of its runs."""
    (work / "untrained.yaml").write_text("""
name: untrained
seed: 1
nodes:
  base:  {plugin: source/gaussian, dim: 2}
  start: {plugin: coupling/independent, source: base, target: base, draw: {fixed: 8}}
  flow:  {plugin: integrator/euler, field: {plugin: field/mlp, width: 8}, start: start.x0, steps: 2}
""")
    weir("run", "untrained.yaml", "-o", "untrained.h5", cwd=work)
    text = "flow: nothing has trained field"
    assert page_of(work / "untrained.h5").source.count(f"<b>Warning</b>: {text}") == 1
    (work / "swept.yaml").write_text((work / "untrained.yaml").read_text().replace("name: untrained", "name: swept").replace("seed: 1", "sweep: {seed: {count: 3}}"))
    weir("run", "swept.yaml", "-o", "swept", cwd=work)
    assert page_of(work / "swept").source.count(f"<b>Warning</b> of 3 runs: {text}") == 1


def test_reasons(work):
    (work / "still.yaml").write_text(STILL)
    weir("run", work / "still.yaml", "-o", work / "still.h5", "--progress", "none")
    page = page_of(work / "still.h5")
    assert "nan: rows of one draw depend on each other; see replicated" in page.text
    assert 'id="curves"' not in page.source
    with h5py.File(work / "still.h5", "r+") as file:      # an infinity, which no small pipeline has
        file["nodes/var/total"][()] = float("inf")
        del file["nodes/var/total"].attrs["crc32c"]       # else it is damaged
    assert "inf: rows of one draw" in page_of(work / "still.h5").text


def test_over_axis(work):
    (work / "angles.yaml").write_text(ANGLES)
    weir("run", work / "angles.yaml", "-o", work / "angles", "--progress", "none")
    page = page_of(work / "angles")
    section = page.source.split('<h2 id="over">')[1].split("</section>")[0]
    figures = dict(zip(re.findall(r'aria-label="([^"]*)"', section), section.split("<figure>")[1:]))
    assert list(figures) == ["at_pair.total against angle", "at_ot.total against angle", "at_ot_exact.loss against angle"]
    for node in ("at_pair", "at_ot"):
        drawn = figures[f"{node}.total against angle"]
        assert "angle (deg)" in drawn and f"The line is {node}_exact.total." in drawn
        assert "LineCollection" in drawn and len(re.findall(r'<path d="M[^"]*L[^"]*" clip-path', drawn)) >= 2
    assert "measured ± standard error" in section and "closed form" in section and "sigma = 0.05" in section
    pair = figures["at_pair.total against angle"]
    assert re.search(r"▽ at the lower edge, zero but for round-off \(up to \de-\d\d\): sigma = 0, ", pair), pair[-400:]
    assert "△ at the upper edge, infinite: sigma = 0.05, angle = 180 deg (I + t Theta is singular" in pair, pair[-400:]
    assert ">0</text>" in pair and ">∞</text>" in pair


def test_blocks(work):
    (work / "rounds.yaml").write_text(ROUNDS)
    weir("run", work / "rounds.yaml", "-o", work / "rounds.h5", "--progress", "none")
    page = page_of(work / "rounds.h5")
    graph = page.source.split('<h2 id="graph">')[1].split("</section>")[0]
    for node in ("first", "loop.1.train", "loop.2.train", "w2"):
        assert f">{node}<" in graph or shutil.which("dot") is None, node
    # first -> 1.task, 1.flow, 1.next, w2; in each round task -> train -> flow -> next; 1.next -> 2.task, 2.flow, 2.next;
    # 2.flow -> w2; base -> first (twice)
    assert graph.count('class="edge"') == 4 + 2 * 3 + 3 + 1 + 2 or shutil.which("dot") is None, graph.count('class="edge"')
    assert "loop.2.train" in page.source.split('<h2 id="curves">')[1]


def test_study(work):
    def study(*folders):
        return subprocess.run([PYTHON, os.path.join(os.environ["WEIR_SOURCE_DIR"], "tools/study.py"), work, *map(str, folders)],
                              capture_output=True, text=True)
    (work / "findings.md").write_text("# Turns\n\nWhat turns come to.\n")
    (work / "angles.yaml").write_text("# What a half turn costs.\n# Takes    1 s\n" + ANGLES.lstrip() +
                                      "expect: [{that: at_ot.total, at_least: 0}]\n")
    weir("run", work / "angles.yaml", "-o", work / "studied", "--progress", "none")
    (work / "drawn").mkdir()
    done = study(work / "studied", "--figures", work / "drawn")
    assert done.returncode == 0, done.stderr
    summary = json.loads((work / "studied/summary.json").read_text())
    assert done.stdout.startswith("# Turns\n") and "What a half turn costs." in done.stdout and "Takes" not in done.stdout
    for row in summary["table"]["rows"]:
        assert all(f" {cell} |" in done.stdout for cell in row), row
    # What is judged is drawn, and stands alone.
    assert [each.name for each in (work / "drawn").iterdir()] == ["angles_1.svg"] and "![at_ot.total](drawn/angles_1.svg)" in done.stdout
    image = xml.etree.ElementTree.parse(work / "drawn/angles_1.svg").getroot()
    said = " ".join(image.itertext())
    assert "at_ot.total" in said and "sigma = 0.05" in said and "var(" not in (work / "drawn/angles_1.svg").read_text()
    (work / "no_sweep").mkdir()
    refused = study(work / "no_sweep")
    assert refused.returncode == 2 and "has no summary.json: it is no sweep, or not a finished one" in refused.stderr


def test_picture(work):
    """Panels of a report side by side in a file that stands alone."""
    def picture(*words, out=work / "picture.svg"):
        return subprocess.run([PYTHON, TOOLS.parent / "picture.py", work / "turn", *words, "-o", out], capture_output=True, text=True)
    done = picture("flow, sigma = 0.5", "train.loss")
    assert done.returncode == 0, done.stderr
    image = xml.etree.ElementTree.parse(work / "picture.svg").getroot()
    panels, said = image.findall("{*}svg"), " ".join(image.itertext())
    assert len(panels) == 2 and "flow, sigma = 0.5, seed 1" in said and "train.loss" in said and "from end to own partner" in said
    right = lambda each: float(each.get("x")) + float(each.get("width"))
    assert right(panels[0]) < float(panels[1].get("x")) and right(panels[1]) < float(image.get("viewBox").split()[2])
    assert "var(" not in (work / "picture.svg").read_text()
    refused = picture("train.loss")
    assert refused.returncode == 2 and "picture.svg exists: give another name, or --force to write over it" in refused.stderr
    assert len(xml.etree.ElementTree.parse(work / "picture.svg").getroot().findall("{*}svg")) == 2
    assert picture("train.loss", "--force").returncode == 0
    refused = picture("train.loss", out=work / "picture.svg/in")
    assert refused.returncode == 4 and "cannot write" in refused.stderr and "Traceback" not in refused.stderr
    refused = picture("flow, sigma = 7")
    assert refused.returncode == 2 and "no panel begins with 'flow, sigma = 7'; there are:\n  flow, sigma = 0, seed 1\n" in refused.stderr


def test_axis_of_numbers(_):
    """The longest axis of numbers is the figure's; more lines than colours stand in several panels."""
    import axes
    def sweep(**values):
        names = list(values)
        cases = [types.SimpleNamespace(axes=dict(zip(names, each))) for each in itertools.product(*values.values())]
        return types.SimpleNamespace(axes=names, cases=cases)
    angles = ["0 deg", "15 deg", "1e2 deg", "-30 deg"]
    assert axes.axis_of(sweep(a=["1", "2"], b=["1 deg", "1 rad", "2 deg"], c=["1", "2", "some"])) is None
    found = axes.axis_of(swept := sweep(a=["1", "2", "3"], b=angles, c=["x", "y", "z"]))
    assert found.name == "b" and found.unit == "deg" and list(found.values.values()) == [0, 15, 100, -30]
    panels = axes.facets(swept, found)
    assert list(panels) == ["a = 1", "a = 2", "a = 3"] and list(panels["a = 2"]) == ["c = x", "c = y", "c = z"]
    assert list(found.of(panels["a = 2"]["c = x"])) == [-30, 0, 15, 100]


def test_images(work):
    (work / "images.yaml").write_text(IMAGES)
    (work / "images.idx").write_bytes(bytes([0, 0, 8, 3, 0, 0, 0, 12, 0, 0, 0, 4, 0, 0, 0, 4]) + bytes(range(192)))
    weir("run", work / "images.yaml", "-o", work / "images.h5", "--progress", "none")
    page = page_of(work / "images.h5")
    assert page.tags.count("img") == 3 and "own partner" in page.text and "The first 8 of 8 pairs" in page.text
    assert "4 x 4 pixels, black -1, white 1" in page.text and "has no report: block" in page.text
    assert 'id="curves"' not in page.source


def test_memorisation(work):
    (work / "shuffled.yaml").write_text(SHUFFLED)
    weir("run", work / "shuffled.yaml", "-o", work / "shuffled", "--progress", "none")
    page = page_of(work / "shuffled")
    section = page.source.split('<h2 id="memorisation">')[1].split("</section>")[0]
    panels = section.split("<figure>")[1:]
    assert len(panels) == 2 and "partner under optimal transport</li>" in section and "own partner</li>" in section
    for pairs, panel in zip((16, 600), panels):
        with h5py.File(work / f"shuffled/runs/pairs={pairs},seed=1.h5") as file:
            partner, share, copied = (file[f"nodes/recall/{name}"][()] for name in ("partner", "share", "copied"))
            x1, ot = file["nodes/pairs/x1"][:], file["nodes/pairs/ot"][:]
        at_ot = (x1[partner] == ot).all(axis=1).mean()      # where x0's target before the shuffle lies now
        assert share > 0 and (at_ot > 0 or pairs == 16), (at_ot, share)   # none of 16 happens by chance
        said = f"Recall {share:.4g}, copied {copied:.4g}, {at_ot:.4g} of the ends nearest to the partner under optimal transport."
        assert said in panel and f"pairs = {pairs}, seed 1" in panel, (said, panel[-400:])
        assert ">1/3</text>" in panel and "pair of the nearest target" in panel
    points, bins = panels
    assert "<image" not in points and len(re.findall(r'<use [^>]*style="[^"]*#d55e00', points)) == 16
    assert "ends in a bin" in bins and "600 pairs in bins of 5\u00a0x\u00a05." in bins
    assert bins.count("<image") == 3 and len(bins) < 100_000, len(bins)      # two layers and the colour bar

    one = page_of(work / "one.h5").source.split('<h2 id="memorisation">')[1].split("</section>")[0]
    assert "own partner" in one and "optimal transport" not in one and "#d55e00" not in one


def test_memorisation_in_part(work):
    """Rounds, whose nodes' names have dots; ends that are no numbers; an output of which only the first rows are recorded."""
    recall = "  recall: {plugin: metric/memorisation, generated: loop.1.flow.end, pairs: first"
    (work / "part.yaml").write_text(ROUNDS + recall + "}\n")
    weir("run", work / "part.yaml", "-o", work / "part.h5", "--progress", "none")
    with h5py.File(work / "part.h5", "r+") as file:
        file["nodes/recall/ratio"][3:5] = math.nan
        del file["nodes/recall/ratio"].attrs["crc32c"]
    page = page_of(work / "part.h5")
    assert "2 ends with no nearest target." in page.text
    assert "start, x0" in page.source.split("loop.2.flow <span")[1].split("</ul>")[0]      # of flows in rounds, too
    (work / "part.yaml").write_text(ROUNDS + recall + ", record: {partner: 4}}\n")
    weir("run", work / "part.yaml", "-o", work / "first.h5", "--progress", "none")
    assert 'id="memorisation"' in page_of(work / "first.h5").source


def test_zoom(work):
    """What zoom.js needs of a curve: which steps its axis shows, and where; ids of ticks, and a clip about each line."""
    page = (work / "one.h5.page.html").read_text()
    drawn = re.search(r'<svg [^>]*data-x="([^"]*)"[^>]*aria-label="train.loss against step">.*?</svg>', page, re.S)
    least, greatest, left, right = map(float, drawn[1].split())
    ticks = re.findall(r'id="[^"]*xtick_\d+">.*?<text [^>]*x="([^"]*)"[^>]*>(\d+)</text>', drawn[0], re.S)
    assert len(ticks) > 3 and least <= 0 and greatest >= 599
    for x, step in ticks:
        assert abs(left + (float(step) - least) / (greatest - least) * (right - left) - float(x)) < 0.01, (x, step)
    assert re.search(r'<path [^>]*clip-path="[^"]*"[^>]*stroke-width: 1.4', drawn[0])
    assert len([each for each in re.findall(r"<svg [^>]*>", page) if "data-x" in each]) > 3
    assert not re.search(r'data-x[^>]*aria-label="[^"]* against (?!step")', page)      # other axes stay as they are


def test_peaks(_):
    """A long curve is thinned, but no peak is lost."""
    import figures
    import numpy as np
    step, curve = np.arange(100_000), np.ones(100_000)
    curve[54_321], curve[777] = 50, -3
    x, middle, low, high = figures.thin(step, curve, None, None)
    assert len(x) == figures.BUCKETS and high.max() == 50 and low.min() == -3 and abs(middle[7] - 1) < 1e-12
    assert len(figures.thin(step[:400], curve[:400], None, None)[0]) == 400


def test_unfinished(work):
    (work / "long.yaml").write_text(SWEEP.replace("steps: 600", "steps: 1000000")
                                    + "report: {recall.share: mean, train.loss: last}\n")
    running = subprocess.Popen([WEIR, "run", work / "long.yaml", "-o", work / "long.h5", "--progress", "none"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.time() + 60
        while not has_rows(work / "long.h5"):
            assert time.time() < until, "the run records nothing"
            time.sleep(0.1)
        page = page_of(work / "long.h5")
        assert "running" in page.text and "recorded so far" in page.text and 'class="status going"' in page.source
        assert "The run goes on. Last written to" in page.text and "killed" not in page.text
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(60)
    page = page_of(work / "long.h5")
    assert "interrupted: stopped by a signal" in page.text and "goes on" not in page.text
    assert "Numbers so far" in page.text and "cases" not in page.tables
    shows_traces(page, work / "long.h5")
    # Where each run is, and what is reported of it by now, as the record has it.
    with h5py.File(work / "long.h5", "r", swmr=True) as file:
        step, loss = file["nodes/train/loss/step"][-1], file["nodes/train/loss/value"][-1]
    head, row = page.tables["so-far"]
    assert head == ["Run", "Status", "Step", "recall.share", "train.loss (last)"] and row[:4] == ["long", "interrupted", f"{step} of 1000000", "-"], row
    assert math.isclose(float(row[4]), loss, rel_tol=1e-3), (row, loss)


def has_rows(record):
    try:
        with h5py.File(record, "r", swmr=True) as file:
            return len(file["nodes/train/loss/step"]) > 5
    except (OSError, KeyError):
        return False


def test_failed(work):
    (work / "broken.yaml").write_text(SWEEP + BROKEN)
    said = weir("run", work / "broken.yaml", "-o", work / "broken", "--progress", "none", code=3)
    page = page_of(work / "broken")
    assert "2 finished, 2 failed, of 4 runs" in page.text and "failed: 2 of 4 runs" in page.text
    message = next(line for line in said.stderr.splitlines() if "train" in line)
    assert message.strip()[:40] in page.text, (message, said.stderr)
    assert page.tables["cases"][2][1:] == ["-", "-"]
    assert any("not measured" in verdict["measured"] for verdict in page.verdicts["expected"])
    failed = next(path for path in (work / "broken/runs").glob("*.h5") if "e+30" in path.name)
    assert "failed" in page_of(failed).text

    (work / "broken/summary.json").unlink()      # as while a sweep goes on
    so_far = page_of(work / "broken")
    assert "2 finished, 2 failed, of 4 runs" in so_far.text and "The sweep was interrupted, and its command, given again" in so_far.text
    assert not so_far.verdicts and "cases" not in so_far.tables and so_far.text.count("Numbers so far") == 1
    assert so_far.source.count("<figure") == page.source.count("<figure") > 0
    (work / "broken/summary.json").write_text("{")
    assert "summary.json cannot be read" in report(work / "broken", "--force", code=4).stderr


def test_interrupted(work):
    """A sweep that is interrupted after one that ended has no summary, neither of its own nor of the runs before."""
    (work / "stopped.yaml").write_text(SWEEP.replace("steps: 600", "steps: 20000") + REPORT + AXES.replace("count: 2", "count: 1"))
    run = (WEIR, "run", work / "stopped.yaml", "-o", work / "stopped", "--progress", "none", "--jobs", "2")
    subprocess.run(run, stdout=subprocess.DEVNULL)
    for how in (signal.SIGINT, signal.SIGKILL):
        summary = work / "stopped/summary.json"
        summary.write_text(summary.read_text() if summary.exists() else '{"cases": []}')
        again = max((work / "stopped/runs").glob("*.h5"))
        again.unlink()
        running = subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.time() + 60
        while not has_rows(again):
            assert time.time() < until, "the run does not begin"
            time.sleep(0.01)
        running.send_signal(how)
        running.wait(60)
        assert not summary.exists() and (work / "stopped/table.csv").exists(), how
        page = page_of(work / "stopped")
        assert "Numbers so far" in page.text and "nothing is judged" in page.text and not page.verdicts
        assert "The sweep was interrupted, and its command, given again, keeps finished runs" in page.text
        assert 'id="curves"' in page.source and "of 2 runs" in page.text, page.text[:300]


def test_refusals(work):
    assert "there is no file" in report(work / "absent.h5", code=2).stderr
    (work / "empty").mkdir()
    assert "it has no weir-sweep.json" in report(work / "empty", code=2).stderr
    (work / "text.h5").write_text("no HDF5")
    assert "is no HDF5 file that can be read" in report(work / "text.h5", code=4).stderr
    with h5py.File(work / "other.h5", "w"):
        pass
    assert "is an HDF5 file, but no record" in report(work / "other.h5", code=4).stderr
    assert "there is no folder" in report(work / "one.h5", "-o", work / "nowhere/x.html", code=4).stderr

    said = report(work / "one.h5", "-o", work / "x.html", code=3, WEIR_PYTHON=str(work / "nowhere/python3")).stderr
    assert "cannot be started: No such file or directory; install python3" in said, said
    bare = work / "python3"      # without the folders in which Debian's packages lie
    bare.write_text(f'#!/bin/sh\nexec {PYTHON} -S "$@"\n')
    bare.chmod(0o755)
    said = report(work / "one.h5", "-o", work / "x.html", code=3, WEIR_PYTHON=str(bare)).stderr
    assert "lacks: numpy, h5py, matplotlib, jinja2; apt-get install python3-numpy python3-h5py" in said, said


with tempfile.TemporaryDirectory(prefix="weir-report.") as folder:
    for test in [each for name, each in list(globals().items()) if name.startswith("test_")]:
        print(test.__name__, flush=True)
        test(pathlib.Path(folder))
print("fine")
