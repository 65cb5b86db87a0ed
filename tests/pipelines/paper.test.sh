#!/usr/bin/env bash
# tests/pipelines/paper.test.sh -- every pipeline of pipelines/paper/ is valid and runs in a smoke form; what is exact is exact in it.
set -euo pipefail
weir=$WEIR_BIN_DIR/weir
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# What makes each pipeline short. A pipeline that is not named here fails the test; one with "" runs whole and meets its own
# expectations.
declare -A smoke=(
  [counterexample1]="--set reflow.train.steps=20 --set reflow.train.warmup=0 --set reflow.train.probes.variance.every=10"
  [crossing]=""
  [figure4]="--set vars.batch=64 --set vars.replicates=4"
  [figure5]="--set vars.batch=64 --set vars.replicates=4"
  [lemma1]="--set net.steps=20 --set class.steps=20 --set net_floor.batch=64 --set class_floor.batch=64 --set net_error.samples=64 --set class_error.samples=64"
  [variance_by_time]="--set forward.steps=20 --set backward.steps=20 --set ahead.batch=64 --set back.batch=64"
)

for file in "$WEIR_SOURCE_DIR"/pipelines/paper/*.yaml; do
  name=$(basename "$file" .yaml)
  "$weir" validate "$file"
  status=0
  # shellcheck disable=SC2086
  "$weir" run "$file" ${smoke[$name]} -o "$out/$name" --jobs 2 --progress none >"$out/$name.log" 2>&1 || status=$?
  # 1 is an expectation that a short run does not meet; everything else is a fault.
  if ((status > 1)) || [[ $status == 1 && -z ${smoke[$name]} ]]; then
    cat "$out/$name.log"
    exit 1
  fi
  echo "$name: ran, exit $status"
done

# The closed forms do not depend on how short a run is.
for line in "at_pair_exact.total at most 1e-20 (sigma = 0, angle = 150 deg)" "exact.total equals 114.2 within 0.005 (dim = 4"; do
  grep -F -- "+ $line" "$out"/figure4.log "$out"/figure5.log >/dev/null || { echo "not met: $line"; exit 1; }
done
