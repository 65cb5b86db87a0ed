#!/usr/bin/env bash
# tests/tools/seeds.test.sh -- tools/seeds.py counts how often each verdict fails, and runs nothing twice.
set -euo pipefail
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cat >"$out/small.yaml" <<'YAML'
# A comment.
nodes:
  base:   {plugin: source/gaussian, dim: 2}
  pairs:  {plugin: coupling/affine, source: base, angle: 120 deg, draw: fresh}
  field:  {plugin: field/affine, value: ot, coupling: pairs, source: base}
  task:   {plugin: objective/flow_matching, coupling: pairs}
  var:    {plugin: metric/gradient_variance, objective: task, field: field, batch: 16, replicates: 4}
expect:
  - {that: var.total, at_least: 0}
  - {that: var.total, at_most: 0}
  - {that: var.total, equals: -1, within_se: 3}
YAML
seeds() { python3 -B "$WEIR_SOURCE_DIR/tools/seeds.py" -o "$out/kept" --seeds "$1" --jobs 2 --weir "$WEIR_BIN_DIR/weir" "$out/small.yaml" >"$out/table.md" 2>"$out/said.txt"; }
expect() { grep -F -- "$1" "$2" >/dev/null || { echo "missing: $1"; cat "$2"; exit 1; }; }

seeds 2
expect "2 of 2 seeds with a verdict that is no; joint error rate 0.27 %: what within_se and p_below allow 1 verdict." "$out/table.md"
expect "| expected | var.total at least 0 | 0 of 2 | - |" "$out/table.md"
expect "| expected | var.total at most 0 | 2 of 2 | - |" "$out/table.md"
expect "| expected | var.total equals -1 within 3 standard errors | " "$out/table.md"
expect "| 0.27 % |" "$out/table.md"
[[ $(ls "$out/kept/small") == $'1000.json\n2000.json' ]]

sed -i 's/# A comment./# Another one./' "$out/small.yaml"
seeds 3     # the third alone
[[ $(cat "$out/said.txt") == "1 of 1" ]] || { echo "not resumed:"; cat "$out/said.txt"; exit 1; }
expect "| expected | var.total at most 0 | 3 of 3 | - |" "$out/table.md"

sed -i 's/at_most: 0/at_most: 1.0e+9/' "$out/small.yaml"
seeds 3     # another pipeline
expect "| expected | var.total at most 1e+09 | 0 of 3 | - |" "$out/table.md"
