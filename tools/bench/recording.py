# tools/bench/recording.py -- what it costs to record everything at every step.
import step
from timing import Row

TITLE = "Recording"
WORDS = """A training of 64 x 3, batch 256, that records loss, gradient norm and its probes at every step, over the same with the traces left out."""


def rows(bench):
    steps = bench.work(4000)
    norm = "norm: {plugin: gradient_norm}"
    sides = {}
    for name, record in (("Weir", "{params: false, ema_params: false}"), ("nothing recorded", "none")):
        probes = norm if record != "none" else "norm: {plugin: gradient_norm, record: none}"
        sides[name] = bench.per_unit("step", lambda n, p=probes, r=record: step.pipeline(step.points(bench), 64, 256, n, probes=p, record=r), steps // 10, steps + steps // 10)
    yield Row("64 x 3, two traces", sides, "step")
