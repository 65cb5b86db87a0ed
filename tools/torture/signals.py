# tools/torture/signals.py -- signals, closed terminals and pipes that nobody reads: who was asked to stop stops, the others go on.
import dataclasses
import fcntl
import os
import pty
import signal
import termios
from signal import SIG_IGN, SIGHUP, SIGINT, SIGQUIT, SIGTERM

import sweeps
from commands import kill

SUMMARY = "signals, lost terminals, closed and broken standard streams, of runs and sweeps, then the same command"


@dataclasses.dataclass
class Case:
    name: str
    send: tuple = ()             # to `weir`, a third of a second apart
    to_child: bool = False       # to a weir-run instead
    ignored: tuple = ()          # before it starts, as nohup does
    closed: tuple = ()           # descriptors that it does not have
    broken: tuple = ()           # pipes whose reader has gone
    full: tuple = ()             # /dev/full
    terminal: bool = False       # its terminal is closed
    goes_on: bool = False        # nobody asked it to stop
    words: tuple = ()


CASES = [
    Case("HUP", (SIGHUP,)), Case("INT", (SIGINT,)), Case("TERM", (SIGTERM,)), Case("QUIT", (SIGQUIT,)),
    Case("INT twice", (SIGINT, SIGINT)), Case("INT, then TERM", (SIGINT, SIGTERM)),
    Case("INT to a run", (SIGINT,), to_child=True), Case("TERM to a run", (SIGTERM,), to_child=True),
    Case("HUP under nohup", (SIGHUP,), ignored=(SIGHUP,), goes_on=True),
    Case("INT that is ignored, as in a script's background", (SIGINT,), ignored=(SIGINT, SIGQUIT), goes_on=True),
    Case("no standard output", closed=(1,), goes_on=True), Case("no standard error", closed=(2,), goes_on=True),
    Case("no standard streams", closed=(0, 1, 2), goes_on=True),
    Case("standard output that nobody reads", broken=(1,), goes_on=True), Case("standard error that nobody reads", broken=(2,), goes_on=True),
    Case("both that nobody reads", broken=(1, 2), goes_on=True),
    Case("a log disk that is full", full=(2,), goes_on=True),
    Case("a pager that ends", broken=(1,), goes_on=True, words=("--progress", "json")),
    Case("a terminal that closes", terminal=True), Case("a terminal that closes, under nohup", terminal=True, ignored=(SIGHUP,), goes_on=True),
]


def prepare_of(case, slave):
    def prepare():
        for number in case.ignored:
            signal.signal(number, SIG_IGN)
        if slave is not None:
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for number in case.closed:
            os.close(number)
    return prepare


def streams_of(case):
    """Files for standard output and error, and what is to be closed here once it has started."""
    files = {}
    for number in case.broken:
        read, files[number] = os.pipe()
        os.close(read)
    for number in case.full:
        files[number] = os.open("/dev/full", os.O_WRONLY)
    master = slave = None
    if case.terminal:
        master, slave = pty.openpty()
        files = {1: slave, 2: slave}
    return files, master, slave


def disturbed(trial, case, command, seconds):
    files, master, slave = streams_of(case)
    running = trial.start(*command, *(case.words or ("--progress", "plain")), stdout=files.get(1), stderr=files.get(2), stdin=slave,
                          prepare=prepare_of(case, slave))
    for each in set(files.values()):
        os.close(each)
    while running.alive() and not running.children():
        running.pause(0.02)
    running.pause(0.3 + trial.random.uniform(0, 0.7 * seconds))
    asked = running.alive()
    for number in case.send:
        target = next(iter(running.children()), running.pid) if case.to_child else running.pid
        kill(target, number)
        running.pause(0.3)
    if master is not None:
        os.close(master)
    allowed = [SIGQUIT] if SIGQUIT in case.send else []
    ended = trial.end(running, 60 + 10 * seconds, sent=allowed)
    if case.goes_on and ended.status != 0:
        trial.fault("stopped", f"{case.name}: it was to go on, and ended with {ended.words()}")
    if asked and not case.goes_on and ended.status not in (75, 0, -SIGQUIT if allowed else 75):
        trial.fault("not interrupted", f"{case.name}: {ended.words()} where 75 is meant")


def run(trial):
    case = CASES[trial.number // 2 % len(CASES)]
    swept = trial.number % 2 == 1
    whole = trial.bench.whole("sweep" if swept else "single")
    record = trial.folder / ("out" if swept else "out.h5")
    command = [trial.bench.weir, "run", whole.pipeline, "-o", record]
    trial.note(f"{case.name}, {'a sweep' if swept else 'a run'}")
    trial.count("sweeps" if swept else "runs")
    disturbed(trial, case, command, whole.seconds)
    quiet = [*command, "--progress", "none"]
    if swept:
        sweeps.finish(trial, quiet, record, whole)
    else:
        trial.check_left(record, whole)
        trial.finish(quiet, record, whole)
