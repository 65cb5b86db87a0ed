# tests/tools/python.test.py -- the Python package tools/python reads small runs and sweeps as h5py does, with and without xarray
# and pandas, and says what there is where something is not.
#
# Exit 77: Python lacks h5py (apt-get install python3-h5py).
import contextlib
import csv
import importlib.util
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings

if importlib.util.find_spec("h5py") is None:
    print(f"skipped: {sys.executable} lacks h5py")
    sys.exit(77)
import h5py
import numpy as np
PACKAGE = pathlib.Path(os.environ["WEIR_SOURCE_DIR"]) / "tools/python"
sys.path.insert(0, str(PACKAGE))
import weir
from weir.installed import module

WEIR = pathlib.Path(os.environ["WEIR_BIN_DIR"]) / "weir"

TURN = """
name: turn
seed: 1
nodes:
  base:   {plugin: source/gaussian, dim: 2}
  pairs:  {plugin: coupling/affine, source: base, angle: 180 deg, shift: [5, 5], draw: {fixed: 16}}
  path:   {plugin: interpolant/linear, noise: {plugin: constant, sigma: 0}}
  task:   {plugin: objective/flow_matching, coupling: pairs, interpolant: path}
  train:
    plugin: trainer/gradient
    objective: task
    model: {plugin: field/mlp, width: 8, depth: 2}
    optimiser: {plugin: adam, lr: 0.01}
    steps: 40
    batch: 16
    warmup: 0
    probes: {variance: {plugin: gradient_variance, every: 10}}
  flow:   {plugin: integrator/euler, field: train.field, start: pairs.x0, steps: 4, save: 5}
  recall: {plugin: metric/memorisation, generated: flow.end, pairs: pairs}
"""
SWEEP = """
report: {recall.share: mean, train.loss: last}
sweep:
  sigma: {set: path.noise.sigma, values: [0, 0.5]}
  again: {cases: {yes: {train.batch: 8}, no: {train.batch: 16}}}
  seed:  {count: 1}
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
"""


def run(work, name, text, *arguments):
    (work / f"{name}.yaml").write_text(text)
    done = subprocess.run([WEIR, "run", work / f"{name}.yaml", "--progress", "none", "--jobs", "2", *map(str, arguments)],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def without(*names):
    """As if these modules were not installed."""
    kept = {name: own for name, own in sys.modules.items() if name.split(".")[0] in names}
    for name in kept:
        del sys.modules[name]
    sys.modules.update(dict.fromkeys(names))
    module.cache_clear()
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]
        sys.modules.update(kept)
        module.cache_clear()


def each_environment():
    for names in ((), ("xarray",), ("pandas", "xarray")):
        with without(*names):
            yield importlib.import_module("xarray") if module("xarray") else None, module("pandas")


def says(expected, call, kind=weir.NotFound):
    try:
        call()
    except kind as error:
        assert str(error) == expected, f"said\n  {error}\nand not\n  {expected}"
    else:
        raise AssertionError(f"nothing was said, but expected: {expected}")


def test_values(work):
    """Every output of a record is what h5py reads, under the name that /schema gives it."""
    run(work, "one", TURN, "-o", work / "one.h5")
    with h5py.File(work / "one.h5") as file, weir.open(work / "one.h5") as record:
        declared = json.loads(file["schema"][:].tobytes())["datasets"]
        assert len(record.outputs) == len(declared) > 20 and set(record.traces) < set(record.outputs)
        for xarray, pandas in each_environment():
            for each in declared:
                path = f"{each['node']}.{each['name']}".replace("/", ".")
                raw, read = file[each["path"]], record[path]
                if each["trace"] and raw.ndim == 1:
                    assert isinstance(read, pandas.DataFrame if pandas else weir.Columns), path
                    assert np.array_equal(read.step, raw.parent["step"]) and len(read.step) in (4, 40), path
                    assert np.array_equal(read["value"], raw[:], equal_nan=True), path
                else:
                    assert isinstance(read, xarray.DataArray if xarray else weir.LabelledArray), path
                    assert read.dtype == raw.dtype and read.shape == raw.shape and read.name == path
                    assert np.array_equal(read.values, raw[()], equal_nan=raw.dtype.kind == "f"), path
                    assert read.dims == (("step",) if each["trace"] else ()) + tuple(each["axes"]), (path, read.dims)
                    assert read.units == each["unit"] == read.attrs["units"]
                    assert read.long_name == each["description"]
                    assert not set(read.attrs) & {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "block_rows", "crc32c"}, read.attrs


