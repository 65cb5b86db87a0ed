#!/usr/bin/env bash
# tools/first_hour.sh -- what a newcomer waits for, measured: from a clone to the first result, and from `weir new plugin` to a run.
#
#   tools/first_hour.sh [--cold] [--from-nothing] [--pipeline FILE] [--built] [--at-most MINUTES]
#
#   --cold            with an empty ccache
#   --from-nothing    with an empty cache: LibTorch is fetched as well; Debian's packages are not removed
#   --pipeline FILE   in the clone; pipelines/quickstart.yaml if not given
#   --built           the plugin alone, against the build in build/release
#   --at-most MINUTES fails if one of the rows takes longer, or needs more commands than it says
#
# Prints rows for the table in CONTRIBUTING.md. The clone is of what is committed; everything is built in a folder that is removed.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
pipeline=pipelines/quickstart.yaml cold= nothing= built= most=
while (( $# )); do
  case $1 in
    --cold) cold=yes ;;
    --from-nothing) nothing=yes cold=yes ;;
    --pipeline) pipeline=$2; shift ;;
    --built) built=yes ;;
    --at-most) most=$2; shift ;;
    *) sed -n '2,/^set/p' "$0" | sed 's/^# \?//; /^set/d' >&2; exit 2 ;;
  esac
  shift
done

work=$(mktemp -d "${TMPDIR:-/tmp}/weir-first-hour.XXXXXX")
trap 'rm -rf "$work"' EXIT
if [[ $cold ]]; then export CCACHE_DIR=$work/ccache; fi
if [[ $nothing ]]; then export XDG_CACHE_HOME=$work/cache; fi
export XDG_DATA_HOME=$work/data
unset WEIR_PLUGIN_PATH

commands=0
typed() {   # typed COMMAND...: a command as a newcomer types it, counted; what it says goes to stderr
  commands=$((commands + 1))
  echo "+ $*" >&2
  "$@" >&2
}

slow=0
row() {   # row WHAT COMMANDS SECONDS
  printf '| %s, %d commands on %d cores | %d min %02d s |\n' "$1" "$2" "$(nproc)" $(($3 / 60)) $(($3 % 60))
  if [[ $most ]] && (( $3 > 60 * most )); then slow=1; fi
}

how="LibTorch and Debian's packages there"
if [[ $cold ]]; then how+=", ccache empty"; fi
if [[ $nothing ]]; then how="Debian's packages there, LibTorch fetched, ccache empty"; fi

weir=$root/tools/weir
if [[ ! $built ]]; then
  cd "$work"
  before=$SECONDS
  typed git clone --quiet "file://$root" weir
  cd weir
  typed tools/weir run "$pipeline" --progress none
  row "a clone to the table of \`$pipeline\`; $how" $commands $((SECONDS - before))
  if (( commands > 2 )); then slow=1; fi
  weir=$PWD/tools/weir
fi
bin=$(dirname "$weir")/../build/release/bin
[[ -x $bin/weir ]] || { echo "there is no build in build/release: leave out --built" >&2; exit 3; }

cd "$work"
commands=0 before=$SECONDS
typed "$bin/weir" new plugin sine --kind noise
cd sine
# The commands of the project's own README, in its words; the pipeline stands for the record that comes of it.
while read -r command; do
  PATH=$bin:$PATH typed bash -c "$command"
done < <(sed -n 's/^    //p' README.md)
row "\`weir new plugin\` to the record of its first run" $commands $((SECONDS - before))
[[ -s sine.h5 ]] || { echo "the plugin's pipeline left no record" >&2; exit 1; }
exit $slow
