# tools/examples/trace_and_trajectory.py -- the loss of a training run and the paths of a flow, drawn from a record.
#
#   pip install tools/python matplotlib
#   python3 tools/examples/trace_and_trajectory.py OUT.h5 PICTURE.svg
#
# The record needs a trainer `train` and an integrator `flow` over points in two dimensions that saves times (save: 6), as in
# pipelines/paper/figure6.yaml. With h5py alone: h5py.File("OUT.h5")["nodes/flow/trajectory"][:].
import sys

import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
import weir

source, picture = sys.argv[1:]
record = weir.open(source)
loss = record.train.loss                   # columns step and value
trajectory = record.flow.trajectory        # over time, pair and dim
path = trajectory.values

print(f"loss {len(loss.step)} rows, first {loss.value[0]:.9g}, last {loss.value[len(loss.step) - 1]:.9g}")
print("trajectory", " x ".join(map(str, path.shape)))

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.5))
left.semilogy(loss.step, loss.value)
left.set(xlabel="step", ylabel=loss.attrs["long_name"])
right.plot(path[:, :, 0], path[:, :, 1], color="0.6", linewidth=0.8)
right.plot(path[-1, :, 0], path[-1, :, 1], "o", markersize=4)
right.set(aspect="equal", title=trajectory.long_name)
figure.savefig(picture)
