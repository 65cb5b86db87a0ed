# tests/cli/sampling.test.py -- weir sample draws from a trained model of a record; weir export writes what NumPy and others read.
#
# Exit 77: Python lacks h5py (apt-get install python3-h5py).
import csv
import importlib.util
import io
import json
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from programs import WEIR, needs, weir
needs("h5py")
import h5py
import numpy as np


TWO = """
name: two
nodes:
  base:  {plugin: source/gaussian, dim: 2}
  data:  {plugin: source/mixture, means: [[-4, 0], [4, 0]], scale: 0.3, labelled: true}
  pairs: {plugin: coupling/independent, source: base, target: data, draw: fresh}
  task:  {plugin: objective/flow_matching, coupling: pairs}
  train: {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 32, depth: 2}, steps: 400, optimiser: {plugin: adam, lr: 0.01}}
  some:  {plugin: coupling/independent, source: base, target: data, draw: {fixed: 4}}
  flow:  {plugin: integrator/euler, steps: 4, field: train.field, start: some.x0, context: {label: some.label}}
"""
ROUNDS = """
name: rounds
blocks:
  round:
    inputs: [pairs, net]
    nodes:
      task:  {plugin: objective/flow_matching, coupling: pairs}
      train: {plugin: trainer/gradient, objective: task, model: net, steps: 5, batch: 8, ema_warmup: true}
      flow:  {plugin: integrator/euler, field: train.field, start: pairs.x0, steps: 2}
      next:  {plugin: coupling/given, start: pairs.x0, end: flow.end}
    outputs: {pairs: next, ends: flow.end}
nodes:
  net:   {plugin: field/mlp, width: 8, depth: 1}
  first: {plugin: coupling/independent, source: {plugin: source/gaussian, shape: [1, 4, 3]}, target: {plugin: source/gaussian, shape: [1, 4, 3]}, draw: {fixed: 16}}
  loop:  {use: round, repeat: 2, pairs: first, net: net}
"""


def sample(*words, exit=0):
    return weir("sample", *words, "--progress", "none", exit=exit)


def ends(file):
    with h5py.File(file) as record:
        return record["nodes/sample/end"][:]


def test_labels():
    """Samples of a class are where the class is; the pipeline stays, and the same command does nothing again."""
    pathlib.Path("two.yaml").write_text(TWO)
    weir("run", "two.yaml", "--progress", "none")
    said = sample("two.h5", exit=2)
    assert said == "weir: two.h5: its field was trained with labels: say which the samples are to have: --label 3\n", said
    said = sample("two.h5", "--label", 1, exit=2)
    assert said == "weir: two.h5: it does not say how many classes there are: --classes 10\n", said
    for label, where in ((0, -4), (1, 4)):
        sample("two.h5", "-n", 300, "--label", label, "--classes", 2, "--steps", 20, "-o", f"of{label}.npy")
        points = np.load(f"of{label}.npy")
        assert points.shape == (300, 2) and np.array_equal(points, ends(f"of{label}.npy.h5"))
        assert abs(points[:, 0].mean() - where) < 0.8 and abs(points[:, 1].mean()) < 0.4, points.mean(axis=0)
    text, made = pathlib.Path("of1.npy.yaml").read_text(), os.stat("of1.npy.h5").st_mtime_ns
    assert text.startswith("# Written by `weir sample`") and "target: {plugin: source/labelled, label: 1, classes: 2, of: base}" in text
    sample("two.h5", "-n", 300, "--label", 1, "--classes", 2, "--steps", 20, "-o", "of1.npy")      # again: the same samples
    assert np.array_equal(np.load("of1.npy"), points)
    assert os.stat("of1.npy.h5").st_mtime_ns == made
    sample("two.h5", "-n", 300, "--label", 1, "--classes", 2, "--steps", 9, "-o", "of1.csv")      # of the same name, and others
    said = sample("two.h5", "-n", 300, "--label", 1, "--classes", 2, "--steps", 9, "-o", "of1.npy", exit=4)
    assert said == "weir: of1.npy.yaml is there and says something else; replace it with --force, or name another file with -o\n", said
    np.save("own.npy", points)
    assert "own.npy is there, and is not of weir sample" in sample("two.h5", "--label", 1, "--classes", 2, "-o", "own.npy", exit=4)
    assert "samples are no parameters" in sample("two.h5", "--label", 1, "--classes", 2, "-o", "own.safetensors", exit=2)
    sample("two.h5", "--label", 1, "--classes", 2, "--source", "train", "-o", "wrong.h5", exit=2)
    assert not os.path.exists("wrong.yaml")
    sample("two.h5", "-n", 300, "--label", 1, "--classes", 2, "--steps", 20, "-o", "of1.h5")
    text, made = pathlib.Path("of1.yaml").read_text(), os.stat("of1.h5").st_mtime_ns
    sample("two.h5", "-n", 300, "--label", 1, "--classes", 2, "--steps", 20, "-o", "of1.h5")
    assert (pathlib.Path("of1.yaml").read_text(), os.stat("of1.h5").st_mtime_ns) == (text, made)
    said = sample("two.h5", "-n", 9, "--label", 1, "--classes", 2, "-o", "of1.h5", exit=4)
    assert said == "weir: of1.yaml is there and says something else; replace it with --force, or name another file with -o\n", said
    sample("two.h5", "-n", 9, "--label", 1, "--classes", 2, "-o", "of1.h5", "--force")
    assert ends("of1.h5").shape == (9, 2)
    pathlib.Path("mine.yaml").write_text("# mine\n")
    said = sample("two.h5", "--label", 1, "--classes", 2, "-o", "mine.h5", "--force", exit=4)
    assert "mine.yaml was not written by weir sample" in said and pathlib.Path("mine.yaml").read_text() == "# mine\n", said
    assert "'plot' is no format that Weir writes" in sample("two.h5", "--label", 1, "--classes", 2, "-o", "x.plot", exit=2)


