#!/usr/bin/env python3
# tests/tools/torture.test.py -- tools/torture sees what it is to see, and its short form finds no fault.
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

root, weir = pathlib.Path(os.environ["WEIR_SOURCE_DIR"]), pathlib.Path(os.environ["WEIR_BIN_DIR"]) / "weir"
sys.path.insert(0, str(root / "tools/torture"))
try:
    import h5py
    import numpy
except ImportError:
    print("h5py is not installed")
    sys.exit(77)
from trial import Bench, Trial      # noqa: E402

# How many trials of each kind: all of them in under a minute on two cores.
SHORT = ["kills:2", "syscalls:2", "torn:1", "full:2", "errors:3", "damage:4", "signals:6", "sweeps:1", "readers:1"]


def faults_of(bench, act):
    trial = Trial(bench, "seen", 0)
    act(trial)
    return {fault.split(":")[0]: fault for fault in trial.faults}


def check_endings(bench):
    """What is no proper end of a program is a fault of its own name."""
    def ends(script, limit=20):
        return set(faults_of(bench, lambda trial: trial.run("sh", "-c", script, limit=limit)))
    assert ends("exit 0") == set()
    assert ends("echo why >&2; exit 4") == set()
    assert ends("exit 4") == {"no word"}
    assert ends("echo why >&2; exit 9") == {"exit codes"}
    assert ends("kill -SEGV $$") == {"signals"}
    assert ends("sleep 30", limit=0.2) == {"hangs"}
    assert ends("echo 'Traceback (most recent call last)' >&2; exit 3") == {"tracebacks"}


def check_rows(bench):
    """A row that is not that of the whole run, and one that was committed and is not there."""
    whole = bench.whole("single")

    def changed(how):
        record = bench.out / "changed.h5"
        shutil.copyfile(whole.record, record)
        with h5py.File(record, "r+") as file:
            how(file)
        return faults_of(bench, lambda trial: (trial.check_rows(record, whole, "changed"), trial.check_same(record, whole)))

    def other_value(file):
        file["nodes/first/loss/value"][5] += 1e-12

    def fewer_rows(file):
        for part in ("value", "step"):
            file["nodes/second/loss"][part].resize(17, axis=0)

    def other_tensor(file):
        file["nodes/flow/end"][0, 0] = numpy.nan

    def other_attribute(file):
        file["nodes/flow/end"].attrs["units"] = "m"

    assert changed(lambda file: None) == {}
    wrong = changed(other_value)
    assert set(wrong) == {"wrong rows", "other bits"} and "/nodes/first/loss: 1 of 600 rows, the first is 5: step 6" in wrong["wrong rows"], wrong
    lost = changed(fewer_rows)
    assert set(lost) == {"lost rows", "other bits"}, lost
    assert set(changed(other_tensor)) == {"other bits"}
    assert set(changed(other_attribute)) == {"other bits"}


with tempfile.TemporaryDirectory() as folder:
    bench = Bench(weir, pathlib.Path(folder), 1, 60, 600)
    try:
        check_endings(bench)
        check_rows(bench)
    finally:
        bench.look().close()
    words = [sys.executable, "-B", root / "tools/torture", "--weir", weir, "-o", pathlib.Path(folder) / "short", *SHORT,
             "--steps", "600", "--limit", "60", "--opens", "15"]
    done = subprocess.run(words, capture_output=True, text=True)
    print(done.stdout, done.stderr, sep="\n")
    for story in pathlib.Path(folder).glob("short/*/*/story.txt"):
        print(story.read_text())
sys.exit(done.returncode)
