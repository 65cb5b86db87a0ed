# tests/cli/compare.test.py -- weir compare: parameters and numbers of two sweeps or records, with the tests of their differences.
#
# Exit 77: Python lacks h5py (apt-get install python3-h5py).
import json
import math
import os
import pathlib
import statistics
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from programs import needs, weir
needs("h5py")
import h5py

ONE = """
name: one
nodes:
  base:  {plugin: source/gaussian, dim: 2}
  pairs: {plugin: coupling/independent, source: base, target: {plugin: source/mixture, set: two_moons}, draw: fresh}
  task:  {plugin: objective/flow_matching, coupling: pairs}
  train: {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 8, depth: 1}, steps: 20, batch: 32}
report: {train.loss: last}
"""
SWEEP = """
sweep: {width: {set: train.model.width, values: [16, 8]}, seed: {count: 3}}
"""


def two_sided(t, df):
    """P(|T| >= |t|) of Student's law, by Simpson's rule over its density."""
    c = math.gamma((df + 1) / 2) / math.gamma(df / 2) / math.sqrt(df * math.pi)
    n, h = 20000, abs(t) / 20000
    f = lambda x: c * (1 + x * x / df) ** (-(df + 1) / 2)
    return 1 - 2 * h / 3 * sum((1 if i in (0, n) else 4 if i % 2 else 2) * f(i * h) for i in range(n + 1))


def last(folder, width, seed):
    with h5py.File(f"{folder}/runs/width={width},seed={seed}.h5") as record:
        return float(record["nodes/train/loss/value"][-1])


with tempfile.TemporaryDirectory(prefix="weir-compare.") as work:
    os.chdir(work)
    pathlib.Path("one.yaml").write_text(ONE)
    pathlib.Path("many.yaml").write_text(ONE + SWEEP)
    run = lambda file, out, *words: weir("run", file, "-o", out, "--progress", "none", "--jobs", 2, *words)
    run("many.yaml", "a")
    run("many.yaml", "b", "--set", "train.steps=30", "--set", "train.optimiser.lr=0.01")
    found = json.loads(weir("compare", "a", "b", "--format", "json"))
    assert [(each["path"], each["a"], each["b"]) for each in found["parameters"]] == [("train.optimiser.lr", 0.001, 0.01), ("train.steps", 20, 30)]
    losses = [each for each in found["numbers"] if each["what"] == "train.loss"]
    assert [each["case"] for each in losses] == ["width = 16", "width = 8"]      # in the sweep's order
    for each, width in zip(losses, (16, 8)):
        differences = [last("b", width, seed) - last("a", width, seed) for seed in (0, 1, 2)]
        mean, se = statistics.mean(differences), statistics.stdev(differences) / math.sqrt(3)
        assert math.isclose(each["difference"], mean, rel_tol=1e-12) and each["a"]["n"] == 3
        assert math.isclose(each["p"], two_sided(mean / se, 2), rel_tol=1e-6), (each["p"], two_sided(mean / se, 2))
    said = weir("compare", "a", "b")
    assert "A  a   6 finished runs\nB  b   6 finished runs\n" in said and "train.steps" in said and "width = 16" in said, said

    run("one.yaml", "one.h5")
    run("one.yaml", "two.h5")
    said = weir("compare", "one.h5", "two.h5")
    assert "the same parameters\n" in said, said
    run("one.yaml", "three.h5", "--set", "seed=2")
    found = json.loads(weir("compare", "one.h5", "three.h5", "--format", "json"))
    assert [each["path"] for each in found["parameters"]] == ["seed"]
    loss = next(each for each in found["numbers"] if each["what"] == "train.loss")
    assert loss["p"] is None and loss["why"].startswith("no standard error"), loss      # of one run each
    found = json.loads(weir("compare", "one.h5", "b", "--format", "json"))
    assert "train.loss" in found["only_a"] and "train.loss (width = 16)" in found["only_b"], found
    run("many.yaml", "few", "--set", "sweep.seed.count=1", "--set", "train.steps=30")
    said = weir("compare", "a", "few")
    for width in (16, 8):
        assert f"width = {width}: paired over 1 common seed (seed = 0); 2 runs of A are left out\n" in said, said
    assert "the same in both" not in said or "the same in both, of the paired runs\n" in said, said
    found = json.loads(weir("compare", "a", "few", "--format", "json"))
    loss = next(each for each in found["numbers"] if each["what"] == "train.loss" and each["case"] == "width = 8")
    assert loss["a"] == {"mean": last("a", 8, 0), "sd": 0, "n": 1} and loss["difference"] == last("few", 8, 0) - last("a", 8, 0), loss
    assert loss["paired"] == {"seeds": ["seed = 0"], "left_out_a": 2, "left_out_b": 0}, loss

    # A file is what is in it: where it stands is no difference, and a sweep's runs know it.
    os.makedirs("elsewhere")
    for file, text in (("x.csv", "1,2\n3,4\n"), ("elsewhere/y.csv", "1,2\n3,4\n"), ("z.csv", "1,2\n3,5\n")):
        pathlib.Path(file).write_text("a,b\n" + text)
    FILES = "name: files\nnodes:\n  data: {plugin: source/table, file: x.csv}\n  some: {plugin: coupling/independent, source: data, target: data, draw: {fixed: 2}}\n"
    pathlib.Path("files.yaml").write_text(FILES)
    pathlib.Path("swept.yaml").write_text(FILES + "sweep: {seed: {count: 2}}\n")
    run("files.yaml", "x.h5")
    run("files.yaml", "y.h5", "--set", "data.file=elsewhere/y.csv")
    run("files.yaml", "z.h5", "--set", "data.file=z.csv")
    run("swept.yaml", "s")
    assert "the same parameters\n" in weir("compare", "x.h5", "y.h5")
    found = json.loads(weir("compare", "x.h5", "z.h5", "--format", "json"))["parameters"]
    assert [each["path"] for each in found] == ["data.file", "data.file (sha256)"] and len(found[1]["a"]) == 64, found
    said = weir("compare", "x.h5", "z.h5")
    assert found[1]["a"][:12] in said and found[1]["a"][:13] not in said, said
    said = weir("compare", "x.h5", "s")
    assert "csv" not in said, said

    assert f"{work} is not the folder of a sweep" in weir("compare", "one.h5", work, exit=2)
    assert "there is no file tree.h5, did you mean" in weir("compare", "one.h5", "tree.h5", exit=2)
    os.chdir("/")
print("fine")
