# tools/bench -- Weir and its peers on the same work: ratios of processor times, and whether both computed the same thing.
#
#   python3 tools/bench                          all rows, into BENCHMARKS.md
#   python3 tools/bench gradvar step -o FILE     some of them; what FILE has of others stays
#   python3 tools/bench --repeat 3 --quick step  a look: shorter, and nothing is written
#
# Everything is measured in one run, one side after the other, again and again, each on one core: machines are shared and change their
# speed. A row's ratio is that of the medians; the range beside it is that of the single rounds. The peers are the released packages of
# peers.txt in an environment of their own, which is made where there is none; both sides use the same version of LibTorch.
import argparse
import pathlib
import sys

import environment
import gradvar
import integration
import page
import recording
import runs
import step
import transport
from timing import Bench

KINDS = {"step": step, "gradvar": gradvar, "transport": transport, "integration": integration, "runs": runs, "recording": recording}
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def main():
    parser = argparse.ArgumentParser(prog="tools/bench", description="Weir beside its peers: ratios of processor times.")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"{', '.join(KINDS)} (default: all)")
    parser.add_argument("--weir", type=pathlib.Path, default=ROOT / "build/release/bin/weir", help="the program (default build/release/bin/weir)")
    parser.add_argument("--peers", type=pathlib.Path, help="a Python with the packages of peers.txt (default: an environment in the cache)")
    parser.add_argument("--repeat", type=int, default=7, metavar="N", help="rounds of each row (default 7)")
    parser.add_argument("--core", type=int, default=0, help="the core that everything runs on (default 0)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, and no file is written")
    parser.add_argument("-o", "--out", type=pathlib.Path, default=ROOT / "BENCHMARKS.md")
    asked = parser.parse_args()
    if unknown := [kind for kind in asked.kinds if kind not in KINDS]:
        parser.error(f"there is no kind {unknown[0]}; there are {', '.join(KINDS)}")
    if not asked.weir.exists():
        parser.error(f"there is no {asked.weir}: build it (tools/weir), or name another with --weir")
    bench = Bench(asked.weir.resolve(), asked.peers or environment.python(), asked.core, asked.repeat, asked.quick)
    sections = {}
    for kind in asked.kinds or KINDS:
        rows = [bench.measured(row) for row in KINDS[kind].rows(bench)]
        sections[kind] = page.section(KINDS[kind], rows)
        print(sections[kind], flush=True)
    if not asked.quick:
        page.write(asked.out, sections, bench)
    return 0


sys.exit(main())
