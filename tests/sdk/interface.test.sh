#!/usr/bin/env bash
# tests/sdk/interface.test.sh -- the binary interface that plugins are built against: what of the SDK's headers (core/sdk.cmake) lies in
# Weir's libraries, sizes of classes, places of virtual functions. CONTRIBUTING.md, "Binary interface", says what a change means.
#
#   tests/sdk/interface.test.sh --write     writes the lists in tests/sdk/interface/ anew
set -euo pipefail
export LC_ALL=C
source=${WEIR_SOURCE_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
build=${WEIR_BUILD_DIR:-$source/build/release}
lists=$source/tests/sdk/interface
cache() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }

if [[ -n $(cache WEIR_SANITIZE) ]]; then echo "skipped: sanitizers add symbols of their own"; exit 77; fi
command -v nm >/dev/null || { echo "skipped: nm is not installed"; exit 77; }

# Classes and functions that the SDK's headers declare, "weir::Node", "weir::nn::linear". What these headers have at the beginning of a
# line stands in their namespace, whatever is indented in a class; a class that is only named ("class Node;") is another header's.
declared=$(cd "$source/core" && sed 's|#.*||' sdk.cmake | grep -o '[^ ]*\.hpp' | xargs awk '
  FNR == 1 { ns = "" }
  /^namespace [a-z:_]+ [{]/ { ns = $2 }
  /^[^ #\/}]/ && !/^(namespace|template|using|static_assert|class [A-Za-z]+;|struct [A-Za-z]+;)/ {
    sub("//.*", "")
    while (gsub(/<[^<>]*>/, "")) { }
    if (/^(class|struct|enum class) /) { sub("enum class", "class"); name = $2 } else { sub(/[({=;].*/, ""); name = $NF }
    gsub(/[^A-Za-z0-9_]/, "", name)
    if (ns != "" && name != "") print ns "::" name
  }' | sort -u)

# Functions and data that a library has of them. What inline functions and templates leave behind differs between compilers and
# optimisations; vtables and type information follow from the classes, whose layout is a list of its own.
symbols() {
  nm -D --defined-only -C "$build/lib/libweir_$1.so" | awk '$2 ~ /^[TDBR]$/' | cut -d' ' -f3- | grep '^weir::' |
    sed 's|json_abi_v[0-9_]*::||g' | sort -u | declared=$declared awk '
      BEGIN { split(ENVIRON["declared"], names, "\n"); for (i in names) known[names[i]] }
      {
        name = $0
        sub(/[(<[].*/, "", name)
        count = split(name, part, "::")
        for (i = 1; i <= count; ++i) { whole = i == 1 ? part[1] : whole "::" part[i]; if (whole in known) { print; break } }
      }'
}

current() { if [[ $1 == layout ]]; then "$build/bin/weir-layout" | sort; else symbols "$1"; fi; }

# Every library may be in one process, where two classes of one name would run each other's destructors.
twice=$(find "$source/core" -name '*.hpp' | sort | xargs awk 'FNR == 1 { ns = "" }
  /^namespace [a-z:_]+ [{]/ { ns = $2 }
  /^(class|struct) [A-Z][A-Za-z0-9_]*( final)?( :|:| [{])/ { print ns "::" $2 }' | sort | uniq -d)
if [[ -n $twice ]]; then echo "two headers of core/ define a class of one name: $twice"; exit 1; fi

failed=0
for list in front record core kinds layout; do
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

# That the reading of headers misses nothing, as far as Weir's own plugins go.
imported=$(find "$build/lib/weir/plugins" -name 'libweir_*.so' | xargs nm -D --undefined-only -C | awk '$1 == "U"' |
  sed 's|^ *U ||; s|json_abi_v[0-9_]*::||g' | grep '^weir::' | sort -u)
unlisted=$(comm -23 <(echo "$imported") <(cd "$lists" && sort front.txt record.txt core.txt kinds.txt))
if [[ -n $unlisted ]]; then printf 'plugins need what no list has, so no header of core/sdk.cmake:\n%s\n' "$unlisted"; failed=1; fi
if (( failed )); then echo "what no release has had needs no new number (CONTRIBUTING.md, \"Binary interface\")"; fi
exit $failed
