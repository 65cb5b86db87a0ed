# shellcheck shell=bash disable=SC2154,SC2086,SC2020
# tools/prepare.sh -- what tools/weir and tools/test share: packages, LibTorch, configuring and building. Sourced, not run.
#
# Settings, all by environment:
#   WEIR_TORCH_DIR     use this LibTorch (the folder `torch` of an unpacked wheel, or a prefix) instead of fetching one
#   CMAKE_PREFIX_PATH  where else CMake looks for libraries, LibTorch >= 2.6 among them
#   WEIR_CUDA=1        fetch LibTorch with its CUDA libraries and build for them
#   CXX                the compiler; g++ 12 or clang++ 14 or newer
#   XDG_CACHE_HOME     LibTorch and ccache lie under it, in weir/

torch_version=2.11.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/weir
build=$root/build/release
stamp=$build/prepared
log=$build/prepare.log

# g++ ... ccache build; mold links in a tenth of the time; the -dev packages are what the code includes; the data is what
# pipelines/quickstart.yaml trains on.
packages="g++ cmake ninja-build ccache mold libboost-dev libyaml-cpp-dev libhdf5-dev libfmt-dev nlohmann-json3-dev
  libcli11-dev libutfcpp-dev libssl-dev libxxhash-dev librandom123-dev libspng-dev libturbojpeg0-dev libzip-dev zlib1g-dev libstb-dev catch2 dataset-fashion-mnist"

say() { printf 'weir: %s\n' "$*" >&2; }
fail() { printf 'weir: %s\n' "$*" >&2; exit 3; }

# One line that changes whenever the build has to be configured again.
settings() { echo "torch=${WEIR_TORCH_DIR:-} prefix=${CMAKE_PREFIX_PATH:-} cuda=${WEIR_CUDA:-0} cxx=${CXX:-} cache=$cache"; }

# Up to date: built with these settings, and nothing that goes into the build is newer. A few milliseconds.
prepared() {
  [[ -x $build/bin/weir && -f $stamp && $(<"$stamp") == "$(settings)" ]] || return 1
  [[ -z $(find "$root/CMakeLists.txt" "$root/CMakePresets.json" "$root/core" "$root/plugins" "$root/tools" \
          -newer "$stamp" -print -quit) ]]
}

prepare() {   # prepare TARGET...
  mkdir -p "$build" || fail "cannot write to $build; give it to your user, or clone Weir to a folder of your own."
  exec {lock}>"$build/lock"
  flock -n $lock || { say "waiting for another run of tools/weir or tools/test to finish preparing"; flock $lock; }
  : >"$log"
  install_packages
  check_compiler
  fetch_torch
  build_targets "$@"
  exec {lock}>&-
}

# --- Debian packages ---------------------------------------------------------------------------------------------------

