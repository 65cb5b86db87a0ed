# tools/torture/full.py -- a disk that is full: a small tmpfs where it may be mounted, else a limit of a file's size.
import os
import resource
import signal
import subprocess

SUMMARY = "full disks (tmpfs, or a file-size limit), then space and the same command"


def mount(folder, kilobytes, *options):
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join([f"size={kilobytes}k", *options]), "tmpfs", folder], capture_output=True)
    return done.returncode == 0


def sizes(record):
    return record.stat().st_size // 1024


def on_small_disk(trial, whole, command_of):
    disk = trial.folder / "disk"
    disk.mkdir()
    kilobytes = int(trial.random.uniform(0.02, 1.2) * sizes(whole.record)) + 4
    if not mount(disk, kilobytes):
        return False
    try:
        trial.count("small disks")
        trial.note(f"  a disk of {kilobytes} kB")
        environment = {"TMPDIR": str(disk)} if trial.random.random() < 0.15 else {}
        record = disk / "out.h5"
        trial.run(*command_of(record), limit=60 + 10 * whole.seconds, environment=environment)
        left(trial, record, whole)
        mount(disk, 1 << 20, "remount")
        trial.finish(command_of(record), record, whole)
    finally:
        subprocess.run(["umount", "-l", disk], capture_output=True)
    return True


def left(trial, record, whole):
    """As check_left, with the copy where there is room."""
    if record.exists():
        roomy = trial.folder / "left.h5"
        roomy.write_bytes(record.read_bytes())
        trial.check_left(roomy, whole)
        trial.weir("info", record)


def with_small_files(trial, whole, command_of):
    most = int(trial.random.uniform(0.02, 1.1) * whole.record.stat().st_size)
    ignored = trial.random.random() < 0.5
    trial.count("small files")
    trial.note(f"  files of {most} bytes at most{', SIGXFSZ ignored' if ignored else ''}")

    def prepare():
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
        if ignored:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    record = trial.folder / "out.h5"
    trial.run(*command_of(record), limit=60 + 10 * whole.seconds, prepare=prepare)
    left(trial, record, whole)
    trial.finish(command_of(record), record, whole)


def run(trial):
    whole = trial.bench.whole("single")

    def command_of(record):
        return [trial.bench.weir, "run", whole.pipeline, "-o", record, "--progress", "none"]

    disk = os.geteuid() == 0 and trial.random.random() < 0.7
    if not (disk and on_small_disk(trial, whole, command_of)):
        with_small_files(trial, whole, command_of)
