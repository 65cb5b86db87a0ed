# tests/tools/torchscript.test.py -- networks out of PyTorch, through Weir, and back: velocities are PyTorch's before and after training.
#
# Exit 77: Python lacks PyTorch or h5py (apt-get install --no-install-recommends python3-torch python3-h5py).
import copy
import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import tempfile

missing = [name for name in ("torch", "h5py") if importlib.util.find_spec(name) is None]
if missing:
    print(f"skipped: {sys.executable} lacks {', '.join(missing)}")
    sys.exit(77)
import h5py
import torch
from torch import nn

ROOT = pathlib.Path(os.environ["WEIR_SOURCE_DIR"])
WEIR = pathlib.Path(os.environ["WEIR_BIN_DIR"]) / "weir"
EXAMPLE = ROOT / "tools/examples/torchscript.py"
sys.path[:0] = [str(ROOT / "tools/python"), str(ROOT / "tests/plugins/field")]
import weir
from torchscript import Net      # tests/plugins/field/torchscript.py

# Weights are recorded in the run's precision, sums over a batch differ in the last bits.
PRECISIONS = (("float64", torch.float64, 1e-12), ("float32", torch.float32, 1e-6))

PIPELINE = """
name: own
dtype: {dtype}
nodes:
  points: {{plugin: source/tensor, file: points.h5, dataset: points}}
  pairs:  {{plugin: coupling/independent, source: points, target: points, draw: {{fixed: 16}}}}
  task:   {{plugin: objective/flow_matching, coupling: pairs}}
  model:  {model}
  train:  {{plugin: trainer/gradient, objective: task, model: model, steps: 30, batch: 16, ema_decay: 0.9, optimiser: {{plugin: adam, lr: 0.01}}}}
  first:  {{plugin: integrator/euler, field: model, start: pairs.x0, steps: 1}}
  last:   {{plugin: integrator/euler, field: train.field, start: pairs.x0, steps: 1}}
  mean:   {{plugin: integrator/euler, field: train.ema, start: pairs.x0, steps: 1}}
"""


class Image(nn.Module):
    """Convolutions, with statistics of a batch that stand still."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(2, 4, 3, padding=1), nn.Conv2d(4, 1, 3, padding=1)])
        self.norms = nn.ModuleDict({"group": nn.GroupNorm(2, 4), "batch": nn.BatchNorm2d(4)})

    def forward(self, x, t):
        h = self.layers[0](torch.cat([x, t.view(-1, 1, 1, 1).expand_as(x)], 1))
        return self.layers[1](torch.tanh(self.norms["batch"](self.norms["group"](h))))


class Perceptron(nn.Module):
    """field/mlp, width 8, depth 2."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(3, 8), nn.SiLU(), nn.Linear(8, 8), nn.SiLU(), nn.Linear(8, 2))

    def forward(self, x, t):
        return self.net(torch.cat([x, t.unsqueeze(1)], 1))


def weir_run(work, *arguments):
    return subprocess.run([WEIR, "run", *map(str, arguments), "--progress", "none", "--device", "cpu"], cwd=work,
                          capture_output=True, text=True)


def run(work, dtype, model):
    (work / "own.yaml").write_text(PIPELINE.format(dtype=dtype, model=model))
    done = weir_run(work, "own.yaml", "-o", work / "own.h5", "--force")
    assert done.returncode == 0, done.stderr
    return weir.open(work / "own.h5")


def points(work, *shape):
    with h5py.File(work / "points.h5", "w") as file:
        file["points"] = torch.randn(16, *shape).numpy()


def difference(net, record, flow):
    """Of PyTorch's velocities and those that took one Euler step, at t = 0."""
    start, end = (torch.from_numpy(array.values) for array in (record.pairs.x0, record[flow].end))
    with torch.no_grad():
        return (start + net(start, torch.zeros(len(start), dtype=start.dtype)) - end).abs().max().item()


def take(net, state):
    """None is unknown to the module, and all that it trains are there."""
    keys = net.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()}, strict=False)
    assert not keys.unexpected_keys, keys
    trained = {name for name, value in net.named_parameters() if value.requires_grad}
    assert set(state) == trained, set(state) ^ trained


def there_and_back(work, net, model):
    """The file's velocities (`first`), and the trained ones in a network that takes the trained weights."""
    for dtype, precision, tolerance in PRECISIONS:
        here = copy.deepcopy(net).to(precision)
        with run(work, dtype, model) as record:
            if "torchscript" in model:
                assert difference(here, record, "first") <= tolerance, (dtype, difference(here, record, "first"))
            for flow, averaged in (("last", False), ("mean", True)):
                assert difference(here, record, flow) > 1e-3, "training changed nothing"
                take(here, record.state_dict("train", averaged))
                assert difference(here, record, flow) <= tolerance, (dtype, flow, difference(here, record, flow))


