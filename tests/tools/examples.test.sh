#!/usr/bin/env bash
# tests/tools/examples.test.sh -- the worked examples in tools/examples/ read a small record as h5py does and draw it; each in the
# languages that are installed, and it says which are not. Exit 77: none is, or h5py is missing.
set -euo pipefail
python=${WEIR_PYTHON:-/usr/bin/python3}
examples=$WEIR_SOURCE_DIR/tools/examples
work=$(mktemp -d "${TMPDIR:-/tmp}/weir-examples.XXXXXX")
trap 'rm -rf "$work"' EXIT

"$python" -c 'import h5py' 2>/dev/null || { echo "skipped: $python lacks h5py, which the numbers are compared with"; exit 77; }

cat >"$work/turn.yaml" <<'YAML'
name: turn
nodes:
  base:   {plugin: source/gaussian, dim: 2}
  pairs:  {plugin: coupling/affine, source: base, angle: 180 deg, shift: [5, 5], draw: {fixed: 16}}
  task:   {plugin: objective/flow_matching, coupling: pairs}
  train:  {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 8, depth: 2}, steps: 30, batch: 16}
  flow:   {plugin: integrator/euler, field: train.field, start: pairs.x0, steps: 4, save: 5}
YAML
"$WEIR_BIN_DIR/weir" run "$work/turn.yaml" -o "$work/turn.h5" --progress none >/dev/null

# What it printed is what h5py reads, with the axes in order or reversed; the picture has a path for each pair.
cat >"$work/check.py" <<'PYTHON'
import pathlib, re, sys
import xml.etree.ElementTree
import h5py
said, picture, order = pathlib.Path(sys.argv[1]).read_text(), pathlib.Path(sys.argv[2]), sys.argv[3]
with h5py.File(sys.argv[4]) as file:
    loss, shape = file["nodes/train/loss/value"][:], file["nodes/flow/trajectory"].shape
rows, first, last = re.search(r"^loss (\d+) rows, first (\S+), last (\S+)$", said, re.M).groups()
assert int(rows) == len(loss) == 30, rows
for text, value in ((first, loss[0]), (last, loss[-1])):
    assert abs(float(text) - value) <= 1e-8 * abs(value), (text, value)      # nine digits are printed
seen = tuple(map(int, re.search(r"^trajectory ([\d x]+?) *$", said, re.M)[1].split(" x ")))
assert seen == (shape if order == "same" else shape[::-1]), (seen, shape)
kinds = [each.tag.split("}")[-1] for each in xml.etree.ElementTree.parse(picture).iter()]
assert kinds[0] == "svg" and sum(kind in ("path", "polyline") for kind in kinds) >= 1 + 16, kinds
assert 2_000 < picture.stat().st_size < 500_000, picture.stat().st_size
PYTHON

ran=() skipped=()
# example LANGUAGE EXTENSION same|reversed NEEDS COMMAND...; NEEDS is a command that succeeds where all is installed.
example() {
  local language=$1 extension=$2 order=$3 needs=$4 picture=$work/$2.svg; shift 4
  if ! (cd "$examples" && eval "$needs") >/dev/null 2>&1; then skipped+=("$language"); return; fi
  "$@" "$examples/trace_and_trajectory.$extension" "$work/turn.h5" "$picture" >"$work/said" 2>"$work/complaints" \
    || { echo "FAILED: $language"; cat "$work/said" "$work/complaints"; exit 1; }
  "$python" "$work/check.py" "$work/said" "$picture" "$order" "$work/turn.h5" \
    || { echo "FAILED: $language"; cat "$work/said" "$work/complaints"; exit 1; }
  ran+=("$language")
}
export PYTHONPATH=$WEIR_SOURCE_DIR/tools/python PYTHONDONTWRITEBYTECODE=1
example Python py same "'$python' -c 'import matplotlib'" "$python"
example R R reversed "Rscript -e 'library(hdf5r); stopifnot(capabilities(\"cairo\"))'" Rscript
example Octave m reversed "octave-cli -q --no-init-file --eval 'disp(available_graphics_toolkits())' | grep ." \
  octave-cli -q --no-init-file
example Julia jl reversed "julia -e 'using HDF5'" julia
example JavaScript js same "node --input-type=module -e 'await import(\"h5wasm/node\")'" node

(( ${#skipped[@]} == 0 )) || printf 'not installed, not run: %s\n' "${skipped[*]}"
(( ${#ran[@]} > 0 )) || exit 77
printf 'fine: %s\n' "${ran[*]}"
