#!/usr/bin/env bash
# tests/first_hour/own_images.test.sh -- my images are PNGs in a folder for each class; a macOS machine has been there.
source "$(dirname "$0")/hour.sh"
needs numpy h5py PIL
"$python" - <<'PYTHON'
import os
import numpy as np
from PIL import Image
for name, level in (("cats", 60), ("dogs", 200)):
    os.makedirs(f"photos/{name}")
    for i in range(20):
        pixels = np.clip(np.random.default_rng(i).normal(level, 20, (9, 12, 3)), 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(f"photos/{name}/{i:02}.png")
    open(f"photos/{name}/._00.png", "wb").write(b"\0\5\26\7")
PYTHON
sed -i -e 's/^  base:.*/  base:   {plugin: source\/gaussian, shape: [3, 4, 4]}/' -e 's/^  data:.*/  data:   {plugin: source\/images, folder: photos, labelled: true, size: 4}/' -e 's/draw: {fixed: 256}/draw: {fixed: 40}/' -e 's/start: some.x0/&, context: {label: some.label}/' moons.yaml

weir run moons.yaml --progress none
weir sample moons.h5 -n 16 --label 1 --steps 10 -o dogs/ --progress none

"$python" - <<'PYTHON'
import h5py, numpy as np
from PIL import Image
record = h5py.File("moons.h5")
images, labels = record["nodes/some/x1"][:], record["nodes/some/label"][:]
levels = [images[labels == c].mean() for c in (0, 1)]
assert abs(levels[0] - (60 / 127.5 - 1)) < 0.05 and abs(levels[1] - (200 / 127.5 - 1)) < 0.05, levels
dogs = np.stack([np.asarray(Image.open(f"dogs/{i:06}.png")) for i in range(16)])
assert dogs.shape == (16, 4, 4, 3) and dogs.mean() > 150, dogs.mean()
PYTHON
echo fine
