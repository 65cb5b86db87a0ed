# tools/examples/torchscript.py -- a network of your own: out of PyTorch, trained by Weir, back in PyTorch.
#
#   pip install torch tools/python
#   python3 tools/examples/torchscript.py net.pt > own.yaml         # saves the network and prints a pipeline for it
#   tools/weir run own.yaml -o own.h5
#   python3 tools/examples/torchscript.py net.pt own.h5             # takes the trained weights back, and compares
import sys

import torch
from torch import Tensor, nn

PIPELINE = """\
name: own
nodes:
  base:   {{plugin: source/gaussian, dim: 2}}
  pairs:  {{plugin: coupling/affine, source: base, angle: 180 deg, shift: [5, 5], draw: {{fixed: 32}}}}
  task:   {{plugin: objective/flow_matching, coupling: pairs}}
  train:
    plugin: trainer/gradient
    objective: task
    model: {{plugin: field/torchscript, file: {file}}}
    steps: 200
    optimiser: {{plugin: adam, lr: 5e-3}}
    probes: {{variance: {{plugin: gradient_variance, every: 50}}}}
  flow:   {{plugin: integrator/euler, field: train.field, start: pairs.x0, steps: 1}}
"""


class Net(nn.Module):
    """A velocity field v(x, t): x [batch, 2], t [batch]."""

    def __init__(self, width: int = 64):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(3, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU())
        self.outer = nn.Linear(width, 2)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        return self.outer(self.inner(torch.cat([x, t.unsqueeze(1)], 1)))


net = Net().eval()      # batch norm and dropout would have to stand still
if len(sys.argv) == 2:
    torch.jit.script(net).save(sys.argv[1])
    print(PIPELINE.format(file=sys.argv[1]), end="")
else:
    import weir

    record = weir.open(sys.argv[2])
    state = record.state_dict("train")
    net.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
    start, end = (torch.from_numpy(array.values) for array in (record.pairs.x0, record.flow.end))
    with torch.no_grad():
        here = start + net(start, torch.zeros(len(start)))      # the flow's one Euler step
    print(f"{len(state)} tensors, {sum(value.size for value in state.values())} weights")
    print(f"the largest difference to Weir's flow is {(here - end).abs().max():.1e}; its points lie up to {end.abs().max():.1f} away")