def test_refusals():
    """What an option takes is said as people say it; a fault of another kind gets no advice on it, and a failure leaves no file."""
    for words, wanted in (
            (("--label", "virginica", "--classes", 2), "--label: 'virginica' is no whole number from 0"),
            (("--label", -1, "--classes", 2), "--label: '-1' is no whole number from 0"),
            (("--label", 7, "--classes", 2), "--label: two.h5 has 2 classes, 0 to 1"),
            (("-n", 0), "--count: '0' is no whole number from 1"),
            (("--steps", "ten"), "--steps: 'ten' is no whole number from 1"),
            (("--label", 1, "--classes", 2, "-o", "x.xyz"), "'xyz' is no format that Weir writes; name a file that ends with .h5, .npy, .csv or .png, or a folder/ of images")):
        said = sample("two.h5", *words, exit=2)
        assert wanted in said and "e+" not in said and "000000" not in said and "--replacement" not in said, said
    said = sample("two.h5", "--label", 1, "--classes", 2, "--which", "best", "-o", "best.npy", exit=2)
    assert "--replacement" not in said and not [each for each in os.listdir() if each.startswith("best")], said
    said = sample("two.h5", "--label", 1, "--classes", 2, "--device", "cuda:77", "-o", "gone.npy", exit=3)
    assert not [each for each in os.listdir() if each.startswith("gone")], (said, os.listdir())


def test_class_names():
    """Where the record has the names of the classes, a label is one of them."""
    pathlib.Path("flowers.csv").write_text('a,"b, c",kind\n' + "".join(f"{i % 7},{i % 5},{kind}\n" for i in range(20) for kind in ("setosa", "räuber", "virginica")))
    pathlib.Path("flowers.yaml").write_text(TWO.replace("name: two", "name: flowers").replace("{plugin: source/mixture, means: [[-4, 0], [4, 0]], scale: 0.3, labelled: true}",
                                            "{plugin: source/table, file: flowers.csv, label: kind}").replace("steps: 400", "steps: 3"))
    weir("run", "flowers.yaml", "--progress", "none")
    known = "0 = räuber, 1 = setosa, 2 = virginica"
    said = sample("flowers.h5", exit=2)
    assert said == f"weir: flowers.h5: its field was trained with labels: say which the samples are to have: --label 'räuber'; its classes are {known}\n", said
    said = sample("flowers.h5", "--label", "virginca", exit=2)
    assert said == f"weir: --label: 'virginca' is no class of flowers.h5, did you mean 'virginica'?; its classes are {known}\n", said
    assert f"--label: flowers.h5 has 3 classes, {known}\n" in sample("flowers.h5", "--label", 3, exit=2)
    sample("flowers.h5", "-n", 4, "--label", "virginica", "--steps", 2, "-o", "named.npy")
    sample("flowers.h5", "-n", 4, "--label", 2, "--steps", 2, "-o", "numbered.npy")
    assert np.array_equal(np.load("named.npy"), np.load("numbered.npy")) and "label: 2, classes: 3" in pathlib.Path("named.npy.yaml").read_text()
    sample("flowers.h5", "-n", 4, "--label", 2, "--steps", 2, "-o", "named.csv")
    rows = list(csv.reader(io.StringIO(pathlib.Path("named.csv").read_text())))
    assert rows[0] == ["a", "b, c"] and np.array_equal(np.array(rows[1:], np.float32), np.load("named.npy")), rows
    for output, told in (("class_size", f"classes   {known}\n"), ("range", "columns   a, b, c\n")):
        assert told in weir("info", f"flowers.h5:data.{output}"), weir("info", f"flowers.h5:data.{output}")