def test_axes(work):
    """Axes lie where their scales say; layers have their names; others only count."""
    with h5py.File(work / "one.h5") as file, weir.open(work / "one.h5") as record:
        for xarray, _ in each_environment():
            path = record.flow.trajectory
            assert path.dims == ("time", "pair", "dim") and set(path.coords) == {"time"}
            assert np.array_equal(path.coords["time"], file["nodes/flow/time"][:])
            bins = record.train.probes.variance.bin
            variance = file["nodes/train/probes/variance"]
            assert bins.dims == ("step", "time_bin") and bins.shape == (4, 10)
            assert np.array_equal(bins.coords["time_bin"], variance["bin/bin_time"][:])
            assert list(bins.coords["step"]) == [10, 20, 30, 40]
            layers = record.train.probes.variance.layer
            assert list(np.asarray(layers.coords["layer"])) == ["net.0", "net.2", "net.4"]
            if xarray:
                last = layers.sel(step=40, layer="net.2").item()
                assert last == variance["layer/value"][3, 1]
            else:
                plain = path - record.flow.end      # over pairs and dims
                assert type(plain) is np.ndarray and np.all(plain[-1] == 0) and type(path[0]) is np.ndarray
                assert float(record.recall.share) == file["nodes/recall/share"][()] == record.recall.share.item()
                assert len(path) == 5 and int(record.flow.nfe) == 4 and np.asarray(path).dtype == np.float32
                assert repr(path).startswith("<flow.trajectory (time: 5, pair: 16, dim: 2) float32, points at the saved times;")
            assert record.flow.time.dims == ("time",)


def test_edges(work):
    """Edges of bins, which HDF5 cannot attach to an axis, come as an attribute; no plugin has them yet."""
    with h5py.File(work / "edges.h5", "w") as file:
        counts = file.create_dataset("counts", data=[3, 4, 5])
        file["edges"] = [0.0, 0.5, 0.7, 1.0]
        counts.attrs.update({"bin_edges": b"edges", "units": b"1", "block_rows": 256})
        found = weir.record.hdf5.attributes(counts)
        assert set(found) == {"bin_edges", "units"} and list(found["bin_edges"]) == [0, 0.5, 0.7, 1]
        square = file.create_dataset("square", data=np.eye(2))
        square.dims[0].label = square.dims[1].label = "dim"
        assert weir.record.hdf5.dims(square) == ("dim", "dim_1")


def test_names(work):
    """Paths, keys and attributes lead to the same; names of parameters have dots, and nodes may be named as methods are."""
    with weir.open(work / "one.h5") as record:
        assert {"flow", "train", "base", "path"} < set(record) and "train" in dir(record) and len(record) == len(list(record))
        assert list(record["flow"]) == ["end", "trajectory", "time", "nfe"]
        assert record.train.params["net.0.weight"].shape == (8, 3) == record["train.params.net.0.weight"].shape
        assert set(dict(record.train.params)) == {f"net.{i}.{part}" for i in (0, 2, 4) for part in ("weight", "bias")}
        assert "flow.end" in record and "end" in record.flow and "flow.ends" not in record and "ends" not in record.flow
        assert hasattr(record.flow, "end") and not hasattr(record.flow, "ends") and record.get("flow.ends") is None
        assert record["path"].plugin == "interpolant/linear" and record["path.noise"].plugin == "noise/constant"
        assert record.train.probes.plugin == "" and "variance" in record.train.probes
        assert repr(record.flow) == "<flow integrator/euler: end, trajectory, time, nfe>"
        assert repr(record).startswith(f"<{work}/one.h5, finished: ")
    run(work, "rounds", ROUNDS, "-o", work / "rounds.h5")
    with h5py.File(work / "rounds.h5") as file, weir.open(work / "rounds.h5") as record:
        for read in (record["loop.2.train.loss"], record.loop["2"].train.loss):
            assert np.array_equal(read["value"], file["nodes/loop/2/train/loss/value"]) and len(read["value"]) == 5
        assert record.parameters("loop")["1"]["train"]["steps"] == 5


