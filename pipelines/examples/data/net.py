#!/usr/bin/env python3
# pipelines/examples/data/net.py -- makes net.pt, a small network v(x, t) of points in the plane, and features.pt, squared lengths of points, with torch.jit.
import pathlib
import zipfile

import torch
from torch import Tensor, nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3, 16), nn.SiLU(), nn.Linear(16, 16), nn.SiLU(), nn.Linear(16, 2))

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        return self.layers(torch.cat([x, t.unsqueeze(1)], 1))


class Features(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.square().sum(1, keepdim=True)


def save(module, name):
    file = pathlib.Path(__file__).resolve().parent / name
    torch.jit.script(module).save(str(file))
    with zipfile.ZipFile(file) as saved:      # without the Python sources, which PyTorch adds for its messages
        kept = {name: saved.read(name) for name in saved.namelist() if not name.endswith(".debug_pkl")}
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in kept.items():
            archive.writestr(zipfile.ZipInfo(name), content)


torch.manual_seed(1)
save(Net(), "net.pt")
save(Features(), "features.pt")
