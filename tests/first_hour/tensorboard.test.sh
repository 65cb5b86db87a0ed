#!/usr/bin/env bash
# tests/first_hour/tensorboard.test.sh -- my group looks at everything in TensorBoard.
source "$(dirname "$0")/hour.sh"
needs h5py tensorboard

weir run moons.yaml --progress none
weir export moons.h5 --to tensorboard -o logs

"$python" - <<'PYTHON'
import h5py, numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator("logs", size_guidance={"scalars": 0})
events.Reload()
loss = h5py.File("moons.h5")["nodes/train/loss/value"][:]
assert np.array_equal(np.float32([each.value for each in events.Scalars("train/loss")]), np.float32(loss))
PYTHON
echo fine
