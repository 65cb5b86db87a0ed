# tests/plugins/field/torchscript.py -- made torchscript.pt, state_dict.pt and torchscript.json, once, with PyTorch 1.13.1 of Debian 12.
#
#   python3 tests/plugins/field/torchscript.py
#
# The network has what a saved module may have: sub-modules, a buffer, weights that two layers share, a number as a parameter, one
# that requires no gradient, an attribute that forward sets. The numbers are PyTorch's own, in float64: velocities, and the
# variance of the per-sample gradients by one backward pass for each sample.
import json
import math
import pathlib
import zipfile

import torch
from torch import Tensor, nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("frequency", 2 * math.pi * torch.tensor([1.0, 2.0]))
        self.hidden = nn.Sequential(nn.Linear(2 + 4, 6), nn.SiLU(), nn.Linear(6, 6))
        self.again = nn.Linear(6, 6)
        self.again.weight = self.hidden[2].weight
        self.norm = nn.LayerNorm(6)
        self.out = nn.Linear(6, 2)
        self.scale = nn.Parameter(torch.tensor(0.75))
        self.shift = nn.Parameter(torch.tensor([0.5, -0.25]), requires_grad=False)
        self.calls = 0

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        self.calls += 1
        phase = t.unsqueeze(1) * self.frequency
        h = self.hidden(torch.cat([x, phase.sin(), phase.cos()], 1))
        h = h + torch.tanh(self.again(self.norm(h)))
        return self.scale * self.out(h) + self.shift


def numbers(net):
    x, t, u = torch.randn(7, 2).double(), torch.rand(7).double(), torch.randn(7, 2).double()
    net = net.double()
    v = net(x, t)
    named = {name: value for name, value in net.named_parameters() if value.requires_grad}
    rows = []
    for loss in (v - u).square().sum(1):
        rows.append(torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(named.values()), retain_graph=True)]))
    shapes = {name: list(value.shape) for name, value in named.items()}
    return {"x": x.tolist(), "t": t.tolist(), "u": u.tolist(), "v": v.tolist(), "parameters": shapes,
            "trace_cov": torch.stack(rows).var(0).sum().item()}


def without_sources(file):
    """PyTorch adds the Python sources, with where they lay, for its messages."""
    with zipfile.ZipFile(file) as saved:
        kept = {name: saved.read(name) for name in saved.namelist() if not name.endswith(".debug_pkl")}
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in kept.items():
            archive.writestr(zipfile.ZipInfo(name), content)


if __name__ == "__main__":
    here = pathlib.Path(__file__).parent
    torch.manual_seed(7)
    net = Net()
    torch.jit.script(net).save(str(here / "torchscript.pt"))
    without_sources(here / "torchscript.pt")
    torch.save(nn.Linear(1, 1).state_dict(), here / "state_dict.pt")
    lines = (f'"{name}": {json.dumps(value)}' for name, value in numbers(net).items())
    (here / "torchscript.json").write_text("{" + ",\n ".join(lines) + "}\n")