def test_about_the_run(work):
    with weir.open(work / "one.h5") as record:
        train = record.parameters("train")
        assert train["plugin"] == "trainer/gradient" and train["steps"] == 40 and train["clip"] is None
        assert train["optimiser"]["lr"] == 0.01 and train["probes"]["variance"]["every"] == 10
        assert record.train.optimiser.parameters == train["optimiser"] == record.parameters("train.optimiser")
        assert record.pipeline["nodes"]["flow"]["start"] == "pairs.x0" and record.pipeline["seed"] == 1
        assert record.status == "finished" and record.message == ""
        about = record.provenance
        assert about["command"].split()[1] == "run" and about["device"] in ("cpu", "cuda")
        assert {"name": "weir", "version": about["weir_version"]} in about["libraries"]
        assert any(each["name"] == "trainer/gradient" and len(each["sha256"]) == 64 for each in about["plugins"])
        assert [each["exit"] for each in about["attempts"]] == [0] and about["created"].endswith("Z")


def test_state_dict(work):
    """Trained parameters come whole or not at all."""
    with h5py.File(work / "one.h5") as file, weir.open(work / "one.h5") as record:
        for _ in each_environment():
            for averaged, group in ((False, "params"), (True, "ema_params")):
                raw, state = file[f"nodes/train/{group}"], record.state_dict("train", averaged)
                assert list(state) == [f"net.{i}.{part}" for i in (0, 2, 4) for part in ("weight", "bias")]
                assert all(type(value) is np.ndarray and np.array_equal(value, raw[name]) for name, value in state.items())
        says(f"no trained parameters of 'trian' in {work}/one.h5; there are those of: train; did you mean 'train'?",
             lambda: record.state_dict("trian"))
        says(f"no trained parameters of 'flow' in {work}/one.h5; there are those of: train", lambda: record.state_dict("flow"))
    run(work, "head", TURN, "-o", work / "head.h5", "--set", "train.record={params: 4, ema_params: none}")
    with weir.open(work / "head.h5") as record:
        says(f"train.params.net.0.weight in {work}/head.h5 is not whole: the first 4 of 8 rows; record: {{params: all}} keeps "
             "them all", lambda: record.state_dict("train"), weir.WeirError)
        says(f"no averaged parameters of 'train' in {work}/head.h5; there are those of: nothing",
             lambda: record.state_dict("train", averaged=True))


