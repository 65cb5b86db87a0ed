#!/usr/bin/env bash
# tests/first_hour/sample_from_yesterday.test.sh -- I trained a model yesterday and want 10,000 samples of it.
source "$(dirname "$0")/hour.sh"
needs numpy h5py

weir run moons.yaml --progress none
weir sample moons.h5 -n 10000 -o samples.npy --progress none

"$python" - <<'PYTHON'
import numpy as np
points = np.load("samples.npy")
assert points.shape == (10000, 2) and np.isfinite(points).all() and len(np.unique(points, axis=0)) == 10000
PYTHON
echo fine