def test_replacement():
    """More samples than a finite source has items: refused with the way, or several of one item where that is asked for."""
    np.save("six.npy", np.arange(12.0).reshape(6, 2))
    pathlib.Path("few.yaml").write_text("""
name: few
nodes:
  base:  {plugin: source/array, file: six.npy}
  pairs: {plugin: coupling/independent, source: base, target: {plugin: source/gaussian, dim: 2}, draw: {fixed: 6}}
  task:  {plugin: objective/flow_matching, coupling: pairs}
  train: {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 4}, steps: 3, batch: 6}
""")
    weir("run", "few.yaml", "--progress", "none")
    said = sample("few.h5", "-n", 40, "-o", "forty.h5", exit=2)
    assert "at most {fixed: 6}; or draw some of them several times: source: {plugin: source/sample, of: base, count: 40, replacement: true}" in " ".join(said.split()), said
    assert "several samples start from one item with --replacement" in said and not pathlib.Path("forty.yaml").exists(), said
    sample("few.h5", "-n", 40, "--replacement", "--steps", 2, "-o", "many.h5")
    assert ends("many.h5").shape == (40, 2)
    with h5py.File("many.h5") as record:
        starts = record["nodes/start/x0"][:]
    assert {tuple(point) for point in starts} <= {tuple(point) for point in np.load("six.npy").astype(starts.dtype)} and len(np.unique(starts, axis=0)) > 1


def test_unfinished():
    """Of a training that did not finish there are no parameters to be had."""
    weir("run", "few.yaml", "--set", "train.timeout=1e-9", "-o", "cut.h5", "--progress", "none", exit=3)
    command = f"  {WEIR} run few.yaml --set train.timeout=1e-9 -o cut.h5 --progress none\n"
    for file in ("cut.pt", "cut.safetensors"):
        said = weir("export", "cut.h5:train", "-o", file, exit=2)
        assert "of cut.h5 is not written: the run is failed, and its node 'train' has not finished; go on with it by the command that made it:\n" + command in said, said
        assert not pathlib.Path(file).exists()


def test_scaled():
    """Of a model of scaled data the samples are in the units of the data, or where that is asked for in those of the training."""
    data = np.random.default_rng(3).normal([100, -7], [50, 0.1], (64, 2))
    np.save("cells.npy", data)
    pathlib.Path("cells.yaml").write_text("""
name: cells
nodes:
  base:  {plugin: source/gaussian, dim: 2}
  pairs: {plugin: coupling/independent, source: base, target: {plugin: source/sample, count: 32, of: {plugin: source/scaled, of: {plugin: source/array, file: cells.npy}, by: standardise}}, draw: fresh}
  task:  {plugin: objective/flow_matching, coupling: pairs}
  train: {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 8}, steps: 20}
""")
    weir("run", "cells.yaml", "--progress", "none")
    sample("cells.h5", "-n", 30, "-o", "cells_new.npy")
    sample("cells.h5", "-n", 30, "--scaled", "-o", "cells_own.npy")
    new, own = np.load("cells_new.npy"), np.load("cells_own.npy")
    assert np.allclose(new, own * data.std(0) + data.mean(0), rtol=1e-3, atol=1e-3), (new[:3], own[:3])
    pathlib.Path("cells.npy").rename("gone.npy")
    said = sample("cells.h5", "-n", 30, "-o", "cells_later.npy", exit=2)
    assert "cells.npy" in said and "--scaled" in said, said
    sample("cells.h5", "-n", 30, "--scaled", "-o", "cells_later.npy")


