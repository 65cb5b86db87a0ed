#!/usr/bin/env bash
# tests/sdk/new.test.sh -- what `weir new` makes builds and runs unchanged: every kind and base of plugin against an installed Weir that
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
sanitize=$(cache WEIR_SANITIZE)
if [[ -n $sanitize ]]; then flags="-fsanitize=$sanitize -fno-sanitize=vptr"; fi
cd "$work"

echo "install, and move the installation"
cmake --install "$WEIR_BUILD_DIR" --prefix "$work/prefix" >"$log" 2>&1 || fail "install"
mv prefix moved
weir=$work/moved/bin/weir

echo "a plugin of every kind, and on every base, under an awkward name"
kinds="source coupling interpolant noise time objective field network optimiser schedule trainer probe integrator metric"
bases="interpolant/marginals objective/network field/conditional probe/stopping integrator/embedded integrator/stochastic integrator/stepped"
name=x1_a_very_long_name_0
folders= targets=
for word in $kinds $bases; do
  kind=${word%/*} base= own=$name folder=${word/\//_}
  if [[ $word == */* ]]; then base="--base ${word#*/}" own=${name}_${word#*/}; fi
  "$weir" new plugin $own --kind $kind $base -o all/$folder >"$log" 2>&1 || fail "new plugin --kind $kind $base"
  folders+=";$folder" targets+=";weir_${kind}_$own"
done

# One build for all, not optimised, saves most of the time; that a project is whole by itself is seen further below.
cat >all/CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.22)
project(all LANGUAGES CXX)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins)
foreach(folder IN LISTS FOLDERS)
  add_subdirectory(${folder})
endforeach()
foreach(target IN LISTS TARGETS)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow -Werror)
endforeach()
CMAKE
cmake -S all -B build -G Ninja -DFOLDERS="${folders#;}" -DTARGETS="${targets#;}" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG= \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_FLAGS="$flags" -DCMAKE_PREFIX_PATH="$work/moved" >"$log" 2>&1 || fail "configure"
before=$SECONDS
cmake --build build >"$log" 2>&1 || fail "build"
echo "  built in $((SECONDS - before)) s"
for word in $kinds $bases; do
  kind=${word%/*} own=$name folder=${word/\//_}
  if [[ $word == */* ]]; then own=${name}_${word#*/}; fi
  before=$SECONDS
  "$weir" run "all/$folder/$own.yaml" --plugin-path build/plugins -o "$folder.h5" --progress none >"$log" 2>&1 || fail "run of $word"
  "$weir" info $folder.h5 >"$log" 2>&1 || fail "info of $word"
  if command -v h5ls >/dev/null; then
    h5ls -r $folder.h5 >"$log" 2>&1 && grep -q '^/nodes/.*Dataset' "$log" || fail "h5ls sees no numbers of $word"
  fi
  "$weir" show "$kind/$own" --plugin-path build/plugins >"$log" 2>&1 || fail "show of $word"
  ran=$((SECONDS - before)); before=$SECONDS
  "$weir" plugin check "build/plugins/libweir_${kind}_$own.so" --with "all/$folder/$own.yaml" >"$log" 2>&1 || fail "check of $word"
  if grep -q '^not run: ' "$log"; then fail "$word was not run"; fi
  echo "  $word: ran in $ran s, $(tail -n 1 "$log") in $((SECONDS - before)) s"
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
