# tools/torture/commands.py -- starts programs, ends them at moments, and says how they ended.
import dataclasses
import os
import pathlib
import select
import signal
import subprocess
import time

MARK = "WEIR_TORTURE"      # in the environment of all that a trial starts

@dataclasses.dataclass
class Ended:
    status: int            # exit code, or minus the signal
    seconds: float
    peak: int              # bytes of the largest process that it waited for
    out: str
    err: str
    hung: bool = False
    doing: str = ""        # what its processes did when it hung

    def words(self):
        return f"signal {signal.Signals(-self.status).name}" if self.status < 0 else f"exit {self.status}"


class Running:
    """A program in a process group of its own, its output in files of the trial's folder."""

    count = 0

    def __init__(self, words, folder, environment=None, prepare=None, stdin=None, stdout=None, stderr=None):
        Running.count += 1
        self.files = [folder / f"said-{Running.count}.{each}" for each in ("out", "err")]
        streams = [open(file, "wb") if given is None else given for file, given in zip(self.files, (stdout, stderr))]
        self.begun = time.monotonic()
        self.process = subprocess.Popen([str(word) for word in words], cwd=folder, env={**os.environ, **(environment or {})},
                                        stdin=stdin or subprocess.DEVNULL, stdout=streams[0], stderr=streams[1],
                                        start_new_session=True, preexec_fn=prepare)
        for stream, given in zip(streams, (stdout, stderr)):
            if given is None:
                stream.close()
        self.pid = self.process.pid
        self.watched = os.pidfd_open(self.pid)

    def wait(self, limit):
        """How it ended; it is killed if it has not after so many seconds."""
        self.pause(limit)
        hung = self.alive()
        doing = "; ".join(map(state, [self.pid, *self.family()])) if hung else ""
        if hung:
            self.kill(signal.SIGKILL)
        _, status, usage = os.wait4(self.pid, 0)
        os.close(self.watched)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        out, err = (file.read_text(errors="replace") if file.exists() else "" for file in self.files)
        return Ended(self.process.returncode, time.monotonic() - self.begun, usage.ru_maxrss * 1024, out, err, hung, doing)

    def alive(self):
        ready, _, _ = select.select([self.watched], [], [], 0)
        return not ready

    def pause(self, seconds):
        """Waits so long, less if it ends."""
        select.select([self.watched], [], [], max(0, seconds))

    def kill(self, number):
        kill(self.pid, number)

    def children(self):
        return children_of(self.pid)

    def family(self):
        """All that it started, as far as they are still below it."""
        found, open_ = [], [self.pid]
        while open_:
            below = children_of(open_.pop())
            found += below
            open_ += below
        return found


def kill(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def children_of(pid):
    found = []
    for file in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(each) for each in file.read_text().split()]
        except OSError:
            pass      # the thread has ended
    return found


def state(pid):
    """A process in words: whether it works or waits, and for what."""
    try:
        folder = pathlib.Path(f"/proc/{pid}")
        name, _, rest = (folder / "stat").read_text().partition(") ")
        fields = rest.split()
        seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        waits = {(each / "wchan").read_text() for each in (folder / "task").iterdir()}
        return f"{name.partition('(')[2]} {fields[0]} {seconds:.1f} s of processor time, in {' '.join(sorted(waits))}"
    except OSError:
        return f"{pid} has ended"


def marked(value):
    """Processes that have MARK=value in their environment, whoever their parents are by now."""
    found = []
    for file in pathlib.Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"{MARK}={value}".encode() in file.read_bytes().split(b"\0"):
                found.append(int(file.parent.name))
        except OSError:
            pass      # it has ended, or is another user's
    return found


def all_gone(value, limit):
    """Whether those so marked end within so many seconds by themselves; they are killed if not."""
    until = time.monotonic() + limit
    while (left := marked(value)) and time.monotonic() < until:
        time.sleep(0.05)
    for pid in left:
        kill(pid, signal.SIGKILL)
    return not left
