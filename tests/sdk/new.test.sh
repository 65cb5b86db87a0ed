#!/usr/bin/env bash
# tests/sdk/new.test.sh -- what `weir new` makes builds and runs unchanged: every kind of plugin against an installed Weir that
# was moved, one by the commands of its README against the build tree, and the pipeline.
set -euo pipefail

work=$(mktemp -d "${TMPDIR:-/tmp}/weir-new.XXXXXX")
trap 'rm -rf "$work"' EXIT
log=$work/log
fail() { cat "$log" >&2; echo "FAILED: $*" >&2; exit 1; }
cache() { sed -n "s/^$1:[A-Z]*=//p" "$WEIR_BUILD_DIR/CMakeCache.txt"; }
export XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data
unset WEIR_PLUGIN_PATH
compiler=$(cache CMAKE_CXX_COMPILER)
flags=
if [[ $(cache WEIR_SANITIZE) == ON ]]; then flags="-fsanitize=address,undefined -fno-sanitize=vptr"; fi
cd "$work"

echo "install, and move the installation"
cmake --install "$WEIR_BUILD_DIR" --prefix "$work/prefix" >"$log" 2>&1 || fail "install"
mv prefix moved
weir=$work/moved/bin/weir

echo "a plugin of every kind, under an awkward name"
kinds="source coupling interpolant noise time objective field network optimiser schedule trainer probe integrator metric"
name=x1_a_very_long_name_0
for kind in $kinds; do "$weir" new plugin $name --kind "$kind" -o "all/$kind" >"$log" 2>&1 || fail "new plugin --kind $kind"; done

# One build for all, not optimised, saves most of the time; that a project is whole by itself is seen further below.
cat >all/CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.22)
project(all LANGUAGES CXX)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins)
foreach(kind IN LISTS KINDS)
  add_subdirectory(${kind})
  set(target weir_${kind}_${NAME})
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow -Werror)
endforeach()
CMAKE
cmake -S all -B build -G Ninja -DKINDS="${kinds// /;}" -DNAME=$name -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG= \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_FLAGS="$flags" -DCMAKE_PREFIX_PATH="$work/moved" >"$log" 2>&1 || fail "configure"
before=$SECONDS
cmake --build build >"$log" 2>&1 || fail "build"
echo "  built in $((SECONDS - before)) s"
for kind in $kinds; do
  before=$SECONDS
  "$weir" run "all/$kind/$name.yaml" --plugin-path build/plugins -o "$kind.h5" --progress none >"$log" 2>&1 || fail "run of $kind"
  "$weir" info $kind.h5 >"$log" 2>&1 || fail "info of $kind"
  if command -v h5ls >/dev/null; then
    h5ls -r $kind.h5 >"$log" 2>&1 && grep -q '^/nodes/.*Dataset' "$log" || fail "h5ls sees no numbers of $kind"
  fi
  "$weir" show "$kind/$name" --plugin-path build/plugins >"$log" 2>&1 || fail "show of $kind"
  ran=$((SECONDS - before)); before=$SECONDS
  "$weir" plugin check "build/plugins/libweir_${kind}_$name.so" --with "all/$kind/$name.yaml" >"$log" 2>&1 || fail "check of $kind"
  echo "  $kind: ran in $ran s, $(tail -n 1 "$log") in $((SECONDS - before)) s"
done

echo "one by the commands of its own README, in a folder whose name a shell would split, against the build tree"
before=$SECONDS
"$WEIR_BIN_DIR/weir" new plugin tensor --kind metric -o "it's one" >"$log" 2>&1 || fail "new plugin"
sed -n 's/^    //p' "it's one/README.md" >commands
[[ $(wc -l <commands) == 4 ]] || fail "the README has no four commands"
(cd "it's one" && PATH=$WEIR_BIN_DIR:$PATH CXX=$compiler CXXFLAGS=$flags bash -e ../commands) >"$log" 2>&1 || fail "README"
grep -q "weir_plugin_check_metric_tensor .*Passed" "$log" || fail "ctest does not check the plugin"
[[ -s "it's one/tensor.h5" ]] || fail "no record was written"
echo "  from the template to its record in $((SECONDS - before)) s"

echo "the pipeline"
before=$SECONDS
"$weir" new pipeline $name >"$log" 2>&1 || fail "new pipeline"
"$weir" run $name.yaml --progress none >"$log" 2>&1 || fail "run of the pipeline"
[[ -s $name/table.csv ]] || fail "no table was written"
echo "  ran in $((SECONDS - before)) s"
echo "fine"
