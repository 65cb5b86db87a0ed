#!/usr/bin/env bash
# tests/first_hour/class_and_grid.test.sh -- 100 images of class 3, and a picture of 64 of them.
source "$(dirname "$0")/hour.sh"
needs numpy h5py
mnist=/usr/share/datasets/fashion-mnist
[[ -e $mnist/t10k-images-idx3-ubyte.gz ]] || { echo "skipped: dataset-fashion-mnist is not installed"; exit 77; }
cat > clothes.yaml <<YAML
name: clothes
nodes:
  base:   {plugin: source/gaussian, shape: [1, 7, 7]}
  images: {plugin: source/idx, images: $mnist/t10k-images-idx3-ubyte.gz, labels: $mnist/t10k-labels-idx1-ubyte.gz, size: 7, limit: 2000}
  pairs:  {plugin: coupling/independent, source: base, target: images, draw: fresh}
  task:   {plugin: objective/flow_matching, coupling: pairs, leave_out: 0.1}
  train:  {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 128, depth: 2}, steps: 600, optimiser: {plugin: adam, lr: 0.003}}
  some:   {plugin: coupling/independent, source: base, target: images, draw: {fixed: 500}}
  flow:   {plugin: integrator/euler, field: train.field, start: some.x0, steps: 8, context: {label: some.label}}
YAML

weir run clothes.yaml --progress none
weir sample clothes.h5 -n 100 --label 3 --guidance 1.5 --steps 10 -o threes.npy --progress none
weir export threes.npy.h5:sample.end -o threes.png

"$python" - <<'PYTHON'
import h5py, numpy as np
threes, record = np.load("threes.npy"), h5py.File("clothes.h5")
images, labels = record["nodes/some/x1"][:], record["nodes/some/label"][:]
means = np.stack([images[labels == c].mean(axis=0) for c in range(10)])      # of each class of the data
nearest = np.square(threes.mean(axis=0) - means).sum(axis=(1, 2, 3)).argmin()
assert threes.shape == (100, 1, 7, 7) and nearest == 3, nearest
assert open("threes.png", "rb").read(8) == b"\x89PNG\r\n\x1a\n"
PYTHON
echo fine
