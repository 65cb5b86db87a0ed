# tools/torture/strace.py -- system calls that are counted, killed in, or made to fail.
import collections
import re
import shutil
import subprocess

CALLS = ["openat", "pwrite64", "ftruncate", "fallocate", "fsync", "rename", "unlink", "unlinkat", "rmdir", "mkdir", "flock", "write"]


def missing():
    """Why not, "" where it can be used."""
    if shutil.which("strace") is None:
        return "strace is not installed (apt-get install strace)"
    if subprocess.run(["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "true"], capture_output=True).returncode != 0:
        return "strace may not trace here"
    return ""


def words(log, calls, inject="", follow=True):
    """The words before the program. `when` of an injection counts each thread by itself."""
    line = ["strace", "-qq", "-y", "-s", "0", "--interruptible=waiting", "-o", log, "-e", "trace=" + ",".join(calls)]
    line += ["-f", "--seccomp-bpf"] if follow else []
    return line + (["-e", "inject=" + inject] if inject else [])


def around(trial, name, inject="", calls=CALLS):
    """A weir-run under strace, for WEIR_RUN, and its log."""
    script, log = trial.folder / f"{name}.sh", trial.folder / f"{name}.log"
    line = " ".join(f"'{word}'" for word in words(log, calls, inject))
    script.write_text(f"#!/bin/sh\nexec {line} '{trial.bench.weir_run}' \"$@\"\n")
    script.chmod(0o755)
    return script, log


def reached(log, folder):
    """The calls that touch the folder, each with its number among its thread's calls of this name."""
    numbers, found = collections.Counter(), []
    for line in log.read_text(errors="replace").splitlines():
        call = re.match(r"(?:(\d+)\s+)?(\w+)\(", line)
        if not call:
            continue
        thread, name = call.groups()
        numbers[thread, name] += 1
        if re.search(f'["<]{re.escape(str(folder))}/', line):     # not the working directory, which -y names as well
            found.append((name, numbers[thread, name]))
    return found


def chosen(random, calls):
    """Each name as likely as any other, whatever the number of its calls; early ones rather, as checkpoints come by time and the next run
    may make fewer."""
    name = random.choice(sorted({name for name, _ in calls}))
    numbers = [number for each, number in calls if each == name]
    return name, min(random.choice(numbers), random.choice(numbers))


def happened(log, what):
    return log.exists() and what in log.read_text(errors="replace")      # none where nothing was run


class Calls:
    """What a run calls on its files, of weir-run and of `weir`; found once."""

    def __init__(self):
        self.of = {}

    def get(self, trial, whole, who):
        with trial.bench.lock:
            if who not in self.of:
                record = trial.folder / "profile.h5"
                command = [trial.bench.weir, "run", whole.pipeline, "-o", record, "--progress", "none"]
                if who == "weir-run":
                    script, log = around(trial, "profile")
                    trial.weir(*command[1:], limit=120 + 20 * whole.seconds, environment={"WEIR_RUN": str(script)})
                else:
                    log = trial.folder / "profile.log"
                    (trial.folder / "tmp").mkdir()
                    trial.run(*words(log, CALLS, follow=False), *command, limit=120 + 20 * whole.seconds,
                              environment={"TMPDIR": str(trial.folder / "tmp")})
                record.unlink()
                self.of[who] = reached(log, trial.folder)
            return self.of[who]


calls_of = Calls()
