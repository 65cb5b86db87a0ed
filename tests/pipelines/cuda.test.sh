#!/usr/bin/env bash
# tests/pipelines/cuda.test.sh -- the pipelines on a GPU: gaussian.yaml whole, against its closed forms, the others in a smoke
# form; a run twice gives the same loss. Skipped without a CUDA device or in a build without CUDA.
#
#   WEIR_CUDA=1 tools/test -R cuda
set -euo pipefail
weir=$WEIR_BIN_DIR/weir
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cd "$WEIR_SOURCE_DIR/pipelines"

status=0
"$weir" plan gaussian.yaml --sizes --device cuda >"$out/plan.log" 2>&1 || status=$?
if ((status == 3)) && grep -q 'is not available' "$out/plan.log"; then
  cat "$out/plan.log"
  exit 77
fi

run() {   # run NAME OPTION...: exit 1 is an expectation that a short run does not meet
  local name=$1 status=0; shift
  "$weir" run "$name.yaml" --device cuda --progress none "$@" >"$out/log" 2>&1 || status=$?
  if ((status > 1)); then cat "$out/log"; echo "$name: exit $status"; exit 1; fi
}

"$weir" run gaussian.yaml --device cuda --progress none -o "$out/gaussian"
run rotation --set train.steps=20 --set train.warmup=0 -o "$out/rotation"
run eight_gaussians --set train.steps=20 -o "$out/eight"
run minimisers --set pair_train.batch=16 --set set_train.batch=16 -o "$out/minimisers"
run quickstart --set train.steps=20 -o "$out/quickstart"

losses() { "$weir" info "$1" | grep "^ *loss "; }
run rotation --set train.steps=20 --set train.warmup=0 -o "$out/again"
[[ $(losses "$out/rotation/runs/sigma=0,steps=5,seed=7.h5") == "$(losses "$out/again/runs/sigma=0,steps=5,seed=7.h5")" ]]
