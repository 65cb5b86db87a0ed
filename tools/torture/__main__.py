# tools/torture -- what a run's record survives: kills, full disks, failing calls, damage, signals. Counted, and repeatable.
#
#   python3 tools/torture --weir build/release/bin/weir kills syscalls:50 full --count 100 --seed 1 --jobs 2 -o FOLDER
#   python3 tools/torture --weir build/release/bin/weir kills --only 17 --seed 1 -o FOLDER     one trial again
#
# Each trial compares with an uninterrupted run, bit by bit. Those with faults stay in FOLDER/KIND/NUMBER with their story.txt; at the
# end there is a table, and the exit status is 1 if there was a fault.
import argparse
import collections
import concurrent.futures
import pathlib
import sys
import traceback

import damage
import full
import injection
import kills
import large
import readers
import signals
import sweeps
import syscalls
import torn
from trial import Bench, Trial

KINDS = {"kills": kills, "syscalls": syscalls, "torn": torn, "full": full, "errors": injection, "damage": damage, "signals": signals,
         "sweeps": sweeps, "readers": readers, "large": large}
FAULTS = ["lost rows", "wrong rows", "other bits", "refused", "stopped", "not interrupted", "silent", "hangs", "signals", "exit codes", "no word",
          "memory", "unreadable", "not repaired", "tracebacks", "litter", "torture"]


def carried_out(bench, kind, number, keep):
    trial = Trial(bench, kind, number)
    try:
        KINDS[kind].run(trial)
    except Exception:                      # of the torture itself
        trial.fault("torture", traceback.format_exc())
    trial.close(keep)
    return trial


def columns(rows, names):
    """A table in Markdown."""
    lines = ["| | " + " | ".join(names) + " |", "| --- |" + " ---: |" * len(names)]
    return "\n".join(lines + [f"| {title} | " + " | ".join(str(counts[name]) for name in names) + " |" for title, counts in rows.items()])


def counted(trials):
    counts = collections.Counter({"trials": len(trials), "with faults": sum(bool(trial.faults) for trial in trials)})
    for trial in trials:
        counts.update(trial.counts)
    return counts


def table(found):
    """By kind: how many trials, what was done in them, the faults, and the exit codes that were seen."""
    rows = {kind: counted(trials) for kind, trials in found.items()}
    seen = set().union(*rows.values())
    exits = sorted((name for name in seen if name.removeprefix("exit ").isdigit()), key=lambda name: int(name.split()[1]))
    done = sorted(seen - {"trials", "with faults", *FAULTS, *exits})
    return "\n\n".join(columns(rows, names) for names in (["trials", *done, "with faults"], FAULTS, exits))


def kind_and_count(word):
    kind, _, count = word.partition(":")
    if kind not in KINDS:
        raise argparse.ArgumentTypeError(f"there is no kind '{kind}'; there are {', '.join(KINDS)}")
    return kind, int(count or 0)


def main(words):
    parser = argparse.ArgumentParser(prog="tools/torture", description="What a run's record survives, counted",
                                     epilog="kinds: " + "; ".join(f"{name}: {kind.SUMMARY}" for name, kind in KINDS.items()))
    parser.add_argument("kinds", nargs="+", type=kind_and_count, metavar="KIND[:COUNT]", help=", ".join(KINDS))
    parser.add_argument("--weir", type=pathlib.Path, required=True, help="the program; weir-run is beside it")
    parser.add_argument("--count", type=int, default=20, help="trials of each kind (default 20)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="trials at once (default 2)")
    parser.add_argument("--only", type=int, metavar="K", help="this trial alone; its folder is kept")
    parser.add_argument("--limit", type=float, default=5, help="seconds within which every verb ends (default 5)")
    parser.add_argument("--steps", type=int, default=3000, help="of the trainings (default 3000)")
    parser.add_argument("--opens", type=int, default=1000, help="of the kind readers, in each trial (default 1000)")
    parser.add_argument("--gigabytes", type=float, default=0.2, help="of the kind large (default 0.2)")
    parser.add_argument("--keep", action="store_true", help="keep the folders of trials without faults too")
    parser.add_argument("--but", action="append", default=[], choices=FAULTS, metavar="FAULT", help="counted, and no reason to exit with 1")
    parser.add_argument("-o", "--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args(words)

    out = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    bench = Bench(arguments.weir.resolve(), out, arguments.seed, arguments.limit, arguments.steps)
    bench.gigabytes, bench.opens = arguments.gigabytes, arguments.opens
    found, messages = {}, set()
    for kind, count in arguments.kinds:
        if missing := getattr(KINDS[kind], "missing", lambda: "")():
            print(f"{kind} is left out: {missing}", flush=True)
            continue
        numbers = range(count or arguments.count) if arguments.only is None else [arguments.only]
        keep = arguments.keep or arguments.only is not None
        found[kind] = []
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for trial in pool.map(lambda number: carried_out(bench, kind, number, keep), numbers):
                found[kind].append(trial)
                messages |= trial.messages
                for fault in trial.faults:
                    print(f"{kind} {trial.number}: {fault}", flush=True)
        with (out / "messages.txt").open("w") as file:
            file.write("\n----\n".join(sorted(messages)) + "\n")
    if not found:
        return 77
    text = table(found)
    (out / "table.md").write_text(text + "\n")
    print(text)
    faults = sum(not fault.startswith(tuple(f"{each}:" for each in arguments.but)) for trials in found.values() for t in trials for fault in t.faults)
    if faults:
        print(f"{faults} faults; again, alone: --only NUMBER --seed {arguments.seed}; stories: {out}/KIND/NUMBER/story.txt")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
