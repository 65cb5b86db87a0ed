# tests/tools/running.test.py -- weir.run, weir.plan and weir.validate of the Python package do what the program does.
#
# Exit 77: Python lacks h5py (apt-get install python3-h5py).
import html.parser
import importlib.util
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import types
import warnings

if importlib.util.find_spec("h5py") is None:
    print(f"skipped: {sys.executable} lacks h5py")
    sys.exit(77)
import numpy as np
PACKAGE = pathlib.Path(os.environ["WEIR_SOURCE_DIR"]) / "tools/python"
sys.path.insert(0, str(PACKAGE))
import weir
from weir.installed import module
from weir.notebook import Bar

WEIR = pathlib.Path(os.environ["WEIR_BIN_DIR"]) / "weir"
os.environ["WEIR"] = str(WEIR)


def turn(**more):
    return {
        "name": "turn", "seed": 1,
        "nodes": {
            "base": {"plugin": "source/gaussian", "dim": np.int64(2)},
            "pairs": {"plugin": "coupling/affine", "source": "base", "angle": "180 deg", "shift": np.array([5.0, 5.0]), "draw": {"fixed": 16}},
            "task": {"plugin": "objective/flow_matching", "coupling": "pairs"},
            "train": {"plugin": "trainer/gradient", "objective": "task", "model": {"plugin": "field/mlp", "width": 8, "depth": 2},
                      "steps": 40, "batch": 16, "warmup": 0},
            "flow": {"plugin": "integrator/euler", "field": "train.field", "start": "pairs.x0", "steps": 4}},
        **more}


def raised(kind, call):
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was not raised")


def test_a_dictionary(work):
    """It runs, its file stays, the same call again keeps the record, another value starts another."""
    record = weir.run(turn(), out="turn.h5", progress=False)
    assert record.status == "finished" and len(record["train.loss"].step) == 40 and record.flow.end.shape == (16, 2)
    assert record.pipeline["nodes"]["pairs"]["shift"] == [5.0, 5.0] and record.summary["exit"] == 0
    record.close()
    before = os.stat("turn.h5").st_mtime_ns
    weir.run(turn(), out="turn.h5", progress=False).close()
    assert os.stat("turn.h5").st_mtime_ns == before
    with weir.run("turn.yaml", {"train.steps": 7, "train.model": {"plugin": "field/mlp", "width": 4}}, "short.h5", progress=False) as short:
        assert len(short["train.loss"].step) == 7 and short.parameters("train.model")["width"] == 4
    pathlib.Path("mine.yaml").write_text("nodes: {}")
    error = raised(weir.WeirError, lambda: weir.run(turn(name="mine")))
    assert str(error) == "mine.yaml is there, and was not written by weir.run: give the pipeline another name", error
    assert pathlib.Path("mine.yaml").read_text() == "nodes: {}"


def test_a_sweep(work):
    """Its table and its verdicts; one that is no is no error."""
    events = []
    sweep = weir.run(turn(name="swept", sweep={"steps": {"set": "train.steps", "values": [5, 10]}}, report={"train.loss": "last"},
                          expect=[{"that": "train.loss", "at_most": 1e-9}]), progress=events.append, jobs=1)
    assert isinstance(sweep, weir.Sweep) and list(sweep.table["steps"]) == [5, 10]
    assert [verdict["met"] for verdict in sweep.summary["expect"]] == [False, False]
    assert weir.open("swept").summary["expect"] == sweep.summary["expect"]
    assert [event["run"] for event in events if event["event"] == "end"] == ["steps=5", "steps=10"]


def test_what_is_wrong(work):
    """Faults have their places; a run that fails says what the program says, and keeps what it recorded."""
    wrong = turn()
    wrong["nodes"]["train"]["step"] = 3
    wrong["nodes"]["base"]["dim"] = "two"
    for call in (weir.validate, weir.plan, weir.run):
        error = raised(weir.InvalidPipeline, lambda: call(wrong))
        assert sorted(fault.code for fault in error.faults) == ["W203", "W206"], error.faults
        for fault in error.faults:
            assert fault.line > 1 and fault.column > 1 and fault.message in str(error)
            assert fault.file == ("turn.yaml" if call is weir.run else "<dictionary 'turn'>"), fault.file
        assert ".weir-" not in str(error) and f"{error.faults[0].file}:{error.faults[0].line}:" in str(error), error
    assert not list(work.glob(".weir-*"))
    assert weir.validate(turn()) is None
    assert weir.plan(turn(), {"train.steps": 3})["nodes"]["train"]["steps"] == 3
    bad = turn(name="bad")
    bad["nodes"]["train"].update(optimiser={"plugin": "sgd", "lr": 1e30}, steps=400)
    error = raised(weir.RunFailed, lambda: weir.run(bad, progress=False))
    assert error.exit == 3 and "train" in str(error) and error.result.status == "failed", (error.exit, error)
    for call in (lambda: weir.validate(turn(seed=float("nan"))), lambda: weir.plan(turn(), {"train.clip": float("inf")})):
        assert str(raised(weir.WeirError, call)) == "there is a NaN or an infinity among the parameters: give finite numbers"

    def deaf(event):
        raise ZeroDivisionError
    raised(ZeroDivisionError, lambda: weir.run(turn(name="deaf"), progress=deaf))
    weir.run(turn(name="deaf"), progress=False).close()      # no process holds its record
    error = raised(weir.WeirError, lambda: weir.validate("absent.yaml"))
    assert "absent.yaml" in str(error)
    with_none = os.environ.pop("WEIR"), os.environ.pop("PATH")
    try:
        os.environ["PATH"] = str(work)
        if not (PACKAGE.parents[1] / "build/release/bin/weir").exists():
            assert "there is no program weir" in str(raised(weir.WeirError, lambda: weir.validate(turn())))
    finally:
        os.environ["WEIR"], os.environ["PATH"] = with_none


