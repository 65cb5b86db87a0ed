#!/usr/bin/env bash
# tests/tools/prepare.test.sh -- what tools/weir says when something is missing. Programs that would change the machine are
# stood in for by small scripts; nothing is installed, fetched or built.
# shellcheck disable=SC2016   # commands are passed as text on purpose
set -euo pipefail
unset WEIR_TORCH_DIR WEIR_CUDA WEIR_PYTHON CMAKE_PREFIX_PATH CXX CCACHE_DIR

work=$(mktemp -d "${TMPDIR:-/tmp}/weir-prepare.XXXXXX")
trap 'rm -rf "$work"' EXIT
stubs=$work/stubs
failures=0

# A copy of the scripts, so that its build folder is a scratch one.
root=$work/weir
mkdir -p "$root/tools" "$root/core" "$root/plugins" "$stubs"
cp "$WEIR_SOURCE_DIR/tools/prepare.sh" "$WEIR_SOURCE_DIR/tools/weir" "$root/tools/"
touch "$root/CMakeLists.txt" "$root/CMakePresets.json"

stub() { printf '#!/bin/bash\n%s\n' "$2" >"$stubs/$1"; chmod +x "$stubs/$1"; }
all_installed='for p; do case $p in -*|\$*) ;; *) echo "$p installed";; esac; done'
reset() {
  rm -rf "$root/build" "$work/cache" "${stubs:?}"/*
  stub dpkg-query "$all_installed"
  stub cmake 'mkdir -p build/release; exit 0'
  stub ninja 'exit 0'
  mkdir -p "$work/cache/weir/torch-2.11.0/torch/lib"
  touch "$work/cache/weir/torch-2.11.0/torch/lib/libtorch_cpu.so"
}
# Runs a step of the preparation with the stubs first in PATH; its text goes to $work/text.
step() { (PATH=$stubs:$PATH XDG_CACHE_HOME=$work/cache root=$root bash -c '
  set -euo pipefail
  source "$root/tools/prepare.sh"
  mkdir -p "$build"; : >"$log"
  '"$1") >"$work/text" 2>&1; }
check() {   # check NAME STATUS TEXT...
  local name=$1 wanted=$2 status=$3 text; shift 3
  if [[ $status != "$wanted" ]]; then echo "FAILED: $name: exit $status, not $wanted"; cat "$work/text"; failures=$((failures + 1)); return; fi
  for text; do
    if ! grep -qF -- "$text" "$work/text"; then echo "FAILED: $name: expected '$text' in:"; cat "$work/text"; failures=$((failures + 1)); fi
  done
}
expect() { local name=$1 wanted=$2 command=$3 status=0; shift 3; step "$command" || status=$?; check "$name" "$wanted" "$status" "$@"; }

reset; stub g++ 'exec /usr/bin/env true'
expect "all packages are there" 0 install_packages
[[ ! -s $work/text ]] || { echo "FAILED: a complete system is silent"; cat "$work/text"; failures=$((failures + 1)); }

missing_one='for p; do case $p in -*|\$*|libhdf5-dev) ;; *) echo "$p installed";; esac; done'
reset; stub dpkg-query "$missing_one"; stub sudo 'exit 1'
if (( EUID == 0 )); then
  # Root: apt-get is asked, and its failures are told apart.
  stub apt-get '[[ " $* " == *" update "* ]] || { echo "E: Failed to fetch http://x  Temporary failure resolving x"; exit 100; }'
  expect "no network for Debian" 3 install_packages "installing Debian packages" libhdf5-dev "cannot be reached: check the network"
  stub apt-get '[[ " $* " == *" update "* ]] || { echo "E: You don'"'"'t have enough free space in /var/cache/apt/archives/."; exit 100; }'
  expect "no disk for Debian" 3 install_packages "the disk is full: free 1 GB"
  stub apt-get '[[ " $* " == *" update "* ]] || { echo "E: Unable to locate package libcli11-dev"; exit 100; }'
  expect "an old release" 3 install_packages "Debian 12 or newer has all"
  stub apt-get 'echo "$@" >>'"$work"'/asked'
  expect "packages are installed" 0 install_packages "installing Debian packages"
  grep -q 'install --no-install-recommends libhdf5-dev' "$work/asked" || { echo "FAILED: apt-get was not asked for libhdf5-dev alone"; cat "$work/asked"; failures=$((failures + 1)); }
  runner=(); if command -v setpriv >/dev/null; then runner=(setpriv --reuid=65534 --clear-groups); fi
  chmod -R a+rwX "$work"
else
  runner=(env)
fi
if (( ${#runner[@]} )); then
  # Not root, no sudo: the packages are listed, unless a prefix of the user's own may have them.
  status=0
  PATH=$stubs:$PATH XDG_CACHE_HOME=$work/cache root=$root "${runner[@]}" bash -c 'source "$root/tools/prepare.sh"; build=$root/mine; log=/dev/null; install_packages' \
    >"$work/text" 2>&1 </dev/null || status=$?
  check "no root" 3 "$status" "apt-get install --no-install-recommends libhdf5-dev" "CMAKE_PREFIX_PATH=PREFIX"
  status=0
  PATH=$stubs:$PATH XDG_CACHE_HOME=$work/cache root=$root CMAKE_PREFIX_PATH=/opt/mine "${runner[@]}" bash -c 'source "$root/tools/prepare.sh"; log=/dev/null; install_packages' \
    >"$work/text" 2>&1 </dev/null || status=$?
  check "no root, but a prefix" 0 "$status" "libhdf5-dev; going on with CMAKE_PREFIX_PATH=/opt/mine"
fi

reset; stub old++ 'echo "#define __GNUC__ 10"'
expect "an old compiler" 3 'CXX=old++; check_compiler' "'old++' is g++ 10, but Weir is C++20 and needs g++ 12 or clang++ 14 or newer: name one with CXX="
expect "an absent compiler" 3 'CXX=absent++; check_compiler' "there is no compiler 'absent++'"
stub clang++ 'printf "#define __GNUC__ 4\n#define __clang_major__ 14\n"'
expect "clang is not taken for g++ 4" 0 'CXX=clang++; check_compiler'

reset; rm -rf "$work/cache/weir"
pip_says() { stub pip-stub '[[ $1 == --version ]] || { echo "'"$1"'"; exit 1; }'; }
fetch='find_pip() { echo pip-stub; }; df() { printf "h\nd 1 1 999999 1 /\n"; }; fetch_torch'
pip_says 'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device'
expect "no disk for LibTorch" 3 "$fetch" "fetching LibTorch 2.11.0 (530 MB)" "the disk is full"
pip_says 'WARNING: Retrying after NewConnectionError ... ERROR: No matching distribution found for torch==2.11.0'
expect "no network for LibTorch" 3 "$fetch" "LibTorch cannot be fetched: check the network" WEIR_TORCH_DIR=FOLDER
pip_says 'ERROR: No matching distribution found for torch==2.11.0'
expect "another package index" 3 "$fetch" "the package index that pip asks has no torch 2.11.0"
[[ -z $(ls -A "$work/cache/weir") ]] || { echo "FAILED: an interrupted fetch leaves something"; ls -la "$work/cache/weir"; failures=$((failures + 1)); }
expect "too little disk" 3 'df() { printf "h\nd 1 1 5 1 /\n"; }; fetch_torch' "LibTorch needs 1800 MB" "but 5 MB are free" XDG_CACHE_HOME=FOLDER
expect "no pip" 3 'find_pip() { return 1; }; fetch_torch' "install python3-pip"
expect "another machine" 3 'uname() { echo riscv64; }; fetch_torch' "for x86_64 only"
expect "a LibTorch of one's own" 0 'WEIR_TORCH_DIR=/opt/torch; fetch_torch'
mkdir -p "$work/own/include/ATen"; touch "$work/own/include/ATen/ATen.h"
expect "a LibTorch in a prefix" 0 "CMAKE_PREFIX_PATH=/usr:$work/own; fetch_torch"

reset
stub cmake 'echo "CMake Error at CMakeLists.txt:1:"; echo "  Could not find yaml-cpp"; exit 1'
expect "not configurable" 3 'build_targets programs' "Could not find yaml-cpp" "Weir could not be configured; whole log: $root/build/release/prepare.log"
reset
stub ninja '[[ " $* " == *" -n "* ]] && exit 0; echo "core/x.cpp:3:1: error: expected unqualified-id"; exit 1'
expect "not buildable" 3 'build_targets programs' "core/x.cpp:3:1: error: expected" "the build failed; whole log:"
[[ ! -e $root/build/release/prepared ]] || { echo "FAILED: a failed build counts as prepared"; failures=$((failures + 1)); }

reset
expect "a build is remembered" 0 'mkdir -p $build/bin; touch $build/bin/weir; chmod +x $build/bin/weir; build_targets programs; prepared'
sleep 0.02; touch "$root/core/new.cpp"
expect "a newer source is noticed" 1 prepared
rm "$root/core/new.cpp"
expect "other settings are noticed" 1 'WEIR_CUDA=1; prepared'

# What a report needs is installed when one is asked for, also when all is built.
if (( EUID == 0 )); then
  reset; rm -f "$work/asked"
  step 'mkdir -p $build/bin; settings >"$stamp"; printf "#!/bin/bash\necho became weir \"\$@\"\n" >$build/bin/weir; chmod +x $build/bin/weir'
  stub dpkg-query 'for p; do case $p in -*|\$*|python3-matplotlib) ;; *) echo "$p installed";; esac; done'
  stub apt-get 'echo "$@" >>'"$work"'/asked'
  PATH=$stubs:$PATH XDG_CACHE_HOME=$work/cache "$root/tools/weir" report x.h5 >"$work/text" 2>&1
  check "a report's packages" 0 0 "installing Debian packages" python3-matplotlib "became weir report x.h5"
  grep -q 'install --no-install-recommends python3-matplotlib' "$work/asked" || { echo "FAILED: apt-get was not asked for python3-matplotlib alone"; failures=$((failures + 1)); }
  rm "$work/asked"
  PATH=$stubs:$PATH XDG_CACHE_HOME=$work/cache "$root/tools/weir" info x.h5 >"$work/text" 2>&1
  PATH=$stubs:$PATH XDG_CACHE_HOME=$work/cache WEIR_PYTHON=/opt/python "$root/tools/weir" report x.h5 >>"$work/text" 2>&1
  [[ ! -e $work/asked ]] || { echo "FAILED: packages of a report are installed without need"; failures=$((failures + 1)); }
fi

if (( failures )); then echo "$failures failed"; exit 1; fi
echo fine
