#!/usr/bin/env bash
# tests/cli/validate.test.sh -- `weir validate` of every pipeline, of the examples those of sources: under 0.3 s of processor time, no
# LibTorch, no plugin mapped, no other program, and of data and plugins at most the headers read.
set -euo pipefail
export LC_ALL=C
fail() { echo "FAILED: $*" >&2; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/weir-validate.XXXXXX")
trap 'rm -rf "$work"' EXIT
export XDG_DATA_HOME=$work/data
unset WEIR_PLUGIN_PATH
sanitized=$(sed -n 's/^WEIR_SANITIZE:[A-Z]*=//p' "$WEIR_BUILD_DIR/CMakeCache.txt")
weir=$WEIR_BIN_DIR/weir
strace=
if strace -o /dev/null true 2>/dev/null; then strace=yes; else echo "strace cannot be used: what is read is not measured"; fi

slowest=0 slowest_file= count=0
TIMEFORMAT='%U %S'
while read -r file; do
  # Processor time, which other programs on the machine do not change as much as the clock's; the best of three.
  best=999999
  for _ in 1 2 3; do
    read -r user system < <({ time "$weir" validate "$file" >"$work/out" 2>&1 || cat "$work/out" >&2; } 2>&1)
    spent=$(awk -v u="$user" -v s="$system" 'BEGIN { printf "%d", 1000 * (u + s) }')
    if (( spent < best )); then best=$spent; fi
  done
  grep -q ': ok$' "$work/out" || fail "$file: $(<"$work/out")"
  if (( best > slowest )); then slowest=$best slowest_file=${file##*/}; fi

  LD_DEBUG=libs WEIR_RUN=/nowhere "$weir" validate "$file" >/dev/null 2>"$work/libraries"
  grep -q 'libweir_front' "$work/libraries" || fail "LD_DEBUG named no library"
  if grep -E 'libtorch|libc10|/plugins/libweir_|weir-run' "$work/libraries"; then fail "$file: was loaded"; fi

  if [[ $strace ]]; then
    # Bytes of each plugin and data file that were read; a library's headers and notes are a few kilobytes of megabytes.
    strace -f -qq -y -e trace=read,pread64,readv,mmap,execve -o "$work/calls" "$weir" validate "$file" >/dev/null 2>&1
    [[ $(grep -c 'execve(' "$work/calls") == 1 ]] || fail "$file: another program was started"
    if grep -E 'mmap\(.*(/plugins/libweir_[^>]*\.so|\.gz|\.h5)>' "$work/calls"; then fail "$file: was mapped"; fi
    read -r most name < <(sed -nE 's/.*(read|pread64|readv)\([0-9]+<([^>]*(\/plugins\/libweir_[^>]*\.so|\.gz|\.h5))>.* = ([0-9]+)$/\2 \4/p' "$work/calls" |
      awk '{ sum[$1] += $2 } END { for (f in sum) print sum[f], f }' | sort -rn | head -n 1) || true
    if (( ${most:-0} > 65536 )); then fail "$file: $most bytes of $name were read"; fi
  fi
  count=$((count + 1))
done < <(find "$WEIR_SOURCE_DIR/pipelines" "$WEIR_SOURCE_DIR/tests/pipelines" -name '*.yaml' | grep -v '/examples/' | sort
         find "$WEIR_SOURCE_DIR/pipelines/examples/source" -name '*.yaml' | sort)   # which read files of every format

echo "$count pipelines; the slowest, $slowest_file, takes $slowest ms of processor time"
(( count >= 20 )) || fail "pipelines are missing"
if [[ -z $sanitized ]]; then (( slowest < 300 )) || fail "it may take 300 ms"; fi
