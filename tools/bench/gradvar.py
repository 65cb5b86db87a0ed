# tools/bench/gradvar.py -- the variance of per-sample gradients at every step: BackPACK, Opacus and vmap(grad) beside probe/gradient_variance.
import h5py
import numpy

import step
from timing import Row

TITLE = "The gradient's variance at every step"
WORDS = """tr Cov of the per-sample gradients of a step's batch of 256, in all and by layer, at every step: how many plain steps of the same library
such a step takes. Ours with one bin of t and with ten, errors every ten steps. Peers: BackPACK's BatchL2Grad, Opacus' GradSampleModule,
vmap(grad) of torch.func; they give no bins. The plain step of theirs is forward and backward alone."""
FORMS = ((64, 2000), (128, 1000), (256, 500))
BATCH = 256
PEERS = ("BackPACK", "Opacus", "vmap(grad)")


def probe(bins):
    return f"variance: {{plugin: gradient_variance, bins: {bins}, pairs: false}}"


def same_variance(bench, width):
    """Its mean over batches at the same parameters, ours and theirs, in standard errors apart; and the file of these parameters."""
    # A rate at which nothing moves.
    bench.run("check", step.pipeline(step.points(bench), width, BATCH, 400, 1e-30, probe(1), "{params: true, ema_params: false}"), "-o", "check.h5")
    file = bench.folder / f"params{width}.npz"
    with h5py.File(bench.folder / "check.h5") as record:
        params = record["nodes/train/params"]
        layers = sorted(name.removesuffix(".bias") for name in params if name.endswith(".bias"))
        numpy.savez(file, **{f"p{2 * i + j}": params[f"{layer}.{part}"][()] for i, layer in enumerate(layers) for j, part in enumerate(("weight", "bias"))})
        total = record["nodes/train/probes/variance/total/value"][()].ravel()
    peer = bench.peer("gradvar", how="BackPACK", width=width, batch=BATCH, points=str(step.points(bench)), params=str(file), chunk=1)
    peer.close()
    apart = (total.mean() - peer.ready["mean"]) / numpy.hypot(total.std() / len(total) ** 0.5, peer.ready["se"])
    if abs(apart) > 5:
        raise RuntimeError(f"the variances of width {width} are {total.mean()} and {peer.ready['mean']}, {apart:.1f} standard errors apart")
    return file, f"mean over batches at the same parameters {total.mean():.4g} and BackPACK's {peer.ready['mean']:.4g}, {abs(apart):.1f} standard errors apart"


def rows(bench):
    for width, whole in FORMS:
        steps = bench.work(whole)
        file, check = same_variance(bench, width)

        def ours(probes, width=width, steps=steps):
            return bench.per_unit("step", lambda n: step.pipeline(step.points(bench), width, BATCH, n, probes=probes), steps // 10, steps + steps // 10)
        sides = {"Weir": ours(""), "one bin": ours(probe(1)), "ten bins": ours(probe(10))}
        for how in ("plain", *PEERS):
            slow = 20 if how in ("Opacus", "vmap(grad)") else 4
            sides[how] = bench.peer("gradvar", how=how, width=width, batch=BATCH, points=str(step.points(bench)), params=str(file), chunk=max(5, steps // slow))
        yield Row(f"width {width}", sides, "step", 0, check)


def columns(row):
    """By name: over the plain step of the same library."""
    return {side: row.ratio(side, "Weir") for side in ("one bin", "ten bins")} | {how: row.ratio(how, "plain") for how in PEERS}