def test_rounds():
    """Of several trainings one is named; a source inside another node and a network beside it come along."""
    pathlib.Path("rounds.yaml").write_text(ROUNDS)
    weir("run", "rounds.yaml", "--progress", "none")
    said = sample("rounds.h5", exit=2)
    assert said == ("weir: rounds.h5: it has several trained fields: loop.1.train, loop.2.train; name one: "
                    "weir sample rounds.h5:loop.2.train\n"), said
    sample("rounds.h5:loop.2.train", "-n", 5, "--integrator", "heun", "--steps", 3, "-o", "five/")
    five = ends("five.h5")
    said = sample("rounds.h5:loop.2.train", "-n", 70, "--integrator", "heun", "--steps", 3, "-o", "many.png")
    assert said.endswith("many.png shows the first 64 of 70 images; all of them go into a folder: -o many/\n"), said
    said = weir("export", "many.png.h5:sample.end", "-o", "again.png")
    assert "again.png shows the first 64 of 70 images; all of them go into a folder: -o again/\n" in said, said
    assert weir("export", "many.png.h5:sample.end", "-o", "again/") == "again/\n" and len(os.listdir("again")) == 70
    assert "the first 64" in weir("sample", "--help") and "the first 64" in weir("export", "--help")
    assert five.shape == (5, 1, 4, 3) and sorted(os.listdir("five")) == [f"00000{i}.png" for i in range(5)]
    # The same field by hand: two more steps of Heun from the recorded points give the recorded ends.
    sample("rounds.h5:loop.2.train", "-n", 5, "--integrator", "heun", "--steps", 3, "--seed", 2, "-o", "other.h5")
    assert not np.array_equal(five, ends("other.h5"))
    assert "integrator/dopri5 has no parameter 'steps'" in sample("rounds.h5:loop.1.train", "--integrator", "dopri5", "--steps", 3, exit=2)
    assert "there is no trained field 'loop.3.train'" in sample("rounds.h5:loop.3.train", exit=2)
    if importlib.util.find_spec("PIL"):
        from PIL import Image
        for i in range(5):
            pixels = np.asarray(Image.open(f"five/00000{i}.png"))
            assert np.abs(pixels - 255 * (np.clip(five[i, 0], -1, 1) + 1) / 2).max() <= 0.5 + 1e-4
        weir("export", "five.h5:sample.end", "-o", "grid.png", "--range", -2, 2)
        grid = np.asarray(Image.open("grid.png"))
        assert grid.shape == (2 * (4 + 2) + 2, 3 * (3 + 2) + 2) and (grid[:2] == 255).all()
        fifth = grid[8:12, 7:10]      # the second row's second
        assert np.abs(fifth - 255 * (np.clip(five[4, 0], -2, 2) + 2) / 4).max() <= 0.5 + 1e-4


def test_gone_on():
    """Of a training that went on from another, and of that one: each its own field, and none is trained again."""
    text = TWO.replace(", labelled: true", "").replace(", context: {label: some.label}", "").replace("name: two", "name: on")
    text = text.replace("  some:", "  fine:  {plugin: trainer/gradient, objective: task, model: train.field, steps: 50}\n  some:").replace("field: train.field, start", "field: fine.field, start")
    pathlib.Path("on.yaml").write_text(text)
    weir("run", "on.yaml", "--progress", "none")
    for node in ("train", "fine"):
        sample(f"on.h5:{node}", "-n", 20, "-o", f"{node}.h5")
        made = pathlib.Path(f"{node}.yaml").read_text()
        assert "trainer/" not in made and f"node: {node}" in made and "model: {plugin: field/mlp" in made, made
    assert not np.array_equal(ends("train.h5"), ends("fine.h5"))
    os.rename("on.h5", "sigma=0,seed=1.h5")      # as a sweep names its runs
    sample("sigma=0,seed=1.h5:fine", "-n", 20, "-o", "run.h5")
    assert np.array_equal(ends("run.h5"), ends("fine.h5"))
    assert "its field takes no label" in sample("sigma=0,seed=1.h5:fine", "--label", 0, exit=2)


