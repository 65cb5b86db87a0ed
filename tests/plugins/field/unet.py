# tests/plugins/field/unet.py -- printed the velocities in unet.test.cpp, once, with PyTorch 2.11.0: field/unet assembled from torch.nn.
#
#   python3 tests/plugins/field/unet.py
#
# Two levels of 8 and 16 channels, one block each, six features of t, three classes of labels. Every parameter is filled with sines that
# start at a number made of its name, so that two which change places change the velocity.
import math

import torch
from torch import nn
from torch.nn.functional import interpolate, one_hot, silu

torch.set_default_dtype(torch.float64)


class Block(nn.Module):
    def __init__(self, given, out, groups):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(groups[0], given), nn.Conv2d(given, out, 3, padding=1)
        self.norm2, self.conv2 = nn.GroupNorm(groups[1], out), nn.Conv2d(out, out, 3, padding=1)
        self.time = nn.Linear(32, 2 * out)
        self.skip = nn.Conv2d(given, out, 1) if given != out else nn.Identity()

    def forward(self, x, e):
        a, b = self.time(e)[:, :, None, None].chunk(2, 1)
        h = self.conv1(silu(self.norm1(x)))
        return self.skip(x) + self.conv2(silu((1 + a) * self.norm2(h) + b))


class Unet(nn.Module):
    def __init__(self):
        super().__init__()
        self.add_module("in", nn.Conv2d(2, 8, 3, padding=1))
        self.time = nn.Sequential(nn.Linear(6, 32), nn.SiLU(), nn.Linear(32, 32))
        self.context = nn.ModuleDict({"label": nn.Linear(3, 32)})
        halve, grow = nn.Conv2d(8, 8, 3, stride=2, padding=1), nn.Conv2d(16, 8, 3, padding=1)
        self.down = nn.ModuleList([nn.ModuleDict({"0": Block(8, 8, (2, 2)), "halve": halve}), nn.ModuleDict({"0": Block(8, 16, (2, 4))})])
        self.middle = Block(16, 16, (4, 4))
        self.up = nn.ModuleList([nn.ModuleDict({"0": Block(16, 8, (4, 2))}), nn.ModuleDict({"0": Block(32, 16, (8, 4)), "grow": grow})])
        self.out_norm, self.out = nn.GroupNorm(2, 8), nn.Conv2d(8, 2, 3, padding=1)

    def forward(self, x, t, label):
        phase = 2 * math.pi * t[:, None] * torch.tensor([1.0, 8.0, 64.0])
        e = silu(self.time(torch.cat([phase.sin(), phase.cos()], 1)) + self.context["label"](one_hot(label, 3).double()))
        wide = self.down[0]["0"](getattr(self, "in")(x), e)
        deep = self.down[1]["0"](self.down[0]["halve"](wide), e)
        h = self.up[1]["0"](torch.cat([self.middle(deep, e), deep], 1), e)
        h = self.up[1]["grow"](interpolate(h, size=wide.shape[2:], mode="nearest"))
        h = self.up[0]["0"](torch.cat([h, wide], 1), e)
        return self.out(silu(self.out_norm(h)))


net = Unet()
with torch.no_grad():
    for name, p in net.named_parameters():
        name = name.replace("halve", "half").replace("grow", "double")  # as field/unet has them, which are methods of a Module
        p.copy_(0.3 * torch.sin(0.7 * torch.arange(p.numel()) + sum(name.encode())).view_as(p))
    v = net(torch.sin(torch.arange(60.0)).view(2, 2, 5, 3), torch.tensor([0.1, 0.6]), torch.tensor([2, 0])).flatten()
    print(len(list(net.parameters())), [f"{each:.15g}" for each in v[::11]], f"{float(v @ torch.cos(torch.arange(60.0))):.15g}")
