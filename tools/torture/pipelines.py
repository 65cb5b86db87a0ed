# tools/torture/pipelines.py -- what is run: a few seconds of training with probes, traces, tensors and checkpoints.

NODES = """
nodes:
  base:  {{plugin: source/gaussian, dim: 2}}
  pairs: {{plugin: coupling/affine, source: base, angle: 90 deg, draw: {{fixed: 32}}}}
  task:  {{plugin: objective/flow_matching, coupling: pairs, interpolant: {{plugin: linear, noise: {{plugin: constant, sigma: 0.1}}}}}}
  model: {{plugin: field/mlp, width: 16, depth: 2}}
  first: {{plugin: trainer/gradient, objective: task, model: model, steps: {steps}, batch: 32, probes: {{variance: {{plugin: gradient_variance, every: 7}}}}}}
  second: {{plugin: trainer/gradient, objective: task, model: model, steps: {steps}, batch: 32, schedule: cosine, probes: {{loss: {{plugin: loss}}}}}}
  flow:  {{plugin: integrator/heun, field: first.ema, start: pairs.x0, steps: 5, save: 3}}
"""


def single(steps):
    return "name: torture\nseed: 4" + NODES.format(steps=steps)


def sweep(steps):
    """Four runs; the first training is shared by two of them each."""
    return ("name: tortures\nseed: 4" + NODES.format(steps=steps) +
            "sweep:\n  sigma: {set: task.interpolant.noise.sigma, values: [0.1, 0.2]}\n  steps: {set: flow.steps, values: [4, 5]}\n"
            "report: {second.loss: last}\n")


BYTES_OF_A_STEP = 80000 * (8 + 8)


def rows_of_megabytes(steps):
    """A squared norm and a number of each of the 80000 rows in each step."""
    return f"""name: torture
seed: 4
nodes:
  base:  {{plugin: source/gaussian, dim: 2}}
  pairs: {{plugin: coupling/affine, source: base, angle: 90 deg, draw: fresh}}
  task:  {{plugin: objective/flow_matching, coupling: pairs}}
  train: {{plugin: trainer/gradient, objective: task, model: {{plugin: field/mlp, width: 2, depth: 1}}, steps: {steps}, batch: 80000, probes: {{variance: {{plugin: gradient_variance, every: 1, pairs: true}}}}}}
"""