def test_export():
    """Bit for bit what the record holds, as NumPy, csv and the format of safetensors say it."""
    with h5py.File("rounds.h5") as record:
        loss, step = record["nodes/loop/1/train/loss/value"][:], np.arange(1, 6)
        place = "nodes/loop/2/train"
        parameters = {name: record[f"{place}/params/{name}"][:] for name in record[f"{place}/params"] if "." in name}
        averages = {name: record[f"{place}/ema_params/{name}"][:] for name in record[f"{place}/ema_params"] if "." in name}
    weir("export", "rounds.h5:loop.1.train.loss", "-o", "loss.csv")
    rows = list(csv.reader(io.StringIO(pathlib.Path("loss.csv").read_text())))
    assert rows[0] == ["step", "loss"] and np.array_equal(np.array(rows[1:], float), np.column_stack([step, loss]))
    weir("export", "rounds.h5:loop.1.train.loss.step", "-o", "step.npy")
    assert np.array_equal(np.load("step.npy"), step)
    weir("export", "five.h5:sample.end", "-o", "five.csv")
    rows = list(csv.reader(io.StringIO(pathlib.Path("five.csv").read_text())))
    assert rows[0][:4] == ["end_0_0_0", "end_0_0_1", "end_0_0_2", "end_0_1_0"]
    assert np.array_equal(np.array(rows[1:], np.float32), ends("five.h5").reshape(5, 12))
    weir("export", "five.h5:sample.nfe", "-o", "nfe.npy")
    assert np.load("nfe.npy").shape == () and np.load("nfe.npy").dtype == np.int64
    for which, wanted in (("field", parameters), ("ema", averages)):
        weir("export", "rounds.h5:loop.2.train", "-o", "net.safetensors", "--which", which, "--force")
        data = pathlib.Path("net.safetensors").read_bytes()
        size = int.from_bytes(data[:8], "little")
        head = json.loads(data[8:8 + size])
        assert set(head) == set(wanted) and size % 8 == 0
        for name, entry in head.items():
            begin, end = entry["data_offsets"]
            assert entry["dtype"] == "F32"
            found = np.frombuffer(data[8 + size + begin:8 + size + end], "<f4").reshape(entry["shape"])
            assert np.array_equal(found, wanted[name])
    for words, exit, wanted in (
            (("rounds.h5", "-o", "x.npy"), 2, "name what is to be exported, as in rounds.h5:flow.end"),
            (("rounds.h5:loop.1.train", "-o", "x.npy"), 2, "name one of them: loop.1.train.loss, "),
            (("rounds.h5:loop.1.los", "-o", "x.npy"), 2, "rounds.h5 holds no loop.1.los"),
            (("rounds.h5:loop.1.flow", "-o", "x.safetensors"), 2, "rounds.h5 holds no trained parameters of 'loop.1.flow'"),
            (("rounds.h5:loop.1.train.loss", "-o", "loss.csv"), 4, "loss.csv is there; replace it with --force"),
            (("rounds.h5:loop.1.train.loss", "-o", "x.png"), 2, "has shape [5]: images are"),
            (("five.h5:sample.end", "-o", "e.xyz"), 2, "'xyz' is no format that Weir writes; name a file that ends with .npy, .csv or .png, or a folder/ of images"),
            (("rounds.h5:loop.1.train", "-o", "e.xyz"), 2, "'xyz' is no format that Weir writes; name a file that ends with .safetensors or .pt"),
            (("five.h5:sample.end", "-o", "five.h5", "--to", "npy", "--force"), 2, "five.h5"),
            (("five.h5:sample.end", "-o", "y.png", "--range", "nan", 1), 2, "--range takes black below white"),
            (("five.h5:sample.end", "-o", "y.png", "--range", 1, 1), 2, "--range takes black below white")):
        said = weir("export", *words, exit=exit)
        assert wanted in said, said


with tempfile.TemporaryDirectory(prefix="weir-sampling.") as folder:
    os.chdir(folder)
    for test in [each for name, each in list(globals().items()) if name.startswith("test_")]:
        print(test.__name__, flush=True)
        test()
    os.chdir("/")
print("fine")