def test_scripted(work):
    """With a buffer, shared weights, a constant, a number and an attribute that forward sets."""
    points(work, 2)
    net = Net()
    torch.jit.script(net).save(str(work / "net.pt"))
    there_and_back(work, net, "{plugin: field/torchscript, file: net.pt}")


def test_traced(work):
    points(work, 1, 6, 5)
    net = Image()
    net(torch.randn(64, 1, 6, 5), torch.rand(64))      # statistics for batch norm
    example = (torch.randn(3, 1, 6, 5), torch.rand(3))
    torch.jit.trace(net.eval(), example).save(str(work / "net.pt"))
    there_and_back(work, net, "{plugin: field/torchscript, file: net.pt}")


def test_perceptron(work):
    """field/mlp names its parameters as the same network does in PyTorch."""
    points(work, 2)
    there_and_back(work, Perceptron(), "{plugin: field/mlp, width: 8, depth: 2}")


def test_exported(work):
    """A whole field, the other way: torch.jit.load of what `weir export` writes has Weir's velocities, and trains on."""
    points(work, 2)
    for dtype, precision, tolerance in PRECISIONS:
        with run(work, dtype, "{plugin: field/mlp, width: 8, depth: 2}") as record:
            for flow, which in (("last", "field"), ("mean", "ema")):
                subprocess.run([WEIR, "export", "own.h5:train", "-o", "model.pt", "--force", "--which", which], cwd=work,
                               check=True, capture_output=True)
                net = torch.jit.load(str(work / "model.pt"))
                assert difference(net, record, flow) <= tolerance, (dtype, flow, difference(net, record, flow))
                take(net, record.state_dict("train", which == "ema"))
                assert all(value.dtype == precision for value in net.state_dict().values())
                net(torch.randn(5, 2, dtype=precision), torch.rand(5, dtype=precision)).square().sum().backward()
                assert all(value.grad is not None for value in net.parameters())


def test_refused(work):
    """Before anything runs, at its place in the pipeline."""
    points(work, 1, 6, 5)
    for line, net, save, text in (
            (9, Image().train(), lambda net, file: torch.jit.script(net).save(file),
             "writes to its input or its buffers, so v is not a function of x and t"),
            (8, nn.Sequential(nn.Linear(2, 2)), lambda net, file: torch.jit.script(net).save(file),
             "has forward(input), and a velocity field is forward(x, t)"),
            (8, Image(), lambda net, file: torch.save(net.state_dict(), file), "is not a module saved by torch.jit")):
        save(net, str(work / "net.pt"))
        (work / "own.yaml").write_text(PIPELINE.format(dtype="float32", model="{plugin: field/torchscript, file: net.pt}"))
        done = weir_run(work, "own.yaml", "-o", work / "refused.h5")
        assert done.returncode == 2 and text in done.stderr and f"own.yaml:{line}:" in done.stderr, done.stderr
        assert not (work / "refused.h5").exists()


def test_changed_file(work):
    """A record is of the weights that it began with, not of the file's name."""
    points(work, 2)
    torch.jit.script(Net()).save(str(work / "net.pt"))
    with run(work, "float32", "{plugin: field/torchscript, file: net.pt}") as record:
        assert list(record.pipeline["files"]) == [str(work / "net.pt"), str(work / "points.h5")]
    before = (work / "own.h5").read_bytes()
    again = weir_run(work, "own.yaml", "-o", work / "own.h5")
    assert again.returncode == 0 and (work / "own.h5").read_bytes() == before, again.stderr
    torch.jit.script(Net()).save(str(work / "net.pt"))
    changed = weir_run(work, "own.yaml", "-o", work / "own.h5")
    assert changed.returncode == 4 and "of another pipeline, or of other parameters or input files" in changed.stderr, changed.stderr


def test_example(work):
    """As its head says."""
    python = [sys.executable, "-B", str(EXAMPLE), "net.pt"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "tools/python"), os.environ.get("PYTHONPATH", "")])}
    printed = subprocess.run(python, cwd=work, capture_output=True, text=True, check=True).stdout
    (work / "example.yaml").write_text(printed)
    done = weir_run(work, "example.yaml", "-o", work / "example.h5")
    assert done.returncode == 0, done.stderr
    back = subprocess.run([*python, "example.h5"], cwd=work, env=environment, capture_output=True, text=True)
    assert back.returncode == 0, back.stderr
    found = float(re.search(r"difference to Weir's flow is (\S+);", back.stdout)[1])
    assert found < 1e-5, back.stdout      # the points lie up to 10 away


with tempfile.TemporaryDirectory(prefix="weir-torchscript.") as folder:
    torch.manual_seed(1)
    for test in [each for name, each in list(globals().items()) if name.startswith("test_")]:
        print(test.__name__, flush=True)
        test(pathlib.Path(folder).resolve())
print(f"fine: PyTorch {torch.__version__}")
