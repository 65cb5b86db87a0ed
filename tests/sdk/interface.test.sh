#!/usr/bin/env bash
# tests/sdk/interface.test.sh -- the binary interface that plugins are built against: symbols of libweir_core and libweir_kinds, sizes
# of classes, places of virtual functions. CONTRIBUTING.md, "Binary interface", says what a change of them means.
#
#   tests/sdk/interface.test.sh --write     writes the lists in tests/sdk/interface/ anew
set -euo pipefail
export LC_ALL=C
source=${WEIR_SOURCE_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
build=${WEIR_BUILD_DIR:-$source/build/release}
lists=$source/tests/sdk/interface
cache() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }

if [[ $(cache WEIR_SANITIZE) == ON ]]; then echo "skipped: sanitizers add symbols of their own"; exit 77; fi
command -v nm >/dev/null || { echo "skipped: nm is not installed"; exit 77; }

# Weir's own functions and data. What inline functions and templates leave behind differs between compilers and optimisations;
# vtables and type information follow from the classes, whose layout is a list of its own.
symbols() { nm -D --defined-only -C "$build/lib/libweir_$1.so" | awk '$2 ~ /^[TDBR]$/' | cut -d' ' -f3- | grep '^weir::' |
  sed 's|json_abi_v[0-9_]*::||g' | sort -u; }

current() { if [[ $1 == layout ]]; then "$build/bin/weir-layout" | sort; else symbols "$1"; fi; }

# Every library may be in one process, where two classes of one name would run each other's destructors.
twice=$(find "$source/core" -name '*.hpp' | sort | xargs awk 'FNR == 1 { ns = "" }
  /^namespace [a-z:_]+ [{]/ { ns = $2 }
  /^(class|struct) [A-Z][A-Za-z0-9_]*( final)?( :|:| [{])/ { print ns "::" $2 }' | sort | uniq -d)
if [[ -n $twice ]]; then echo "two headers of core/ define a class of one name: $twice"; exit 1; fi

failed=0
for list in core kinds layout; do
  now=$(current $list)
  if [[ ${1:-} == --write ]]; then mkdir -p "$lists"; echo "$now" >"$lists/$list.txt"; continue; fi
  gone=$(comm -23 <(sort "$lists/$list.txt") <(echo "$now"))
  new=$(comm -13 <(sort "$lists/$list.txt") <(echo "$now"))
  if [[ -n $gone ]]; then
    printf 'gone from %s, or changed:\n%s\n' $list "$gone"
    echo "released plugins break: raise abi::major in core/front/plugins/plugin_abi.hpp and set abi::minor to 0, then tests/sdk/interface.test.sh --write"
    failed=1
  elif [[ -n $new ]]; then
    printf 'new in %s:\n%s\n' $list "$new"
    echo "newer plugins may rely on it: raise abi::minor in core/front/plugins/plugin_abi.hpp, then tests/sdk/interface.test.sh --write"
    failed=1
  fi
done
if (( failed )); then echo "what no release has had needs no new number (CONTRIBUTING.md, \"Binary interface\")"; fi
exit $failed
