#!/usr/bin/env bash
# tests/first_hour/own_points.test.sh -- my points are a NumPy array.
source "$(dirname "$0")/hour.sh"
needs numpy h5py
"$python" -c 'import numpy as np; a = np.random.default_rng(0).uniform(0, 6.28, 500); np.save("ring.npy", np.stack([3 * np.cos(a), 3 * np.sin(a)], 1))'
sed -i 's/^  data:.*/  data:   {plugin: source\/array, file: ring.npy}/' moons.yaml

weir run moons.yaml --progress none
weir export moons.h5:flow.end -o generated.npy

"$python" - <<'PYTHON'
import h5py, numpy as np
record, ring = h5py.File("moons.h5"), np.load("ring.npy").astype(np.float32)
drawn = record["nodes/some/x1"][:]
assert all((ring == row).all(axis=1).any() for row in drawn), "not the points of the file"
assert abs(np.median(np.linalg.norm(np.load("generated.npy"), axis=1)) - 3) < 0.7
PYTHON
echo fine