def test_warnings(work):
    """Whatever is shown of the progress: each once, of the line that called; where warnings are errors the run stops."""
    untrained = {"name": "untrained", "nodes": {
        "base": {"plugin": "source/gaussian", "dim": 2},
        "start": {"plugin": "coupling/independent", "source": "base", "target": "base", "draw": {"fixed": 8}},
        "flow": {"plugin": "integrator/euler", "field": {"plugin": "field/mlp", "width": 8}, "start": "start.x0", "steps": 2}}}
    events = []
    for progress in (True, False, events.append):
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            with weir.run(untrained, progress=progress, force=True) as record:
                kept = record.warnings
        assert [(each.category, each.filename) for each in warned] == [(weir.WeirWarning, __file__)], warned
        assert kept == [str(warned[0].message)], kept
        assert issubclass(weir.WeirWarning, UserWarning) and str(warned[0].message).startswith("flow: "), warned[0]
    assert [f"flow: {event['text']}" for event in events if event["event"] == "warning"] == [str(warned[0].message)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        raised(weir.WeirWarning, lambda: weir.run(untrained, progress=False, force=True))
    done = subprocess.run([WEIR, "run", "untrained.yaml", "--force", "--progress", "none"], capture_output=True, text=True, check=True)
    assert done.stderr == str(warned[0].message).replace("flow: ", "flow: warning: ") + "\n", done.stderr
    (work / "swept.yaml").write_text(pathlib.Path("untrained.yaml").read_text().replace('"nodes"', '"sweep": {"seed": {"count": 1}}, "nodes"'))
    done = subprocess.run([WEIR, "run", "swept.yaml", "-o", "warned", "--progress", "none"], capture_output=True, text=True, check=True)
    assert done.stderr.startswith("seed=0  flow: warning: ") and done.stderr.count("\n") == 1, done.stderr
    assert "warnings are shown with none" in " ".join(subprocess.run([WEIR, "run", "--help"], capture_output=True, text=True).stdout.split())


def test_interrupted(work):
    """Ctrl-C stops at the last commit, and the same call goes on to the bytes of an undisturbed run."""
    long = turn(name="long")
    long["nodes"]["train"]["steps"] = 3000
    pathlib.Path("long.json").write_text(json.dumps(long, default=lambda value: value.tolist()))
    code = ("import json, sys, weir\nlong = json.load(open('long.json'))\n"
            "def heard(event):\n    if event['event'] == 'progress': print(event['step'], flush=True)\n"
            "try:\n    print(weir.run(long, out='long.h5', progress=heard).status)\nexcept KeyboardInterrupt:\n    print('stopped')")
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE), "WEIR_CHECKPOINT_SECONDS": "0"}
    running = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)
    for line in running.stdout:
        if int(line) >= 100:
            running.send_signal(signal.SIGINT)
            break
    assert running.communicate(timeout=60)[0].split()[-1] == "stopped"
    seen = weir.open("long.h5")
    rows = len(seen["train.loss"].step)
    assert seen.status == "interrupted" and 100 <= rows < 3000
    with weir.run(long, out="long.h5", progress=False) as again, weir.run(long, out="other.h5", progress=False) as whole:
        assert again.status == "finished" and np.array_equal(again["train.loss"]["value"], whole["train.loss"]["value"])
        assert seen.status == "finished" and len(seen["train.loss"].step) == 3000      # what was open shows what is there now


class Cells(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.cells, self.within = [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.within = tag in ("td", "th")
        if self.within:
            self.cells.append("")

    def handle_endtag(self, tag):
        self.within = False

    def handle_data(self, data):
        if self.within:
            self.cells[-1] += data


def test_in_a_notebook(work):
    """Records and sweeps as tables; a run's way as one line that is renewed."""
    record = weir.open("turn.h5")
    cells = Cells(record._repr_html_()).cells
    assert cells[:5] == ["output", "plugin", "axes", "unit", "what"] and set(record.outputs) < set(cells)
    assert Cells(weir.open("swept")._repr_html_()).cells[:3] == ["run", "file", "status"]
    shown = []

    class Handle:
        def update(self, line):
            shown.append(line)

    fake = types.ModuleType("IPython")
    fake.get_ipython = lambda: type("ZMQInteractiveShell", (), {})()
    fake.display = types.ModuleType("IPython.display")
    fake.display.HTML = str
    fake.display.display = lambda line, display_id: shown.append(line) or Handle()
    sys.modules.update({"IPython": fake, "IPython.display": fake.display})
    module.cache_clear()
    try:
        with Bar(None, shown=True) as heard:
            heard({"event": "started", "node": "train", "run": "a<b"})
            heard({"event": "progress", "node": "train", "run": "a<b", "step": 3, "total": 9, "values": {"loss": 0.25}})
            heard({"event": "run_ended", "run": "a<b", "message": ""})
    finally:
        del sys.modules["IPython"], sys.modules["IPython.display"]
        module.cache_clear()
    assert shown == ["<code>a&lt;b: train</code>", "<code>a&lt;b: train 3 of 9   loss 0.25</code>", "<code>1 ended   </code>"], shown


with tempfile.TemporaryDirectory(prefix="weir-running.") as folder:
    os.chdir(folder)
    for test in [each for name, each in list(globals().items()) if name.startswith("test_")]:
        started = time.monotonic()
        test(pathlib.Path(folder))
        print(f"{test.__name__}   {time.monotonic() - started:.1f} s", flush=True)
    os.chdir("/")
print("fine")
