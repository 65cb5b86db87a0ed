#!/usr/bin/env bash
# tests/pipelines/identical.test.sh -- the same bytes under /nodes: two runs, --jobs 1 and 2, killed and resumed, probe or none.
set -euo pipefail
command -v h5diff >/dev/null || { echo "h5diff is not installed (hdf5-tools)"; exit 77; }
file=$WEIR_SOURCE_DIR/tests/pipelines/identical.yaml
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export OMP_NUM_THREADS=1 WEIR_CHECKPOINT_SECONDS=0.1

run() {   # run NAME ARGUMENT...
  "$WEIR_BIN_DIR/weir" run "$file" -o "$out/$1.h5" --progress none "${@:2}" >/dev/null
}

same() {
  h5diff "$1" "$2" "$3" "$3" >/dev/null || { echo "$3 differs: $1 $2"; exit 1; }
}

run first
run second
run jobs --jobs 2
same "$out/first.h5" "$out/second.h5" /nodes
same "$out/first.h5" "$out/jobs.h5" /nodes
echo "two runs, and two jobs: the same"

# Killed three times at other moments, then left to finish.
for pause in 1.3 1.9 2.6; do
  "$WEIR_BIN_DIR/weir" run "$file" -o "$out/killed.h5" --progress none >/dev/null 2>&1 &
  child=$!
  sleep "$pause"
  kill -KILL "$child" 2>/dev/null || true
  wait "$child" 2>/dev/null || true
  sleep 0.2   # the child that runs it dies with its parent
done
run killed
same "$out/first.h5" "$out/killed.h5" /nodes
echo "killed and resumed: the same"

# A probe never alters training.
run rare --set one.probes.variance.every=1000
same "$out/first.h5" "$out/rare.h5" /nodes/one/loss
same "$out/first.h5" "$out/rare.h5" /nodes/one/params
echo "a probe less: the same training"
