# tools/bench/transport.py -- optimal transport between two sets of points: POT and scipy beside coupling/ot.
import h5py
import numpy

from timing import Row

TITLE = "Optimal transport"
WORDS = """The plan of least squared distance between n points of N(0, I) and n others, in d dimensions, float64, costs formed too. Peers: POT's
ot.dist and ot.emd, scipy's cdist and linear_sum_assignment. Up to n = 1024 ours is what coupling/ot adds to a training step on batches of n
beside coupling/independent; above, a coupling of n fixed pairs, the start of a run taken off."""
FORMS = ((16, 2), (64, 2), (256, 2), (1024, 2), (4096, 2), (16, 64), (256, 64), (1024, 64), (4096, 64), (256, 784), (1024, 784), (4096, 784))
BATCHES = 1024      # at most


def fixed(folder, n, dim, plans, record="none"):
    """So many plans of the same points, a node each."""
    lines = [f"  p{i}: {{plugin: coupling/ot, source: a, target: b, draw: {{fixed: {n}}}, record: {record}}}" for i in range(plans)]
    return f"""name: transport
dtype: float64
nodes:
  a: {{plugin: source/array, file: {folder}/a-{n}-{dim}.npy}}
  b: {{plugin: source/array, file: {folder}/b-{n}-{dim}.npy}}
""" + "\n".join(lines) + "\n"


def batches(coupling, n, dim, steps):
    """A training that does as little as one can beside drawing its batches."""
    return f"""name: transport
dtype: float64
nodes:
  base:  {{plugin: source/gaussian, dim: {dim}}}
  pairs: {{plugin: coupling/{coupling}, source: base, target: base, draw: fresh}}
  task:  {{plugin: objective/flow_matching, coupling: pairs}}
  train: {{plugin: trainer/gradient, objective: task, model: {{plugin: field/mlp, width: 1, depth: 1}}, steps: {steps}, batch: {n}, record: {{params: false, ema_params: false}}}}
"""


def ours(bench, n, dim, plans):
    if n > BATCHES:
        return bench.per_unit("transport", lambda k: fixed(bench.folder, n, dim, k), 1, 1 + plans)
    matched, apart = (bench.per_unit("transport", lambda k, c=c: batches(c, n, dim, k), plans // 10 + 1, plans + plans // 10 + 1) for c in ("ot", "independent"))
    return lambda: matched() - apart()


def rows(bench):
    for n, dim in FORMS if not bench.quick else FORMS[:4]:
        rng = numpy.random.default_rng(n + dim)
        for name in ("a", "b"):
            numpy.save(bench.folder / f"{name}-{n}-{dim}.npy", rng.normal(size=(n, dim)))
        bench.run("check", fixed(bench.folder, n, dim, 1, "{x0: true, x1: true}"), "-o", "check.h5")
        with h5py.File(bench.folder / "check.h5") as record:
            cost = float(((record["nodes/p0/x0"][()] - record["nodes/p0/x1"][()]) ** 2).sum())
        plans = max(2, bench.work(400_000 if n <= BATCHES else 8192) // n)
        sides = {"Weir": ours(bench, n, dim, plans)}
        costs = {}
        for how in ("POT", "scipy"):
            peer = bench.peer("transport", how=how, x0=str(bench.folder / f"a-{n}-{dim}.npy"), x1=str(bench.folder / f"b-{n}-{dim}.npy"), chunk=max(2, min(plans, 20000 // n)))
            sides[how], costs[how] = peer, peer.ready["cost"]
        apart = max(abs(each / cost - 1) for each in costs.values())
        if apart > 1e-9:
            raise RuntimeError(f"the costs of n {n}, d {dim} differ: {cost}, {costs}")
        yield Row(f"n {n}, d {dim}", sides, "plan", 0, f"costs within {apart:.0e}")
