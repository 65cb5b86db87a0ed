#!/usr/bin/env bash
# tests/sdk/exports.test.sh -- plugin libraries export their entry and nothing of their own: not a class, not a function, not a number.
#
#   tests/sdk/exports.test.sh [LIBRARY...]     of these, or of all of Weir's own plugins
set -euo pipefail
export LC_ALL=C
source=${WEIR_SOURCE_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
build=${WEIR_BUILD_DIR:-$source/build/release}
cache() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }

if [[ -n $(cache WEIR_SANITIZE) ]]; then echo "skipped: sanitizers add symbols of their own"; exit 77; fi
command -v nm >/dev/null || { echo "skipped: nm is not installed"; exit 77; }

libraries=("$@")
if (( $# == 0 )); then libraries=("$build"/lib/weir/plugins/libweir_*.so); fi

# Allowed beside the entry is what inline functions and templates of other people's headers leave behind, weak (W, V) or unique (u): the
# C++ library and LibTorch give theirs default visibility, and g++ all that comes from a precompiled header made without -fvisibility.
# Mangled names say whose a symbol is: after Z, TV, TI and so on for what it is, N for a nested name, then the outermost namespace.
# The ends of the section that holds the entry are the linker's, which binds them within the library (protected, or hidden by mold).
section='^__(start|stop)_weir_plugins$'
others='^_Z(Z|T[VIST]|GV|GR|Tc?[hv]n?[0-9_]*)*N?[rVKRO]*(S[absiodt]|9__gnu_cxx|2at|3c10|5torch|6caffe2|8nlohmann|3fmt)'

failed=0
for library in "${libraries[@]}"; do
  [[ -f $library ]] || { echo "FAILED: there is no $library"; exit 1; }
  exported=$(nm -D --defined-only "$library" | awk '{ print $2, $3 }')
  own=$(awk -v section="$section" -v others="$others" '$2 !~ section && !($1 ~ /^[WVu]$/ && ($2 == "weir_plugin_v1" || $2 ~ others))' <<<"$exported" | c++filt)
  if ! grep -q ' weir_plugin_v1$' <<<"$exported"; then echo "$library does not export weir_plugin_v1"; failed=1; fi
  if [[ -n $own ]]; then printf '%s exports of its own:\n%s\n' "$library" "$own"; failed=1; fi
done
if (( failed )); then echo "plugins are compiled with -fvisibility=hidden -fvisibility-inlines-hidden: see weir_add_plugin"; fi
echo "${#libraries[@]} libraries"
exit $failed
