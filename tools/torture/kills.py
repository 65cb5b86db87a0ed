# tools/torture/kills.py -- SIGKILL at any moment of a run, of `weir`, of the weir-run that it started, or of both.
import signal

from commands import kill

SUMMARY = "SIGKILL at random moments, then the same command"


def killed(trial, command, seconds):
    """Starts the command and kills some of its processes within so many seconds; False if it was finished before."""
    running = trial.start(*command)
    moment, which = trial.random.uniform(0, seconds), trial.random.choice(["weir", "what it started", "all"])
    running.pause(moment)
    if running.alive():
        trial.note(f"  after {moment:.3f} s kills {which}")
        trial.count("kills")
        family = running.family()
        for pid in {"weir": [], "what it started": family, "all": family}[which]:
            kill(pid, signal.SIGKILL)
        if which != "what it started":
            running.kill(signal.SIGKILL)
    return trial.end(running, 60 + 10 * seconds, sent=[signal.SIGKILL]).status != 0


def run(trial):
    whole = trial.bench.whole("single")
    record = trial.folder / "out.h5"
    command = [trial.bench.weir, "run", whole.pipeline, "-o", record, "--progress", "none"]
    for _ in range(trial.random.choice([1, 1, 2, 3])):
        if not killed(trial, command, whole.seconds):
            break
        trial.check_left(record, whole)
    trial.finish(command, record, whole)
