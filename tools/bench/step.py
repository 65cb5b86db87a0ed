# tools/bench/step.py -- a training step of a perceptron in the plane: torchcfm's loop beside trainer/gradient.
import h5py
import numpy

from timing import Row

TITLE = "A training step"
WORDS = """Flow matching from N(0, I) to 10,000 points in the plane, straight lines, Adam; a perceptron of three hidden layers with SELU, t as one more
coordinate. Peer: torchcfm's ConditionalFlowMatcher and its MLP in the loop of its examples. Weir's step also keeps an average of the
parameters and records its loss."""
FORMS = ((64, 256, 3000), (256, 256, 1000), (512, 1024, 100))
RATE = 1e-3


def pipeline(points, width, batch, steps, lr=RATE, probes="", record="{params: false, ema_params: false}"):
    return f"""name: step
nodes:
  base:  {{plugin: source/gaussian, dim: 2}}
  data:  {{plugin: source/array, file: {points}}}
  pairs: {{plugin: coupling/independent, source: base, target: data, draw: fresh}}
  task:  {{plugin: objective/flow_matching, coupling: pairs, interpolant: {{plugin: linear, noise: {{plugin: constant, sigma: 0}}}}}}
  train:
    plugin: trainer/gradient
    objective: task
    model: {{plugin: field/mlp, width: {width}, depth: 3, activation: selu}}
    optimiser: {{plugin: adam, lr: {lr}}}
    steps: {steps}
    batch: {batch}
    record: {record}
    probes: {{{probes}}}
"""


def points(bench):
    """Two half moons, roughly: what both sides train on."""
    file = bench.folder / "points.npy"
    if not file.exists():
        rng = numpy.random.default_rng(1)
        angle, side = rng.uniform(0, numpy.pi, 10000), rng.integers(0, 2, 10000)
        x = numpy.stack([numpy.cos(angle) * (1 - 2 * side) + side, numpy.sin(angle) * (1 - 2 * side) + 0.5 * side], 1)
        numpy.save(file, (x + 0.1 * rng.normal(size=x.shape)).astype(numpy.float32))
    return file


def multiplications(width):
    """Weights of the perceptron, each used once a row and pass."""
    return 3 * width + 2 * width * width + width * 2


def losses_agree(bench, width, batch, steps):
    """Mean losses after so many steps, in standard errors apart. Ours sums over the two coordinates, torchcfm averages."""
    bench.run("check", pipeline(points(bench), width, batch, steps + 50), "-o", "check.h5")
    with h5py.File(bench.folder / "check.h5") as record:
        ours = record["nodes/train/loss/value"][-200:].ravel() / 2
    peer = bench.peer("training", width=width, batch=batch, lr=RATE, points=str(points(bench)), chunk=steps)
    theirs = numpy.array(peer.work()["losses"])
    peer.close()
    apart = (ours.mean() - theirs.mean()) / numpy.hypot(ours.std(), theirs.std()) * len(ours) ** 0.5
    if abs(apart) > 5:
        raise RuntimeError(f"the losses of width {width} are {ours.mean()} and {theirs.mean()}, {apart:.1f} standard errors apart")
    return f"losses after {steps} steps {ours.mean():.4f} and {theirs.mean():.4f}, {abs(apart):.1f} standard errors apart"


def rows(bench):
    for width, batch, whole in FORMS:
        steps = bench.work(whole)
        peer = bench.peer("training", width=width, batch=batch, lr=RATE, points=str(points(bench)), chunk=steps)
        ours = bench.per_unit("step", lambda n, w=width, b=batch: pipeline(points(bench), w, b, n), steps // 10, steps + steps // 10)
        yield Row(f"width {width}, batch {batch}", {"Weir": ours, "torchcfm": peer}, "step", 6 * batch * multiplications(width),
                  losses_agree(bench, width, batch, bench.work(2000) if width < 512 else bench.work(500)))
