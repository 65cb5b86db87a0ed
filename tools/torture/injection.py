# tools/torture/injection.py -- system calls on the run's files that fail, once or from then on.
import strace

SUMMARY = "system calls made to fail (ENOSPC, EIO, EDQUOT, EINTR; strace), then the same command"
missing = strace.missing

FAILING = ["pwrite64", "ftruncate", "fallocate", "fsync", "rename", "openat", "mkdir"]
INTERRUPTED = ["pwrite64", "openat", "fsync", "fallocate"]     # what a signal handler may do to these


def run(trial):
    whole = trial.bench.whole("single")
    record = trial.folder / "out.h5"
    command = [trial.bench.weir, "run", whole.pipeline, "-o", record, "--progress", "none"]
    error = trial.random.choice(["ENOSPC", "ENOSPC", "EIO", "EIO", "EDQUOT", "EINTR"])
    calls = [each for each in strace.calls_of.get(trial, whole, "weir-run") if each[0] in (INTERRUPTED if error == "EINTR" else FAILING)]
    call, number = strace.chosen(trial.random, calls)
    ever = "+" if error != "EINTR" and trial.random.random() < 0.5 else ""
    trial.note(f"  {error} from {call} number {number}{' and all later ones' if ever else ''}")
    script, log = strace.around(trial, "errors", f"{call}:error={error}:when={number}{ever}", calls=[call])
    trial.run(*command, limit=120 + 20 * whole.seconds, environment={"WEIR_RUN": str(script)})
    trial.count(error if strace.happened(log, "(INJECTED)") else "not reached")
    trial.check_left(record, whole)
    trial.finish(command, record, whole)