install_packages() {
  local missing=() package
  if ! command -v dpkg-query >/dev/null; then
    say "this is not Debian: going on in the hope that its libraries are installed (CONTRIBUTING.md lists them)"
    return
  fi
  need_torch && ! find_pip >/dev/null && packages+=" python3-pip"
  local installed
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $packages ${extra_packages:-} 2>/dev/null || true)
  for package in $packages ${extra_packages:-}; do
    grep -qx "$package installed" <<<"$installed" || missing+=("$package")
  done
  if (( ${#missing[@]} == 0 )); then return; fi

  local sudo=()
  if (( EUID != 0 )); then
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then sudo=(sudo)
    elif [[ -n ${CMAKE_PREFIX_PATH:-} ]]; then
      say "not installed, and no root to do it: ${missing[*]}; going on with CMAKE_PREFIX_PATH=$CMAKE_PREFIX_PATH"
      return
    else fail "these Debian packages are missing, and without root or sudo they cannot be installed from here. Ask for:
    apt-get install --no-install-recommends ${missing[*]}
  or have their libraries in a prefix of your own and name it: CMAKE_PREFIX_PATH=PREFIX $0 ..."
    fi
  fi
  say "installing Debian packages, to compile${extra_packages:+, to read and report records,} and for the examples' data: ${missing[*]}"
  local apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120)
  "${apt[@]}" update >>"$log" 2>&1 || say "the package lists could not be refreshed; going on with those that are there"
  "${apt[@]}" install --no-install-recommends "${missing[@]}" >>"$log" 2>&1 || fail_apt
}

fail_apt() {
  tail -n 5 "$log" | sed 's/^/    /' >&2
  if grep -qE 'No space left|enough free space' "$log"; then fail "the disk is full: free 1 GB for Debian packages and run this again."; fi
  if grep -qE 'Temporary failure resolving|Could not resolve|Failed to fetch|Cannot initiate the connection|Unable to connect' "$log"
  then fail "Debian's packages cannot be reached: check the network, or the sources in /etc/apt, and run this again. Whole log: $log"; fi
  if grep -q 'Unable to locate package' "$log"
  then fail "this release of Debian lacks some of them; Debian 12 or newer has all. Whole log: $log"; fi
  fail "apt-get could not install the packages; whole log: $log"
}

# --- compiler -----------------------------------------------------------------------------------------------------------

check_compiler() {
  local compiler=${CXX:-c++} macros
  command -v "${compiler%% *}" >/dev/null || fail "there is no compiler '$compiler': install g++, or name one with CXX=..."
  macros=$($compiler -dM -E -x c++ /dev/null 2>/dev/null) || fail "'$compiler' is no C++ compiler: name g++ 12 or clang++ 14 or newer with CXX=..."
  local major least name
  if grep -q __clang_major__ <<<"$macros"; then name=clang++ least=14 major=$(awk '$2 == "__clang_major__" {print $3}' <<<"$macros")
  else name=g++ least=12 major=$(awk '$2 == "__GNUC__" {print $3}' <<<"$macros"); fi
  (( major >= least )) || fail "'$compiler' is $name $major, but Weir is C++20 and needs g++ 12 or clang++ 14 or newer: name one with CXX=..."
}

# --- LibTorch -----------------------------------------------------------------------------------------------------------

torch_home() { if [[ ${WEIR_CUDA:-0} == 1 ]]; then echo "$cache/torch-$torch_version-cuda"; else echo "$cache/torch-$torch_version"; fi; }

need_torch() {
  [[ -z ${WEIR_TORCH_DIR:-} && ! -e $(torch_home)/torch/lib/libtorch_cpu.so ]] || return 1
  # A LibTorch in CMAKE_PREFIX_PATH is taken instead.
  local prefix
  while read -r prefix; do
    if [[ -n $prefix && ( -e $prefix/include/ATen/ATen.h || -e $prefix/../../include/ATen/ATen.h ) ]]; then return 1; fi
  done < <(tr ':;' '\n\n' <<<"${CMAKE_PREFIX_PATH:-}")
}

find_pip() {
  local pip
  for pip in "python3 -m pip" pip3 pip "/usr/bin/python3 -m pip"; do
    if $pip --version >/dev/null 2>&1; then echo "$pip"; return; fi
  done
  return 1
}

fetch_torch() {
  need_torch || return 0
  [[ $(uname -m) == x86_64 ]] || fail "LibTorch is fetched for x86_64 only: name one of your own, 2.6 or newer, with WEIR_TORCH_DIR=FOLDER."
  local home needed what
  home=$(torch_home)
  local wheels=(--no-deps "torch==$torch_version" nvidia-cuda-runtime==13.0.96 nvidia-cuda-cupti==13.0.85)
  if [[ ${WEIR_CUDA:-0} == 1 ]]; then
    wheels=("torch==$torch_version")
    needed=12000 what="3 GB, with CUDA"
  else
    needed=1800 what="530 MB"   # libtorch_cpu asks for two small CUDA libraries, on machines without a GPU as well
  fi
  mkdir -p "$cache" || fail "cannot write to $cache; name a folder of your own with XDG_CACHE_HOME=FOLDER."
  local free
  free=$(df -Pm "$cache" | awk 'NR == 2 {print $4}')
  (( free >= needed )) || fail "LibTorch needs $needed MB in $cache while it is unpacked, but $free MB are free: free some, or name another disk with XDG_CACHE_HOME=FOLDER."

  local pip
  pip=$(find_pip) || fail "pip is needed to fetch LibTorch: install python3-pip, or name a LibTorch with WEIR_TORCH_DIR=FOLDER."
  say "fetching LibTorch $torch_version ($what), the tensor library, into $home; once"
  partial=$(mktemp -d "$cache/partial.XXXXXX")
  trap 'rm -rf "$partial"' EXIT
  # Any pip, whatever its own Python: the wheels are wanted for their C++ libraries. pip takes platforms by their exact names.
  local platforms=(--platform manylinux2014_x86_64 --platform any) minor
  for ((minor = 28; minor >= 17; --minor)); do platforms+=(--platform "manylinux_2_${minor}_x86_64"); done
  TMPDIR=$partial $pip download --quiet --disable-pip-version-check --no-cache-dir --dest "$partial/wheels" --only-binary=:all: \
    --implementation cp --python-version 3.11 --abi cp311 --abi none \
    "${platforms[@]}" "${wheels[@]}" >>"$log" 2>&1 || fail_pip
  say "unpacking LibTorch"
  unpack "$partial/wheels" "$partial/torch-$torch_version" >>"$log" 2>&1 || fail "LibTorch could not be unpacked into $partial (disk full?); whole log: $log"
  if ldd "$partial/torch-$torch_version/torch/lib/libtorch_cpu.so" | grep -q 'not found'
  then fail "the LibTorch that was fetched lacks a library: $(ldd "$partial/torch-$torch_version/torch/lib/libtorch_cpu.so" | grep -m1 'not found' | xargs). Report this, or name another with WEIR_TORCH_DIR=FOLDER."; fi
  rm -rf "$home"
  mv -T "$partial/torch-$torch_version" "$home"
  rm -rf "$partial"
  trap - EXIT
}

fail_pip() {
  tail -n 3 "$log" | sed 's/^/    /' >&2
  if grep -q 'No space left' "$log"; then fail "the disk is full: free some of it, or name another disk with XDG_CACHE_HOME=FOLDER."; fi
  if grep -qE 'No matching distribution' "$log" && ! grep -qE 'NewConnectionError|Temporary failure|resolve|timed out' "$log"
  then fail "the package index that pip asks has no torch $torch_version: check pip's index-url, or name a LibTorch with WEIR_TORCH_DIR=FOLDER."; fi
  fail "LibTorch cannot be fetched: check the network and pip's index-url and run this again, or name a LibTorch with WEIR_TORCH_DIR=FOLDER. Whole log: $log"
}

# Headers, C++ libraries and licences of all wheels in a folder; on CPU-only sets without the 500 MB of CUDA kernels.
unpack() {
  WEIR_CUDA=${WEIR_CUDA:-0} python3 - "$1" "$2" <<'PYTHON'
import os, pathlib, re, sys, zipfile
wheels, target = map(pathlib.Path, sys.argv[1:])
cuda = os.environ["WEIR_CUDA"] == "1"
wanted = re.compile(r"torch/(include|lib)/|nvidia/|[^/]*\.dist-info/.*(LICENSE|NOTICE|METADATA)")
unwanted = re.compile(r"torch/lib/(libtorch_python|libshm)|.*\.py$" if cuda else
                      r"torch/lib/(libtorch_cuda|libtorch_nvshmem|libcaffe2_nvrtc|libc10_cuda|libtorch_python|libshm)|.*\.py$")
for wheel in sorted(wheels.glob("*.whl")):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if wanted.match(name) and not unwanted.match(name):
                archive.extract(name, target)
    wheel.unlink()
PYTHON
}

# --- build --------------------------------------------------------------------------------------------------------------

build_targets() {
  local jobs memory
  memory=$(awk '/^MemAvailable/ {print int($2 / 1200000)}' /proc/meminfo)   # a compiler takes up to 1.2 GB
  jobs=$(nproc)
  if (( memory < jobs )); then jobs=$(( memory > 1 ? memory : 1 )); fi
  export CCACHE_DIR=${CCACHE_DIR:-$cache/ccache}

  if [[ ! -f $build/build.ninja || ! -f $build/settings || $(<"$build/settings") != "$(settings)" ]]; then
    say "configuring"
    rm -f "$build/CMakeCache.txt"
    local torch=${WEIR_TORCH_DIR:-}
    if [[ -z $torch && -e $(torch_home)/torch/lib/libtorch_cpu.so ]]; then
      # One in CMAKE_PREFIX_PATH goes first: FindLibTorch looks there when no folder is named.
      if [[ -z ${CMAKE_PREFIX_PATH:-} ]]; then torch=$(torch_home)/torch; fi
    fi
    cmake -S "$root" --preset release -DWEIR_TORCH_DIR="$torch" -DWEIR_CUDA="$([[ ${WEIR_CUDA:-0} == 1 ]] && echo ON || echo OFF)" \
      >>"$log" 2>&1 || { grep -A 12 -m 1 'CMake Error' "$log" >&2; fail "Weir could not be configured; whole log: $log"; }
    settings >"$build/settings"
  fi

  # What changes from here on is newer than the build.
  settings >"$stamp.new"
  local tests=""
  if [[ " $* " == *" all "* && ! -x $build/bin/weir_tests ]]; then tests=" and the tests"; fi
  if [[ ! -x $build/bin/weir ]]; then say "building Weir$tests, once: about ten minutes on two cores${tests:+, and six for the tests}; a later change takes seconds"
  elif [[ -n $tests ]]; then say "building the tests, once: about six minutes on two cores"
  elif ! prepared; then say "building what changed"; fi
  compile "$jobs" "$@" || { grep -E -A 6 -m 3 '(error|Error)[: ]' "$log" >&2 || tail -n 20 "$log" >&2; fail "the build failed; whole log: $log"; }
  mv "$stamp.new" "$stamp"
}

# Ninja's own line on a terminal; elsewhere every tenth part of the way. All output goes to the log.
compile() {
  local jobs=$1; shift
  NINJA_STATUS='[%p] ' ninja -C "$build" -j "$jobs" "$@" 2>&1 | tee -a "$log" | show_progress
}

show_progress() {
  local line percent last=0
  while IFS= read -r line; do
    [[ $line =~ ^\[\ *([0-9]+)%\]\ (.*) ]] || continue
    percent=${BASH_REMATCH[1]}
    if [[ -t 2 ]]; then printf '\r\033[K%3d %%  %.70s' "$percent" "${BASH_REMATCH[2]}" >&2
    elif (( percent >= last + 10 )); then last=$((percent / 10 * 10)); say "$last % built"; fi
  done
  if [[ -t 2 ]]; then printf '\r\033[K' >&2; fi
}
