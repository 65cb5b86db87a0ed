#!/usr/bin/env bash
# tests/first_hour/early_stopping.test.sh -- stop when the validation loss no longer falls, and give me the best parameters.
source "$(dirname "$0")/hour.sh"
needs numpy h5py
sed -i -e 's/steps: 200,/steps: 20000, batch: 16, probes: {stop: {plugin: early_stopping, objective: held_out, every: 10, patience: 5}},/' \
  -e 's/draw: fresh/draw: {fixed: 32}/' -e 's/field: train.field/field: train.best/' moons.yaml
sed -i 's/^  task:.*/&\n  others:   {plugin: coupling\/independent, source: base, target: data, draw: {fixed: 1000}}\n  held_out: {plugin: objective\/flow_matching, coupling: others}/' moons.yaml

weir run moons.yaml --progress none
weir info moons.h5:train.probes.stop.loss

"$python" - <<'PYTHON'
import h5py, numpy as np
record = h5py.File("moons.h5")
stop, steps = record["nodes/train/probes/stop/loss"], record["nodes/train/loss/step"][-1]
losses = stop["value"][:]
assert steps < 20000, "it ran to the end"
assert len(losses) - 1 - losses.argmin() == 5      # five without a gain, and no more
PYTHON
weir sample moons.h5 -n 50 -o best.h5 --progress none
grep -q "which: best" best.yaml || fail "the best parameters are not those that are sampled from"
echo fine
