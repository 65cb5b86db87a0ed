#!/usr/bin/env bash
# tests/sdk/wheel.test.sh -- the wheel that tools/wheel makes, in an empty environment that has torch: installed, a pipeline run from the
# command line and from Python, a plugin built against it.
#
# Exit 77: no venv, or PyPI cannot be reached for auditwheel.
set -euo pipefail

work=$(mktemp -d "${TMPDIR:-/tmp}/weir-wheel.XXXXXX")
trap 'rm -rf "$work"' EXIT
log=$work/log
fail() { cat "$log" >&2; echo "FAILED: $*" >&2; exit 1; }
cache() { sed -n "s/^$1:[A-Z]*=//p" "$WEIR_BUILD_DIR/CMakeCache.txt"; }
if [[ -n $(cache WEIR_SANITIZE) ]]; then echo "skipped: a wheel is made of a release build"; exit 77; fi
python=/usr/bin/python3
"$python" -c 'import ensurepip, h5py' 2>/dev/null || { echo "skipped: $python lacks venv or h5py"; exit 77; }
torch=$(cache LibTorch_INCLUDE_DIR)
torch=${torch%/include}
[[ $torch == */torch ]] || { echo "skipped: LibTorch is not from a wheel"; exit 77; }

before=$SECONDS
"$python" "$WEIR_SOURCE_DIR/tools/wheel" --build "$WEIR_BUILD_DIR" -o "$work/dist" >"$log" 2>&1 || {
  if grep -q 'pip install' "$log"; then echo "skipped: PyPI cannot be reached"; exit 77; fi
  fail "tools/wheel"
}
cat "$log"
echo "  made in $((SECONDS - before)) s"
[[ $(stat -c %s "$work"/dist/weir-*.whl) -lt 60000000 ]] || fail "the wheel is too large"

"$python" -m venv --system-site-packages "$work/env"
site=$("$work/env/bin/python" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')
for each in "${torch%/torch}"/*; do ln -s "$each" "$site/"; done
before=$SECONDS
"$work/env/bin/pip" install --quiet --no-deps --no-index "$work"/dist/weir-*.whl >"$log" 2>&1 || fail "pip install"
echo "  installed in $((SECONDS - before)) s"
for library in libhdf5_serial libfmt libyaml-cpp; do
  compgen -G "$site/weir-*.dist-info/licenses/$library*.txt" >/dev/null || fail "$library has no licence with it"
done

# Nothing of the build is found by name: an environment of its own.
clean() { env -i HOME="$work/home" PATH="$work/env/bin:/usr/bin:/bin" XDG_CACHE_HOME="$work/cache" "$@"; }
mkdir "$work/home"
cd "$work"
clean weir doctor >"$log" 2>&1 || fail "weir doctor"
if grep -F "$WEIR_BUILD_DIR" "$log"; then fail "something of the build tree is used"; fi
cp "$WEIR_SOURCE_DIR/pipelines/gaussian.yaml" .
before=$SECONDS
clean weir run gaussian.yaml --progress none >"$log" 2>&1 || fail "weir run"
echo "  gaussian.yaml ran in $((SECONDS - before)) s"
clean "$work/env/bin/python" -c "
import weir
nodes = {'base': {'plugin': 'source/gaussian', 'dim': 2}, 'pairs': {'plugin': 'coupling/independent', 'source': 'base', 'target': 'base', 'draw': {'fixed': 8}}}
record = weir.run({'name': 'small', 'nodes': nodes}, progress=False)
assert record.pairs.x0.shape == (8, 2), record" >"$log" 2>&1 || fail "weir.run"

before=$SECONDS
clean weir new plugin sine --kind noise >"$log" 2>&1 || fail "weir new plugin"
sed -n 's/^    //p' sine/README.md >commands
(cd sine && clean bash -e ../commands) >"$log" 2>&1 || fail "the plugin's README"
[[ -s sine/sine.h5 ]] || fail "the plugin wrote no record"
echo "  a plugin made, built, checked and run in $((SECONDS - before)) s"
echo fine
