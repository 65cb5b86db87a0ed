#!/usr/bin/env bash
# tests/sdk/sdk.test.sh -- installs Weir, builds the plugins of tests/sdk/example against the installation alone, and uses them.
set -euo pipefail

work=$(mktemp -d "${TMPDIR:-/tmp}/weir-sdk.XXXXXX")
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*" >&2; exit 1; }
expect() { grep -qF -- "$1" "$2" || { cat "$2" >&2; fail "expected '$1'"; }; }
log=$work/log
cache() { sed -n "s/^$1:[A-Z]*=//p" "$WEIR_BUILD_DIR/CMakeCache.txt"; }
export XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data
unset WEIR_PLUGIN_PATH

echo "install"
prefix=$work/prefix
cmake --install "$WEIR_BUILD_DIR" --prefix "$prefix" >"$log" 2>&1 || { cat "$log"; fail "install"; }
"$prefix/bin/weir" plugins >"$log" 2>&1 || { cat "$log"; fail "the installed weir lists no plugins"; }
expect noise/brownian "$log"

echo "the headers for plugins are installed, and no others; the executor's library is there, and no target of it"
(cd "$prefix/include/weir" && find . -type f | sed 's|^[.]/||' | sort) >"$log"
sed 's|#.*||' "$WEIR_SOURCE_DIR/core/sdk.cmake" | grep -o '[^ ]*\.hpp' | sort >"$work/listed"
diff "$work/listed" "$log" || fail "include/weir is not what core/sdk.cmake lists"
find "$prefix" -name libweir_executor.so | grep -q . || fail "no libweir_executor.so"
if grep -rl --include='*.cmake' executor "$prefix"; then fail "find_package(weir) knows of the executor"; fi

echo "build the example against the installation, with the compiler and the sanitizers that Weir was built with"
example=$work/ext_1_a_123b_b11   # an awkward name
cp -r "$WEIR_SOURCE_DIR/tests/sdk/example" "$example"
flags=
sanitize=$(cache WEIR_SANITIZE)
if [[ -n $sanitize ]]; then flags="-fsanitize=$sanitize -fno-sanitize=vptr"; fi
configure() {   # configure BUILD ARGUMENT...
  local folder=$1; shift
  cmake -S "$example" -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE="$(cache CMAKE_BUILD_TYPE)" \
    -DCMAKE_CXX_COMPILER="$(cache CMAKE_CXX_COMPILER)" -DCMAKE_CXX_FLAGS="$flags" -DCMAKE_PREFIX_PATH="$prefix" "$@" >"$log" 2>&1
}
configure "$work/build" || { cat "$log"; fail "configure"; }
cmake --build "$work/build" >"$log" 2>&1 || { cat "$log"; fail "build"; }
[[ -f $work/build/libweir_noise_sine.so && -f $work/build/libweir_lab.so ]] || fail "libweir_noise_sine.so and libweir_lab.so are not there"

if [[ -z $flags ]]; then   # sanitizers add symbols of their own
  echo "they export their entries and nothing of their own"
  bash "$WEIR_SOURCE_DIR/tests/sdk/exports.test.sh" "$work"/build/libweir_*.so >"$log" || { cat "$log"; fail "exports"; }
fi

echo "one precompiled header serves both libraries, and a changed plugin is rebuilt with it as it is"
headers=$(find "$work/build" -name cmake_pch.hxx.gch -o -name cmake_pch.hxx.pch | wc -l)
[[ $headers == 1 ]] || fail "there are $headers precompiled headers"
touch "$example/noise/sine.cpp"
cmake --build "$work/build" -- -v >"$log" 2>&1 || { cat "$log"; fail "rebuild"; }
expect "cmake_pch.hxx" "$log"
if grep -qE "c[+][+]-header|emit-pch" "$log"; then cat "$log"; fail "the header was precompiled again"; fi
if grep -qi "warning" "$log"; then cat "$log"; fail "the precompiled header was refused"; fi

echo "the plugins are listed, described and used"
"$prefix/bin/weir" plugins --plugin-path "$work/build" >"$log"
expect noise/sine "$log"; expect source/ring "$log"; expect time/cubic "$log"
"$prefix/bin/weir" show noise/sine --plugin-path "$work/build" >"$log"
expect sigma "$log"; expect "Noise that rises and falls as a sine" "$log"
cp "$example/lab.yaml" "$work/lab.yaml"
"$prefix/bin/weir" schema --modeline "$work/lab.yaml" --plugin-path "$work/build" >"$log" || fail "schema --modeline"
expect '"noise/sine"' "$work/.weir-schema.json"; expect "# yaml-language-server: \$schema=.weir-schema.json" "$work/lab.yaml"
if "${WEIR_PYTHON:-/usr/bin/python3}" -c 'import jsonschema, yaml' 2>/dev/null; then
  "${WEIR_PYTHON:-/usr/bin/python3}" -B "$WEIR_SOURCE_DIR/tests/front/json_schema.py" "$work/.weir-schema.json" "$work/lab.yaml" >"$log"
  expect 0 "$log"
