# tools/bench/integration.py -- a perceptron's flow followed: torchdiffeq beside integrator/euler and integrator/rk4.
import h5py
import numpy

import gradvar
import step
from timing import Row

TITLE = "Integration"
WORDS = """20,000 points of N(0, I) in the plane carried from 0 to 1 by a perceptron of three hidden layers, in 100 steps. Peer: torchdiffeq's odeint on
the same parameters and points, no gradients. The start of a run is taken off."""
FORMS = (("euler", 64), ("rk4", 64), ("euler", 512), ("rk4", 512))
POINTS, STEPS = 20000, 100


def pipeline(bench, name, width, file, start, steps):
    return f"""name: integration
nodes:
  x:    {{plugin: source/array, file: {start}}}
  from: {{plugin: coupling/independent, source: x, target: x, draw: {{fixed: {POINTS}}}, record: {{x1: false}}}}
  flow: {{plugin: integrator/{name}, field: {{plugin: field/recorded, file: {file}, node: train, model: {{plugin: field/mlp, width: {width}, depth: 3, activation: selu}}}}, start: from.x0, steps: {steps}, record: {{end: true}}}}
"""


def rows(bench):
    start = bench.folder / "start.npy"
    numpy.save(start, numpy.random.default_rng(2).normal(size=(POINTS, 2)).astype(numpy.float32))
    for name, width in FORMS:
        params, _ = gradvar.same_variance(bench, width)
        model = bench.folder / f"model{width}.h5"
        (bench.folder / "check.h5").replace(model)
        bench.run("check", pipeline(bench, name, width, model, start, STEPS), "-o", "check.h5")
        with h5py.File(bench.folder / "check.h5") as record:
            x0, end = record["nodes/from/x0"][()], record["nodes/flow/end"][()]
        used = bench.folder / "used.npy"        # the same points in the order that they were drawn in
        numpy.save(used, x0)
        peer = bench.peer("integration", method=name, width=width, params=str(params), start=str(used), steps=STEPS)
        apart = float(numpy.abs(numpy.array(peer.ready["first"]) - end[0]).max() + abs(peer.ready["square"] - (end.astype(float) ** 2).mean()))
        if apart > 1e-4:
            raise RuntimeError(f"the ends of {name}, width {width} differ by {apart}")
        ours = bench.per_unit("flow", lambda k, name=name, width=width, model=model: pipeline(bench, name, width, model, start, k), STEPS // 10, STEPS + STEPS // 10)
        stages = {"euler": 1, "rk4": 4}[name]
        yield Row(f"{name}, width {width}", {"Weir": lambda ours=ours: ours() * STEPS, "torchdiffeq": peer}, "flow", 2 * POINTS * STEPS * stages * step.multiplications(width),
                  f"ends within {apart:.0e}")
