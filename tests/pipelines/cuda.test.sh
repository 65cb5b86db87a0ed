#!/usr/bin/env bash
# tests/pipelines/cuda.test.sh -- random numbers on a GPU are the CPU's to the bit; the pipelines on it: gaussian.yaml whole,
# against its closed forms, the others in a smoke form; a run twice ends with the same loss. Skipped without a CUDA device or in a
# build without CUDA.
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

"$WEIR_BIN_DIR/weir_tests" "[cuda]" >"$out/log" || { cat "$out/log"; exit 1; }

run() {   # run NAME OPTION...: exit 1 is an expectation that a short run does not meet
  local name=$1 status=0; shift
  "$weir" run "$name.yaml" --device cuda --progress none "$@" >"$out/log" 2>&1 || status=$?
  if ((status > 1)); then cat "$out/log"; echo "$name: exit $status"; exit 1; fi
}

# The same draws as on the CPU, where all are met.
run gaussian -o "$out/gaussian"
grep -q 'expected: 29 of 29 met' "$out/log" || { cat "$out/log"; exit 1; }
run paper/figure6 --set train.steps=20 --set train.warmup=0 --set sweep.seed.count=1 -o "$out/figure6"
run eight_gaussians --set train.steps=20 -o "$out/eight"
run minimisers --set pair_train.batch=16 --set set_train.batch=16 -o "$out/minimisers"
run quickstart --set train.steps=20 --set sweep.seed.count=1 -o "$out/quickstart"

unet=(paper/table2 --set 'train.model={"plugin":"field/unet","width":8}' --set train.steps=20 --set train.warmup=0
  --set 'ot.draw={"fixed":128}' --set sweep.seed.count=1)
run "${unet[@]}" -o "$out/unet"

same() {   # same A B: two runs of one pipeline end with the same loss
  local first second
  first=$("$weir" info "$1" | grep '^ *loss ') second=$("$weir" info "$2" | grep '^ *loss ')
  if [[ $first != "$second" ]]; then echo "two runs differ: '$first' and '$second'"; exit 1; fi
}
run paper/figure6 --set train.steps=20 --set train.warmup=0 --set sweep.seed.count=1 -o "$out/again"
same "$out"/{figure6,again}/runs/noise=none,steps=5,seed=7.h5
run "${unet[@]}" -o "$out/unet_again"
same "$out"/{unet,unet_again}/runs/noise=some,seed=1.h5
