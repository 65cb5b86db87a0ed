# tools/torture/torn.py -- SIGKILL in the middle of a pwrite, which Linux leaves half done at the edge of a page.
import pathlib
import shutil
import signal
import subprocess

SUMMARY = "SIGKILL within a write that crosses the edge of a page, then the same command"
SOURCE = pathlib.Path(__file__).with_name("half_write.c")


def missing():
    return "" if shutil.which("cc") else "there is no C compiler"


def library(bench):
    return bench.out / "whole" / "half_write.so"


def preloaded(trial, name, **settings):
    """A weir-run with the library, for WEIR_RUN."""
    script = trial.folder / f"{name}.sh"
    given = " ".join(f"HALF_WRITE_{key.upper()}='{value}'" for key, value in settings.items())
    script.write_text(f"#!/bin/sh\nexec env LD_PRELOAD='{library(trial.bench)}' {given} '{trial.bench.weir_run}' \"$@\"\n")
    script.chmod(0o755)
    return {"WEIR_RUN": str(script)}


def crossings(trial, whole):
    """How many such writes a run makes; found once."""
    with trial.bench.lock:
        log = library(trial.bench).with_suffix(".log")
        if not log.exists():
            subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library(trial.bench), SOURCE, "-ldl"], check=True)
            record = trial.folder / "profile.h5"
            trial.weir("run", whole.pipeline, "-o", record, "--progress", "none", limit=120 + 10 * whole.seconds,
                       environment=preloaded(trial, "profile", log=log))
            record.unlink()
        return len(log.read_text().splitlines())


def run(trial):
    whole = trial.bench.whole("single")
    record = trial.folder / "out.h5"
    number = trial.random.randrange(crossings(trial, whole)) + 1
    trial.note(f"  kills in the middle of write number {number} of those across the edge of a page")
    command = [trial.bench.weir, "run", whole.pipeline, "-o", record, "--progress", "none"]
    running = trial.start(*command, environment=preloaded(trial, "half", at=number, page=trial.random.randrange(1000)))
    ended = trial.end(running, 60 + 10 * whole.seconds, sent=[signal.SIGKILL])
    trial.count("not reached" if ended.status == 0 else "kills")
    trial.check_left(record, whole)
    trial.finish(command, record, whole)
