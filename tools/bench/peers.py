# tools/bench/peers.py -- what a peer does of a row; run by the peers' Python, told by timing.Peer.
#
# NAME PARAMETERS(JSON): gets ready and says {...}, numbers that the row checks. Then for every line that comes it does a piece of work and
# says {"seconds": of processor time for one unit, ...}.
import json
import sys
import time

import torch

torch.set_num_threads(1)


def perceptron(width, dim=2, depth=3):
    """torchcfm's MLP of this depth: SELU between, t as one more coordinate."""
    layers, units = [], dim + 1
    for _ in range(depth):
        layers += [torch.nn.Linear(units, width), torch.nn.SELU()]
        units = width
    return torch.nn.Sequential(*layers, torch.nn.Linear(width, dim))


def loaded(network, file):
    """The network with the parameters of a file of ours, weights and biases in the order of the layers."""
    import numpy
    arrays = numpy.load(file)
    with torch.no_grad():
        for i, parameter in enumerate(network.parameters()):
            parameter.copy_(torch.from_numpy(arrays[f"p{i}"]))
    return network


def training(width, batch, lr, points, chunk):
    from torchcfm.conditional_flow_matching import ConditionalFlowMatcher
    torch.manual_seed(1)
    data = torch.from_numpy(__import__("numpy").load(points))
    network, matcher = perceptron(width), ConditionalFlowMatcher(sigma=0.0)
    optimiser = torch.optim.Adam(network.parameters(), lr=lr)
    losses = []

    def step():
        optimiser.zero_grad()
        x1 = data[torch.randint(len(data), (batch,))]
        t, xt, ut = matcher.sample_location_and_conditional_flow(torch.randn_like(x1), x1)
        loss = torch.mean((network(torch.cat([xt, t[:, None]], -1)) - ut) ** 2)
        loss.backward()
        optimiser.step()
        losses.append(loss.detach())
    for _ in range(50):
        step()

    def work():
        for _ in range(chunk):
            step()
        return chunk
    return {"parameters": sum(p.numel() for p in network.parameters())}, work, lambda: {"losses": [float(x) for x in losses[-200:]]}


def batches(points, batch):
    """x_t, t as a last coordinate, and the velocity of straight lines from a normal point."""
    data = torch.from_numpy(__import__("numpy").load(points))

    def batch_of():
        x1, t = data[torch.randint(len(data), (batch,))], torch.rand(batch, 1)
        x0 = torch.randn_like(x1)
        return torch.cat([x0 + t * (x1 - x0), t], 1), x1 - x0
    return batch_of


def gradvar(how, width, batch, points, params, chunk):
    """A training step that gives tr Cov of the per-sample gradients, in all and by layer, as each library does it. Not applied to the weights."""
    torch.manual_seed(1)
    network = loaded(perceptron(width), params)
    draw = batches(points, batch)
    if how == "BackPACK":
        import backpack
        from backpack.extensions import BatchL2Grad
        backpack.extend(network)
        loss_of = backpack.extend(torch.nn.MSELoss(reduction="sum"))

        def step():
            x, u = draw()
            network.zero_grad()
            with backpack.backpack(BatchL2Grad()):
                loss_of(network(x), u).backward()
            squares = [p.batch_l2 for p in network.parameters()]
            return [(s.mean() - (p.grad / batch).square().sum()) * batch / (batch - 1) for s, p in zip(squares, network.parameters(), strict=True)]
    elif how == "Opacus":
        from opacus.grad_sample import GradSampleModule
        network = GradSampleModule(network, loss_reduction="sum")

        def step():
            x, u = draw()
            network.zero_grad()
            (network(x) - u).square().sum().backward()
            return [p.grad_sample.flatten(1).var(0).sum() for p in network.parameters()]
    elif how == "vmap(grad)":
        from torch.func import functional_call, grad, vmap
        tensors = {name: p.detach() for name, p in network.named_parameters()}

        def loss_of(tensors, x, u):
            return (functional_call(network, tensors, (x,)) - u).square().sum()
        each = vmap(grad(loss_of), in_dims=(None, 0, 0))

        def step():
            return [g.flatten(1).var(0).sum() for g in each(tensors, *draw()).values()]
    else:                                    # the plain step beside which they stand

        def step():
            x, u = draw()
            network.zero_grad()
            (network(x) - u).square().sum().backward()
            return []
    totals = [float(sum(step())) for _ in range(100)]

    def work():
        for _ in range(chunk):
            step()
        return chunk
    return {"mean": sum(totals) / len(totals), "se": float(torch.tensor(totals).std()) / len(totals) ** 0.5}, work, dict


def transport(how, x0, x1, chunk):
    import numpy
    a, b = numpy.load(x0), numpy.load(x1)

    def plan():
        if how == "POT":
            import ot
            return ot.emd([], [], ot.dist(a, b))
        from scipy.optimize import linear_sum_assignment
        from scipy.spatial.distance import cdist
        return linear_sum_assignment(cdist(a, b, "sqeuclidean"))
    found = plan()
    pairs = found if how == "scipy" else numpy.nonzero(found)
    cost = float(((a[pairs[0]] - b[pairs[1]]) ** 2).sum())

    def work():
        for _ in range(chunk):
            plan()
        return chunk
    return {"cost": cost}, work, dict


def integration(method, width, params, start, steps):
    import numpy
    from torchdiffeq import odeint
    network = loaded(perceptron(width), params)
    x0 = torch.from_numpy(numpy.load(start))
    times = torch.linspace(0, 1, steps + 1)

    def velocity(t, x):
        return network(torch.cat([x, t.expand(len(x), 1)], 1))

    def follow():
        with torch.no_grad():
            return odeint(velocity, x0, times, method=method)[-1]
    end = follow()

    def work():
        follow()
        return 1
    return {"first": end[0].tolist(), "mean": float(end.double().mean()), "square": float(end.double().square().mean())}, work, dict


def gemm():
    """One floating-point operation of a product of two 1024 x 1024 matrices."""
    a, b = torch.randn(1024, 1024), torch.randn(1024, 1024)
    torch.mm(a, b)

    def work():
        for _ in range(10):
            torch.mm(a, b)
        return 10 * 2 * 1024**3
    return {}, work, dict


def main():
    does = {"training": training, "gradvar": gradvar, "transport": transport, "integration": integration, "gemm": gemm}
    said, work, then = does[sys.argv[1]](**json.loads(sys.argv[2]))
    print(json.dumps(said), flush=True)
    for _ in sys.stdin:
        begun = time.process_time()
        units = work()
        print(json.dumps({"seconds": (time.process_time() - begun) / units} | then()), flush=True)


main()
