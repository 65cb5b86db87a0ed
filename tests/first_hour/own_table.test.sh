#!/usr/bin/env bash
# tests/first_hour/own_table.test.sh -- my data are a CSV with a column of labels, and I want samples of one kind.
source "$(dirname "$0")/hour.sh"
needs numpy h5py
"$python" - <<'PYTHON'
import numpy as np
rng = np.random.default_rng(0)
with open("flowers.csv", "w") as file:
    file.write("length,name,width\n")
    for name, place in (("iris", (-3, 1)), ("rose", (4, -2))):
        for x, y in rng.normal(place, 0.3, (200, 2)):
            file.write(f"{x:.4f},{name},{y:.4f}\n")
PYTHON
sed -i -e 's/^  data:.*/  data:   {plugin: source\/table, file: flowers.csv, columns: [length, width], label: name}/' -e 's/start: some.x0/&, context: {label: some.label}/' moons.yaml

weir run moons.yaml --progress none
weir sample moons.h5 -n 200 --label 1 --steps 20 -o roses.npy --progress none

"$python" - <<'PYTHON'
import numpy as np
assert np.abs(np.load("roses.npy").mean(axis=0) - (4, -2)).max() < 1, np.load("roses.npy").mean(axis=0)
PYTHON
echo fine
