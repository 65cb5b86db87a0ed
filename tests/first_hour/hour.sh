# tests/first_hour/hour.sh -- sourced by the wishes of a first hour: a folder of its own, the program in PATH, a small trained model.
set -euo pipefail
work=$(mktemp -d "${TMPDIR:-/tmp}/weir-hour.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
export PATH=$WEIR_BIN_DIR:$PATH XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data
unset WEIR_PLUGIN_PATH
python=${WEIR_PYTHON:-/usr/bin/python3}
fail() { echo "FAILED: $*" >&2; exit 1; }
needs() { for module in "$@"; do "$python" -c "import $module" 2>/dev/null || { echo "skipped: $python lacks $module"; exit 77; }; done; }

cat > moons.yaml <<'YAML'
name: moons
nodes:
  base:   {plugin: source/gaussian, dim: 2}
  data:   {plugin: source/mixture, set: two_moons}
  pairs:  {plugin: coupling/independent, source: base, target: data, draw: fresh}
  task:   {plugin: objective/flow_matching, coupling: pairs}
  train:  {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 32, depth: 2}, steps: 200, optimiser: {plugin: adam, lr: 0.005}, keep_memory: true}
  some:   {plugin: coupling/independent, source: base, target: data, draw: {fixed: 256}}
  flow:   {plugin: integrator/euler, field: train.field, start: some.x0, steps: 10}
  w2:     {plugin: metric/w2, samples: flow.end, points: some.x1}
report: {train.loss: last, w2.w2: last}
YAML
