# tools/bench/transport.py -- optimal transport between two sets of points: POT and scipy beside coupling/ot.
import h5py
import numpy

from timing import Row

TITLE = "Optimal transport"
WORDS = """The plan of least squared distance between n points of N(0, I) and n others, in d dimensions, float64, costs formed too. Peers: POT's
ot.dist and ot.emd, scipy's cdist and linear_sum_assignment. Processor time of a plan; ours by the number of plans of a minibatch
coupling up to n = 256, and of a fixed one above, LibTorch's start taken off."""
FORMS = ((16, 2), (64, 2), (256, 2), (1024, 2), (4096, 2), (256, 64), (1024, 64), (4096, 64), (256, 784), (1024, 784), (4096, 784))


def pipeline(folder, n, dim, seeds):
    """`seeds` plans of the same points, one node each."""
    lines = [f"  p{i}: {{plugin: coupling/ot, source: a, target: b, draw: {{fixed: {n}}}, record: none}}" for i in range(seeds)]
    return f"""name: transport
dtype: float64
nodes:
  a: {{plugin: source/array, file: {folder}/a-{n}-{dim}.npy}}
  b: {{plugin: source/array, file: {folder}/b-{n}-{dim}.npy}}
""" + "\n".join(lines) + "\n"


def rows(bench):
    for n, dim in FORMS if not bench.quick else FORMS[:4]:
        rng = numpy.random.default_rng(n + dim)
        for name in ("a", "b"):
            numpy.save(bench.folder / f"{name}-{n}-{dim}.npy", rng.normal(size=(n, dim)))
        bench.run("check", pipeline(bench.folder, n, dim, 1).replace(", record: none", ""), "-o", "check.h5")
        with h5py.File(bench.folder / "check.h5") as record:
            ours = float(((record["nodes/p0/x0"][()] - record["nodes/p0/x1"][()]) ** 2).sum())
        few = max(2, min(100, 20000 // n))
        sides = {"Weir": bench.per_unit("plan", lambda k, n=n, dim=dim: pipeline(bench.folder, n, dim, k), 1, 1 + few)}
        costs = {}
        for how in ("POT", "scipy"):
            peer = bench.peer("transport", how=how, x0=str(bench.folder / f"a-{n}-{dim}.npy"), x1=str(bench.folder / f"b-{n}-{dim}.npy"), chunk=few)
            sides[how], costs[how] = peer, peer.ready["cost"]
        apart = max(abs(cost / ours - 1) for cost in costs.values())
        if apart > 1e-9:
            raise RuntimeError(f"the costs of n {n}, d {dim} differ: {ours}, {costs}")
        yield Row(f"n {n}, d {dim}", sides, "plan", 0, f"costs within {apart:.0e}")
