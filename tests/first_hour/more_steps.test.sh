#!/usr/bin/env bash
# tests/first_hour/more_steps.test.sh -- my model was trained for 200 steps and wants 300 more, from where it stopped.
source "$(dirname "$0")/hour.sh"
needs numpy h5py

weir run moons.yaml --progress none
sed -e 's/^  train:.*/  was:   {plugin: trainer\/recorded, file: moons.h5, node: train}\n&/' -e 's/objective: task, model/from: was, &/; s/steps: 200/steps: 300/' moons.yaml > more.yaml
weir run more.yaml -o more.h5 --progress none

weir run moons.yaml --set train.steps=500 -o whole.h5 --progress none
"$python" - <<'PYTHON'
import h5py, numpy as np
rows = lambda name: h5py.File(name)["nodes/train/loss/value"][:]
assert np.array_equal(np.concatenate([rows("moons.h5"), rows("more.h5")[-300:]]), rows("whole.h5"))
PYTHON
echo fine