def test_growing(work):
    """The same record tells more rows and, in the end, another state."""
    (work / "long.yaml").write_text(TURN.replace("steps: 40", "steps: 1000000"))
    running = subprocess.Popen([WEIR, "run", work / "long.yaml", "-o", work / "long.h5", "--progress", "none"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.time() + 60
        record, counts = None, []
        while len(counts) < 2:
            assert time.time() < until, f"the record does not grow: {counts}"
            try:
                record = record or weir.open(work / "long.h5")
            except weir.WeirError:
                time.sleep(0.05)      # not there yet, or not yet open to readers
                continue
            loss, bins = record.train.loss, record.train.probes.variance.bin
            assert list(loss["step"]) == list(range(1, len(loss["step"]) + 1)) and not np.isnan(loss["value"]).any()
            assert list(bins.coords["step"]) == list(range(10, 10 * bins.shape[0] + 1, 10)) and record.status == "running"
            if len(loss["step"]) > (counts or [5])[-1]:
                counts.append(len(loss["step"]))
            time.sleep(0.02)
        for look, what in ((lambda: record.state_dict("train"), "train.params.net.0.weight"), (lambda: record.flow.end, "flow.end")):
            says(f"{what} in {work}/long.h5 is not written: node '{what.split('.')[0]}' has not finished, and the run is running; read it "
                 "later; if the run was killed, its command goes on with it", look, weir.NotWritten)
        assert record.pairs.x0.shape == (16, 2) and record.provenance["attempts"][0]["exit"] == -1
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(60)
    assert record.status == "interrupted" and record.message.startswith("stopped by a signal")
    assert record.provenance["attempts"][0]["exit"] == 75
    record.close()


def test_not_written(work):
    """Of a run that failed, what its nodes wrote is there, and what they did not is said to be missing: nobody takes a fill value for it."""
    (work / "fails.yaml").write_text(TURN.replace("adam, lr: 0.01", "sgd, lr: 1e30"))
    assert subprocess.run([WEIR, "run", work / "fails.yaml", "-o", work / "fails.h5", "--progress", "none"], capture_output=True).returncode == 3
    with h5py.File(work / "fails.h5") as file, weir.open(work / "fails.h5") as record:
        committed, declared = file["committed"][:], json.loads(file["schema"][:].tobytes())["datasets"]
        rows = max(committed, key=lambda slot: slot[-1, 0])[:-1, 0]
        assert 0 < sum(rows > 0) < len(rows) == len(declared)
        for each, there in zip(declared, rows):
            path = f"{each['node']}.{each['name']}".replace("/", ".")
            if each["trace"]:
                assert len(record[path]) == there or len(record[path]["step"]) == there, path
            elif there:
                assert np.array_equal(record[path], file[each["path"]]), path
            else:      # whole numbers too, whose fill value is 0
                says(f"{path} in {work}/fails.h5 is not written: node '{each['node']}' has not finished, and the run is failed; .message "
                     "says why, and the run's command, given again, goes on with it", lambda: record[path], weir.NotWritten)
    record = weir.open(work / "fails.h5")
    assert repr(record.flow) == ("<flow integrator/euler: end (not written), trajectory (not written), time (not written), "
                                 "nfe (not written)>")
    assert "pairs, " in repr(record) and "recall (not written)" in repr(record) and "train (not" not in repr(record)
    html = record._repr_html_()
    assert "<td>not written: points at `until`" in html and "<td>source points of the pairs" in html
    shutil.copy(work / "fails.h5", work / "torn.h5")
    with h5py.File(work / "torn.h5", "r+") as file:      # the newer copy of the table; the other counts
        newer = int(np.argmax(file["committed"][:, -1, 0]))
        file["committed"][newer, 0, 1] += 1
    says(f"flow.nfe in {work}/torn.h5 is not written: node 'flow' has not finished, and the run is failed; .message says why, and the "
         "run's command, given again, goes on with it", lambda: weir.open(work / "torn.h5").flow.nfe, weir.NotWritten)
    assert weir.committed.crc32c(b"123456789") == 0xE3069283


def test_sweep(work):
    run(work, "sweep", TURN + SWEEP, "-o", work / "sweep")
    for given in ("sweep", "sweep/index.h5"):
        sweep = weir.open(work / given)
        assert sweep.axes == {"sigma": [0, 0.5], "again": ["yes", "no"], "seed": [1]}, sweep.axes
    assert repr(sweep) == f"<sweep {work}/sweep: 4 runs over sigma, again, seed>"
    assert sweep.pipeline["nodes"]["path"]["noise"]["sigma"] == 0 and len(sweep.runs) == 4
    with open(work / "sweep/table.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    for _, pandas in each_environment():
        table = sweep.table
        assert isinstance(table, pandas.DataFrame if pandas else weir.Columns) and list(table) == list(rows[0])
        with h5py.File(work / "sweep/index.h5") as file:
            for name in rows[0]:
                raw, column = file["table"][name], np.asarray(table[name])
                if raw.ndim == 2:
                    assert list(column) == [each.tobytes().rstrip(b"\0").decode() for each in raw[:]], name
                else:
                    assert np.array_equal(column, raw[:], equal_nan=True), name
            assert table["seed"].dtype == np.int64 and table["recall.share_n"].dtype == np.float64
        loss = sweep.trace("train.loss")
        assert list(loss) == ["sigma", "again", "seed", "step", "value"] and len(loss["value"]) == 4 * 40
        bins = sweep.trace("train.probes.variance.bin")
        assert list(bins) == ["sigma", "again", "seed", "step", "time_bin", "value"] and len(bins["value"]) == 4 * 4 * 10
        assert loss.attrs["units"] == "1" and bins.attrs["ddof"] == "1"
        for row in rows:
            own = lambda columns: np.logical_and.reduce([np.asarray(columns["sigma"]) == float(row["sigma"]),
                                                         np.asarray(columns["again"]) == row["again"],
                                                         np.asarray(columns["seed"]) == int(row["seed"])])
            with h5py.File(work / "sweep" / row["file"]) as file:
                assert np.array_equal(np.asarray(loss["value"])[own(loss)], file["nodes/train/loss/value"])
                raw = file["nodes/train/probes/variance/bin"]
                value = np.asarray(bins["value"])[own(bins)]
                assert np.array_equal(value.reshape(4, 10), raw["value"][:], equal_nan=True)
                assert np.array_equal(np.asarray(bins["step"])[own(bins)], np.repeat(raw["step"][:], 10))
                assert np.array_equal(np.asarray(bins["time_bin"])[own(bins)], np.tile(raw["bin_time"][:], 4))
    for name, record in sweep.runs.items():
        axes = sweep.runs.axes[name]
        assert record.parameters("path")["noise"]["sigma"] == axes["sigma"] and record.pipeline["seed"] == axes["seed"]
    with sweep.run(sigma="0.5", again="no", seed=1) as record:
        assert record.filename == str(work / "sweep/runs/sigma=0.5,again=no,seed=1.h5")
        assert weir.open(record.filename).recall.share.item() == float(rows[-1]["recall.share"])
    assert list(sweep.runs.where(sigma=0, seed="1")) == ["sigma=0,again=yes,seed=1", "sigma=0,again=no,seed=1"]


def test_sweep_that_goes_on(work):
    """Without a table the axes are those in the runs' names; runs that have not begun are known, too."""
    folder = work / "part"
    shutil.copytree(work / "sweep", folder)
    for name in ("summary.json", "table.csv", "index.h5", "runs/sigma=0,again=no,seed=1.h5"):
        (folder / name).unlink()
    sweep = weir.open(folder)
    assert sweep.axes == weir.open(work / "sweep").axes and len(sweep.runs) == 4
    assert len(sweep.trace("train.loss")["value"]) == 3 * 40
    says(f"{folder} has no table.csv: the sweep goes on, or it was interrupted; .runs has those that have begun",
         lambda: sweep.table, weir.WeirError)
    there = ", ".join(sorted(path.stem for path in (folder / "runs").glob("*.h5")))
    says(f"there is no {folder}/runs/sigma=0,again=no,seed=1.h5: the run has not begun, or it failed before it recorded "
         f"anything; there are: {there}", lambda: sweep.run(sigma=0, again="no", seed=1))
    (folder / "runs/sigma=0,again=yes,seed=1.h5").write_text("no HDF5")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        assert len(sweep.trace("train.loss")["value"]) == 2 * 40
    assert len(warned) == 1 and "sigma=0,again=yes,seed=1.h5 is no HDF5 file that can be read" in str(warned[0].message)
    shutil.rmtree(folder / "runs")
    says(f"no run of {folder} has begun", lambda: sweep.trace("train.loss"))
    (folder / "weir-sweep.json").write_text("{")
    says(f"{folder}/weir-sweep.json cannot be read: Expecting property name enclosed in double quotes: line 1 column 2 (char 1); "
         "run the sweep again, finished runs are kept", lambda: weir.open(folder), weir.WeirError)


def test_refusals(work):
    one = work / "one.h5"
    record = weir.open(one)
    for look in (lambda: record["flow.ends"], lambda: record.flow["ends"], lambda: record.flow.ends):
        says(f"no output 'flow.ends' in {one}; flow has: end, trajectory, time, nfe; did you mean 'flow.end'?", look)
    says(f"no output 'flow.end.x' in {one}; flow has: end, trajectory, time, nfe; did you mean 'flow.end'?",
         lambda: record["flow.end.x"])
    says(f"no output 'recall.zzzzzz' in {one}; recall has: {', '.join(record.recall)}", lambda: record.recall.zzzzzz)
    says(f"no node 'flows' in {one}; it has: {', '.join(record)}; did you mean 'flow'?", lambda: record.flows)
    nodes = ("base, pairs, path.noise, path, task.time, task, train.model, train.optimiser, train.schedule, train.probes.variance, train, flow, "
             "recall")
    says(f"no node 'trian' in {one}; it has: {nodes}; did you mean 'train'?", lambda: record.parameters("trian"))
    assert weir.errors.listed(range(22)) == ", ".join(map(str, range(20))) + ", and 2 more"
    assert weir.errors.listed([]) == "nothing"
    with without("pandas"):
        says("no column 'loss'; there are: step, value", lambda: record.train.loss.loss, AttributeError)

    sweep, folder = weir.open(work / "sweep"), work / "sweep"
    says(f"no axis 'sigm' in {folder}; it has: sigma, again, seed; did you mean 'sigma'?", lambda: sweep.run(sigm=0))
    says(f"no run with again = yess in {folder}; again has: yes, no; did you mean 'yes'?", lambda: sweep.run(again="yess"))
    says(f"2 runs in {folder} with sigma = 0, seed = 1; say which again (yes, no)", lambda: sweep.run(sigma=0, seed=1))
    says(f"4 runs in {folder}; say which sigma (0.0, 0.5), which again (yes, no)", lambda: sweep.run())
    names = ", ".join(sweep.runs)
    says(f"no run 'sigma=0,again=no' in {folder}; it has: {names}; did you mean 'sigma=0,again=no,seed=1'?",
         lambda: sweep.runs["sigma=0,again=no"])
    pairs = weir.Runs(folder, {"a": {"x": 1, "y": 1}, "b": {"x": 2, "y": 2}})
    says(f"no run with x = 1, y = 2 in {folder}; it has: a, b", lambda: pairs.where(x=1, y=2))
    last = folder / "runs/sigma=0.5,again=no,seed=1.h5"
    traces = ", ".join(weir.open(last).traces)
    says(f"no trace 'train.los' in any run of {folder}; {last} has: {traces}; did you mean 'train.loss'?",
         lambda: sweep.trace("train.los"))
    says(f"no trace 'flow.end' in any run of {folder}; {last} has: {traces}", lambda: sweep.trace("flow.end"))


def test_other_files(work):
    refused = lambda path, text: says(text, lambda: weir.open(path), weir.WeirError)
    refused(work / "absent.h5", f"there is no file or folder {work}/absent.h5: give a record (HDF5 file) or the folder of a "
            "sweep")
    (work / "other").mkdir()
    (work / "other/notes.txt").write_text("mine")
    refused(work / "other", f"{work}/other is not the folder of a sweep: it has no weir-sweep.json; it has: notes.txt")
    (work / "text.h5").write_text("no HDF5")
    refused(work / "text.h5", f"{work}/text.h5 is no HDF5 file that can be read: file signature not found; "
            f"if its run was killed: weir repair {work}/text.h5")
    shared = work / "shared.h5"
    with h5py.File(shared, "w", libver="latest") as file:
        file["state"], file["trace"] = 1, 2
    refused(shared, f"{shared} is an HDF5 file, but no record; it has: state, trace; give a file that `weir run` wrote, or "
            "the folder of a sweep")
    shutil.copy(work / "one.h5", work / "later.h5")
    with h5py.File(work / "later.h5", "r+") as file:
        file.attrs["weir_format"] = np.bytes_(b"2.0")
    refused(work / "later.h5", f"{work}/later.h5 is a record of format 2.0; this package reads format 1.x")


def test_installed(work):
    """pip installs it, with the program's version."""
    version = subprocess.run([WEIR, "--version"], capture_output=True, text=True).stdout.split()[1]
    assert f'version = "{version}"' in (PACKAGE / "pyproject.toml").read_text()
    if not all(map(importlib.util.find_spec, ("pip", "setuptools", "wheel"))):
        print("  not installed by pip: pip, setuptools or wheel is missing")
        return
    shutil.copytree(PACKAGE, work / "package")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--target", work / "site", work / "package"], check=True)
    code = "import sys, weir; print(weir.__file__, weir.open(sys.argv[1]).status)"
    done = subprocess.run([sys.executable, "-c", code, work / "one.h5"], env={**os.environ, "PYTHONPATH": str(work / "site")},
                          capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(work / "site/weir/__init__.py"), "finished"], done.stdout


with tempfile.TemporaryDirectory(prefix="weir-python.") as folder:
    for test in [each for name, each in list(globals().items()) if name.startswith("test_")]:
        print(test.__name__, flush=True)
        test(pathlib.Path(folder))
print("fine")
