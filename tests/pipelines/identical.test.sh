#!/usr/bin/env bash
# tests/pipelines/identical.test.sh -- the same bytes under /nodes: two runs, --jobs 1 and 2, killed and resumed, probe or none.
set -euo pipefail
command -v h5diff >/dev/null || { echo "h5diff is not installed (hdf5-tools)"; exit 77; }
run=$WEIR_BIN_DIR/weir-run
file=$WEIR_SOURCE_DIR/tests/pipelines/identical.yaml
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export OMP_NUM_THREADS=1 WEIR_CHECKPOINT_SECONDS=0.1

same() {
  h5diff "$1" "$2" "$3" "$3" >/dev/null || { echo "$3 differs: $1 $2"; exit 1; }
}

"$run" run "$file" --out "$out/first.h5" >/dev/null
"$run" run "$file" --out "$out/second.h5" >/dev/null
"$run" run "$file" --out "$out/jobs.h5" --jobs 2 >/dev/null
same "$out/first.h5" "$out/second.h5" /nodes
same "$out/first.h5" "$out/jobs.h5" /nodes
echo "two runs, and two jobs: the same"

# Killed three times at other moments, then left to finish.
mode=create
for pause in 1.3 1.9 2.6; do
  "$run" run "$file" --out "$out/killed.h5" --mode "$mode" >/dev/null 2>&1 &
  child=$!
  sleep "$pause"
  kill -KILL "$child" 2>/dev/null || true
  wait "$child" 2>/dev/null || true
  [[ -f $out/killed.h5 ]] && mode=resume
done
"$run" run "$file" --out "$out/killed.h5" --mode "$mode" >/dev/null
same "$out/first.h5" "$out/killed.h5" /nodes
echo "killed and resumed: the same"

# A probe never alters training.
"$run" run "$file" --out "$out/rare.h5" --set one.probes.variance.every=1000 >/dev/null
same "$out/first.h5" "$out/rare.h5" /nodes/one/loss
same "$out/first.h5" "$out/rare.h5" /nodes/one/params
echo "a probe less: the same training"