fi
"$prefix/bin/weir" run "$example/lab.yaml" --plugin-path "$work/build" -o "$work/lab.h5" --progress plain >"$log" 2>&1 || { cat "$log"; fail "run"; }
[[ -s $work/lab.h5 ]] || fail "no record was written"
# Stands in for Python: what the installed program starts is there.
printf '#!/bin/sh\n[ -f "$2/page.html.jinja" ]\n' >"$work/python"; chmod +x "$work/python"
WEIR_PYTHON=$work/python "$prefix/bin/weir" report "$work/lab.h5" || fail "the installed weir finds no share/weir/report"
"$prefix/bin/weir" explain >"$log" || fail "the installed weir finds no share/weir/explain"
expect "W203  " "$log"
"$prefix/bin/weir" validate "$prefix/share/weir/pipelines/gaussian.yaml" >"$log" || fail "the installed pipelines are not there, or not valid"
[ -s "$prefix/share/doc/weir/README.md" ] || fail "nothing to read is installed"

echo "the installation can be moved"
mv "$prefix" "$work/moved"
prefix=$work/moved
"$prefix/bin/weir" run "$example/lab.yaml" --plugin-path "$work/build" -o "$work/moved.h5" --progress plain >"$log" 2>&1 || { cat "$log"; fail "run after the move"; }
rm -rf "$XDG_CACHE_HOME" && mkdir -p "$XDG_DATA_HOME/weir/plugins"
cp "$work/build/libweir_noise_sine.so" "$XDG_DATA_HOME/weir/plugins/"   # it looks for libweir_kinds.so where that was
"$prefix/bin/weir" show noise/sine >"$log" 2>&1 || { cat "$log"; fail "a plugin built before the move is not found"; }
rm -rf "$XDG_DATA_HOME"
cmake --install "$work/build" --prefix "$prefix" >"$log" 2>&1 || { cat "$log"; fail "install of the example"; }
"$prefix/bin/weir" run "$example/lab.yaml" -o "$work/installed.h5" --progress plain >"$log" 2>&1 || { cat "$log"; fail "run with installed plugins"; }
configure "$work/build2" || { cat "$log"; fail "configure after the move"; }

echo "another LibTorch is refused when configuring"
torch=$work/torch
mkdir -p "$torch/include/ATen" "$torch/include/torch/headeronly" "$torch/lib"
touch "$torch/include/ATen/ATen.h" "$torch/lib/libtorch_cpu.so" "$torch/lib/libc10.so"
version() { printf '#define TORCH_VERSION \\\n  "%s"\n' "$1" >"$torch/include/torch/headeronly/version.h"; }
version 2.7.1
if configure "$work/build3" -DWEIR_TORCH_DIR="$torch"; then fail "LibTorch 2.7.1 was taken"; fi
tr -s ' \n' ' ' <"$log" >"$log.line"
expect "this Weir was built with LibTorch" "$log.line"; expect "is 2.7.1" "$log.line"
version 1.13.1
if configure "$work/build4" -DWEIR_TORCH_DIR="$torch"; then fail "LibTorch 1.13.1 was taken"; fi
tr -s ' \n' ' ' <"$log" >"$log.line"
expect "Weir needs LibTorch 2.6 or newer, but found 1.13.1" "$log.line"

if [[ -z $flags ]]; then   # sanitizers leave symbols open
  echo "a symbol that nothing defines is an error of the build"
  cp "$example/noise/sine.cpp" "$work/sine.cpp"
  echo 'void fodder(); void feed() { fodder(); }' >>"$example/noise/sine.cpp"
  if cmake --build "$work/build2" >"$log" 2>&1; then fail "a plugin with an undefined symbol was linked"; fi
  expect "fodder()" "$log"
  mv "$work/sine.cpp" "$example/noise/sine.cpp"
fi

echo "plugins that are not <kind>/<name>.cpp are refused when configuring"
echo 'weir_add_plugin(Sine.cpp)' >>"$example/CMakeLists.txt"
touch "$example/Sine.cpp"
if configure "$work/build5"; then fail "Sine.cpp was taken"; fi
tr -s ' \n' ' ' <"$log" >"$log.line"
expect "is not <kind>/<name>.cpp" "$log.line"
echo "fine"
