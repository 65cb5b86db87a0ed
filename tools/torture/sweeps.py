# tools/torture/sweeps.py -- kills of a sweep and of the runs that it started, then the same command.
import dataclasses
import signal

from commands import kill

SUMMARY = "kills of a sweep and its runs, then the same command"


def runs_of(trial, out, whole):
    """Each record that is there, with its own whole one."""
    for record in sorted(whole.record.glob("runs/*.h5")):
        if (out / "runs" / record.name).exists():
            yield out / "runs" / record.name, dataclasses.replace(whole, record=record)


def finish(trial, command, out, whole):
    """The same command until the sweep is finished, with the bits of the whole one."""
    for _ in range(2):
        ended = trial.run(*command, limit=60 + 10 * whole.seconds)
        if ended.status != 75:
            break
    if ended.status != 0:
        trial.fault("refused", f"the same command ended with {ended.words()}: {ended.err.strip()[-300:]}")
        return
    trial.count("finished")
    found = list(runs_of(trial, out, whole))
    if len(found) < len(list(whole.record.glob("runs/*.h5"))):
        trial.fault("other bits", f"only {len(found)} records")
    for record, its_whole in found:
        trial.check_same(record, its_whole)
    for name in ("table.csv", "summary.json"):
        if not (out / name).exists():
            trial.fault("other bits", f"{name} is missing")
    # What a run leaves beside its record, and the sweep beside its own files.
    beside = {each for pattern in ("runs/*", "runs/.*", ".*", "frozen") for each in out.glob(pattern)}
    left = sorted(str(each.relative_to(out)) for each in beside if each.suffix != ".h5")
    if left:
        trial.fault("litter", ", ".join(left))


def run(trial):
    whole = trial.bench.whole("sweep")
    out = trial.folder / "out"
    command = [trial.bench.weir, "run", whole.pipeline, "-o", out, "--progress", "none", "--jobs", "2"]
    for _ in range(trial.random.choice([1, 2, 3, 4])):
        running = trial.start(*command)
        moment, parent = trial.random.uniform(0, whole.seconds), trial.random.random() < 0.5
        running.pause(moment)
        if running.alive():
            family = running.children()
            victim = running.pid if parent or not family else trial.random.choice(family)
            trial.note(f"  after {moment:.3f} s kills {'weir' if victim == running.pid else 'a run'}")
            trial.count("kills")
            kill(victim, signal.SIGKILL)
        if trial.end(running, 60 + 10 * whole.seconds, sent=[signal.SIGKILL]).status == 0:
            break
        for record, its_whole in runs_of(trial, out, whole):
            trial.check_rows(record, its_whole, f"left behind, {record.name}")
    finish(trial, command, out, whole)
