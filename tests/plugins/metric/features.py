# tests/plugins/metric/features.py -- made features.pt, features_dropout.pt and features_norm.pt, once, with PyTorch 2.11, and printed
# the numbers that features.test.cpp holds.
#
#   python3 tests/plugins/metric/features.py
import pathlib
import zipfile

import torch
from torch import Tensor, nn


class Net(nn.Module):
    """Of points of any size: two channels of features that are no linear map."""

    def __init__(self, extra: nn.Module):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([[0.5, -1.0], [2.0, 0.25], [1.0, 1.0]]))
        self.register_buffer("shift", torch.tensor([0.25, -0.5, 0.0]))
        self.extra = extra

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(1)
        two = torch.stack([x.sum(1), (x * x).mean(1)], 1)
        return self.extra(torch.tanh(two @ self.weight.t() + self.shift))


def save(net, file):
    """Without the Python sources, which PyTorch adds with where they lay."""
    torch.jit.script(net).save(str(file))
    with zipfile.ZipFile(file) as saved:
        kept = {name: saved.read(name) for name in saved.namelist() if not name.endswith(".debug_pkl")}
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in kept.items():
            archive.writestr(zipfile.ZipInfo(name), content)


if __name__ == "__main__":
    here = pathlib.Path(__file__).parent
    save(Net(nn.Identity()), here / "features.pt")
    save(Net(nn.Dropout(0.5)), here / "features_dropout.pt")
    save(Net(nn.BatchNorm1d(3)), here / "features_norm.pt")
    x = torch.tensor([[0.5, -0.25], [1.0, 0.75], [-2.0, 0.125]], dtype=torch.float64)
    print(torch.jit.load(str(here / "features.pt")).double()(x).tolist())
