# tools/torture/syscalls.py -- SIGKILL at the entry of a chosen system call on the run's files.
import signal

import strace

SUMMARY = "SIGKILL inside chosen system calls (strace), then the same command"
missing = strace.missing


def killed_in(trial, whole, record, name, who):
    call, number = strace.chosen(trial.random, strace.calls_of.get(trial, whole, who))
    trial.note(f"  kills {who} in {call} number {number}")
    inject = f"{call}:signal=KILL:when={number}"
    command = [trial.bench.weir, "run", whole.pipeline, "-o", record, "--progress", "none"]
    limit = 120 + 20 * whole.seconds
    if who == "weir-run":
        script, log = strace.around(trial, name, inject, calls=[call])
        running = trial.start(*command, environment={"WEIR_RUN": str(script)})
    else:
        log = trial.folder / f"{name}.log"
        (trial.folder / "tmp").mkdir(exist_ok=True)
        running = trial.start(*strace.words(log, [call], inject, follow=False), *command, environment={"TMPDIR": str(trial.folder / "tmp")})
    trial.end(running, limit, sent=[signal.SIGKILL])
    trial.count("kills" if strace.happened(log, "killed by SIGKILL") else "not reached")


def run(trial):
    whole = trial.bench.whole("single")
    record = trial.folder / "out.h5"
    for time in range(trial.random.choice([1, 1, 2])):
        killed_in(trial, whole, record, f"kill{time}", trial.random.choice(["weir-run"] * 4 + ["weir"]))
        trial.check_left(record, whole)
    trial.finish([trial.bench.weir, "run", whole.pipeline, "-o", record, "--progress", "none"], record, whole)
