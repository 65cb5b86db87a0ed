# tests/tools/tensorboard.test.py -- event files that TensorBoard's own reader reads to the recorded numbers.
#
# Exit 77: Python lacks h5py or tensorboard (apt-get install python3-h5py; pip install tensorboard).
import importlib.util
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from programs import needs, weir
needs("h5py")
import h5py
import numpy as np

PIPELINE = """
name: one
nodes:
  base:  {plugin: source/gaussian, dim: 2}
  pairs: {plugin: coupling/independent, source: base, target: base, draw: {fixed: 16}}
  task:  {plugin: objective/flow_matching, coupling: pairs}
  train: {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 8, depth: 1}, steps: 9, batch: 8,
          probes: {variance: {plugin: gradient_variance, every: 3, bins: 4}}}
  w2:    {plugin: metric/w2, samples: pairs.x0, points: pairs.x1}
sweep: {seed: {count: 2}}
report: {train.loss: last}
"""


with tempfile.TemporaryDirectory(prefix="weir-tensorboard.") as work:
    os.chdir(work)
    pathlib.Path("one.yaml").write_text(PIPELINE)
    weir("run", "one.yaml", "--progress", "none")
    # A Python without any module, as one that a user names by mistake; the same sentence from each program that Python runs.
    pathlib.Path("bare").write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    pathlib.Path("bare").chmod(0o755)
    for words, what in ((("export", "one", "--to", "tensorboard", "-o", "logs"), "event files of TensorBoard need"),
                        (("report", "one"), "the report needs"), (("report", "one", "--watch"), "the report needs")):
        said = weir(*words, exit=3, WEIR_PYTHON=f"{work}/bare")
        assert said.startswith(f"weir: {what} modules that {sys.executable} lacks: numpy, h5py, ") and said.count("\n") == 1, said
        assert "apt-get install python3-numpy python3-h5py" in said and said.endswith("or name another Python by WEIR_PYTHON\n"), said
    if importlib.util.find_spec("tensorboard") is None:
        said = weir("export", "one", "--to", "tensorboard", "-o", "logs", exit=3, WEIR_PYTHON=sys.executable)
        assert said == (f"weir: event files of TensorBoard need modules that {sys.executable} lacks: tensorboard; pip install tensorboard, "
                        "or name another Python by WEIR_PYTHON\n") and not os.path.exists("logs"), said
        print(f"skipped: {sys.executable} lacks tensorboard")
        os.chdir("/")
        sys.exit(77)
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    weir("export", "one", "--to", "tensorboard", "-o", "logs", WEIR_PYTHON=sys.executable)
    for seed in (0, 1):
        events = EventAccumulator(f"logs/seed={seed}", size_guidance={"scalars": 0})
        events.Reload()
        with h5py.File(f"one/runs/seed={seed}.h5") as record:
            train = record["nodes/train"]
            for tag, trace, column in (("train/loss", train["loss"], ()), *(
                    (f"train/probes/variance/bin/time_bin={at:g}", train["probes/variance/bin"], i)
                    for i, at in enumerate(train["probes/variance/bin/value"].dims[1][0][:]))):
                found = events.Scalars(tag)
                assert [each.step for each in found] == list(trace["step"]), tag
                assert np.array_equal(np.float32([each.value for each in found]), np.float32(trace["value"][(slice(None), column) if column != () else ...]), equal_nan=True), tag
            assert np.float32(events.Scalars("w2/w2")[0].value) == np.float32(record["nodes/w2/w2"][()])
    said = weir("export", "one/runs/seed=0.h5", "--to", "tensorboard", "-o", "logs/seed=0", exit=4, WEIR_PYTHON=sys.executable)
    assert said == "weir: logs/seed=0 has event files already; replace them with --force, or name another folder with -o\n", said
    weir("export", "one/runs/seed=0.h5", "--to", "tensorboard", "-o", "logs/seed=0", "--force", WEIR_PYTHON=sys.executable)
    assert len(os.listdir("logs/seed=0")) == 1
    os.rename("logs/seed=0/" + os.listdir("logs/seed=0")[0], "logs/seed=0/events.out.tfevents.1.mine")
    assert "they are not of weir" in weir("export", "one/runs/seed=0.h5", "--to", "tensorboard", "-o", "logs/seed=0", "--force", exit=4, WEIR_PYTHON=sys.executable)
    os.chdir("/")
print("fine")
