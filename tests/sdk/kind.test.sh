#!/usr/bin/env bash
# tests/sdk/kind.test.sh -- a kind of plugin and a facet that Weir does not know, across libraries, and two vendors' plugins of one name.
set -euo pipefail

work=$(mktemp -d "${TMPDIR:-/tmp}/weir-kind.XXXXXX")
trap 'rm -rf "$work"' EXIT
log=$work/log
fail() { cat "$log" >&2; echo "FAILED: $*" >&2; exit 1; }
expect() { grep -qF -- "$1" "$log" || fail "expected '$1'"; }
cache() { sed -n "s/^$1:[A-Z]*=//p" "$WEIR_BUILD_DIR/CMakeCache.txt"; }
export XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data
unset WEIR_PLUGIN_PATH
flags=
sanitize=$(cache WEIR_SANITIZE)
if [[ -n $sanitize ]]; then flags="-fsanitize=$sanitize -fno-sanitize=vptr"; fi
weir=$WEIR_BIN_DIR/weir
cd "$work"

echo "build against the build tree"
cp -r "$WEIR_SOURCE_DIR/tests/sdk/kind" kind
cmake -S kind -B build -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG= -DCMAKE_CXX_COMPILER="$(cache CMAKE_CXX_COMPILER)" \
  -DCMAKE_CXX_FLAGS="$flags" -DCMAKE_PREFIX_PATH="$WEIR_BUILD_DIR" >"$log" 2>&1 || fail "configure"
cmake --build build >"$log" 2>&1 || fail "build"

if [[ -z $flags ]]; then   # sanitizers add symbols of their own
  echo "its plugins export their entries and nothing of their own"
  bash "$WEIR_SOURCE_DIR/tests/sdk/exports.test.sh" build/libweir_*.so >"$log" || fail "exports"
fi

echo "the new kind is listed, described and used, as a node and inline"
"$weir" plugins --plugin-path build >"$log" 2>&1
expect acme/flavour/plain; expect acme/metric/taste; expect acme/noise/sine; expect bravo/noise/sine
"$weir" show flavour/plain --plugin-path build >"$log" 2>&1
expect "acme/flavour/plain 1.0.0 -- Flavour of one strength"
expect "facets: aftertaste"
"$weir" run kind/tasted.yaml --plugin-path build -o tasted.h5 --progress none >"$log" 2>&1 || fail "run"
expect "expected: 3 of 3 met"

echo "the record names plugins in full"
"$weir" info tasted.h5 --format json >"$log"
expect '"acme/flavour/plain"'; expect '"acme/metric/taste"'

echo "what is no flavour is refused"
sed 's/flavour: plain}/flavour: noise}/' kind/tasted.yaml >wrong.yaml
if "$weir" validate wrong.yaml --plugin-path build >"$log" 2>&1; then fail "a noise was taken for a flavour"; fi
expect "port 'flavour' of acme/metric/taste (node 'linked') takes a flavour, and 'noise' is a noise (acme/noise/sine)"

echo "a facet of its own that a flavour has not, as it is set, is missed before anything runs"
sed 's/, stays: 5//' kind/tasted.yaml >brief.yaml
"$weir" validate brief.yaml --plugin-path build >"$log" 2>&1 || fail "the plugin has the facet, and was refused by its name"
if "$weir" run brief.yaml --plugin-path build -o brief.h5 --progress none >"$log" 2>&1; then fail "it ran without an aftertaste"; fi
expect "flavour needs an aftertaste, and what it is given has none as it is set (node 'lasting', acme/metric/linger)"

echo "a short name that two vendors have is refused with the full ones"
sed 's,acme/noise/sine,noise/sine,' kind/tasted.yaml >short.yaml
if "$weir" validate short.yaml --plugin-path build >"$log" 2>&1; then fail "noise/sine was taken"; fi
expect "plugin 'noise/sine' is there from several vendors (node 'noise')"
expect "write 'acme/noise/sine' or 'bravo/noise/sine'"
if "$weir" show noise/sine --plugin-path build >"$log" 2>&1; then fail "noise/sine was shown"; fi
expect "'noise/sine' is the name of several plugins: acme/noise/sine, bravo/noise/sine"
rm build/libweir_bravo_noise_sine.so
sed '/bravo/d' short.yaml >one.yaml
"$weir" validate one.yaml --plugin-path build >"$log" 2>&1 || fail "one vendor is left, and the short name was refused"

echo "a kind whose library is not there, or of another major version, is told by its name"
mv build/libflavour.so.1 build/libflavour.so.2
if "$weir" run one.yaml --plugin-path build -o none.h5 --progress none >"$log" 2>&1; then fail "it ran without the kind's library"; fi
expect "libflavour.so.1: cannot open shared object file"
echo "fine"
