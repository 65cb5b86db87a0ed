# tools/torture/damage.py -- records and checkpoints cut short, with a bit changed, with blocks lost: what every verb says of them.
import pathlib
import shutil
import signal

from commands import kill
from trial import Whole

SUMMARY = "records and checkpoints truncated, flipped, with blocks zeroed, dropped or overwritten: info, repair, verify, resume, Python"
BLOCK = 4096
SAYS = ("damage", "does not match", "checksum", "corrupt")


def interrupted(trial):
    """A record that was killed late in its training, with its checkpoints: made once."""
    bench, whole = trial.bench, trial.bench.whole("single")
    with bench.lock:
        if "killed" not in bench.wholes:
            bench.wholes["killed"] = killed_late(trial, whole)
    return bench.wholes["killed"], whole


def killed_late(trial, whole):
    folder = trial.bench.out / "whole" / "killed"
    record = folder / "out.h5"
    everything = sum(trial.rows(whole.record, whole)["rows"].values())
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        running = trial.start(trial.bench.weir, "run", whole.pipeline, "-o", record, "--progress", "none")
        while running.alive():
            running.pause(0.05)
            if record.exists():
                answer = trial.ask(do="rows", file=str(record), whole=str(whole.record))
                if sum(answer.get("rows", {}).values()) > 0.7 * everything:
                    for pid in [*running.family(), running.pid]:
                        kill(pid, signal.SIGKILL)
                    break
        trial.end(running, 60, sent=[signal.SIGKILL])
        left = trial.rows(record, whole)
        # All that it shows is committed, and it has checkpoints.
        if left and left["status"] == "running" and sum(left["rows"].values()) == left["beat"][1] and list(folder.glob("out.h5.checkpoint/*.h5")):
            (folder / "out.h5.lock").unlink(missing_ok=True)
            return Whole(whole.pipeline, record, whole.seconds)
    raise RuntimeError("no run could be killed between a commit and the next rows")


def place_in(trial, data, file):
    """Anywhere, in the raw data, or outside of them."""
    where = trial.random.choice(["anywhere", "anywhere", "data", "metadata"])
    raw = [(start, size) for _, start, size in trial.ask(do="offsets", file=str(file)).get("offsets", []) if size > 0]
    if where == "data" and raw:
        start, size = trial.random.choice(raw)
        return start + trial.random.randrange(size)
    for _ in range(100):
        at = trial.random.randrange(len(data))
        if where != "metadata" or not any(start <= at < start + size for start, size in raw):
            break
    return at


def damaged(trial, file):
    data = bytearray(file.read_bytes())
    at = place_in(trial, data, file)
    what = trial.random.choice(["cut", "flip", "flip", "zero", "drop", "overwrite"])
    block = at - at % BLOCK
    if what == "cut":
        del data[at:]
    elif what == "flip":
        data[at] ^= 1 << trial.random.randrange(8)
    elif what == "zero":
        data[block:block + BLOCK] = bytes(len(data[block:block + BLOCK]))
    elif what == "drop":
        del data[block:block + BLOCK]
    else:
        data[block:block + BLOCK] = trial.random.randbytes(len(data[block:block + BLOCK]))
    trial.note(f"  {file.name}: {what} at {at} of {file.stat().st_size}")
    trial.count(what)
    file.write_bytes(data)


def speaks(trial, ended):
    said = (ended.err + ended.out).replace(str(trial.folder), "").lower()
    return ended.status not in (0, 75) or any(word in said for word in SAYS)


def check_verbs(trial, record, base):
    """What info, repair, verify and Python make of it; whether anything that it should hold is not as it was."""
    answer = trial.ask(do="differences", file=str(record), whole=str(base.record), everything=True)
    hurt = answer.get("differ", [answer.get("error", "")])
    trial.note(f"  hurt: {', '.join(hurt[:4]) or 'nothing that is read'}")
    trial.count("hurt" if hurt else "unhurt")
    trial.weir("info", record)
    trial.weir("info", f"{record}:/nodes/first/loss")
    python = trial.ask(do="weir", file=str(record))
    if python.get("hung"):
        trial.fault("hangs", "weir.open in Python")
    elif "error" in python:
        trial.fault("tracebacks", f"weir.open in Python: {python['error']}")
    if "verify" in trial.bench.verbs:
        done = trial.weir("verify", record)
        if hurt and done.status == 0:
            trial.fault("silent", f"verify says nothing of {hurt[0]}")
    copy = record.with_name("repaired.h5")
    shutil.copyfile(record, copy)
    done = trial.weir("repair", copy)
    # Of a record that was closed it says that there is nothing to repair, which is no word on its values.
    if hurt and not done.hung and not speaks(trial, done) and "nothing to repair" not in done.out:
        after = trial.ask(do="differences", file=str(copy), whole=str(base.record), everything=False)
        data = [each for each in after.get("differ", []) if "_crc" not in each and "attributes" not in each]
        if data:
            trial.fault("silent", f"repair says nothing of {data[0]}")
    copy.unlink()
    return hurt


def check_resume(trial, record, whole, hurt):
    ended = trial.weir("run", whole.pipeline, "-o", record, "--progress", "none", limit=trial.bench.limit + 2 * whole.seconds)
    if ended.hung or ended.status < 0:
        return
    if ended.status != 0:
        trial.count("resume refused")
        return
    answer = trial.ask(do="differences", file=str(record), whole=str(whole.record), everything=False)
    differ = answer.get("differ", [answer.get("error", "")])
    if not differ:
        trial.count("resumed to the same bits")
    elif speaks(trial, ended):
        trial.count("resumed with a word of damage")
    else:
        trial.fault("silent", f"resume finished with other bits in {len(differ)} datasets, as {differ[0]}")


def run(trial):
    base, whole = interrupted(trial)
    which = trial.random.choice(["finished", "killed", "killed", "checkpoint"])
    record = trial.folder / "out.h5"
    if which == "finished":
        shutil.copyfile(whole.record, record)
        damaged(trial, record)
        check_verbs(trial, record, whole)
        return
    shutil.copyfile(base.record, record)
    shutil.copytree(f"{base.record}.checkpoint", f"{record}.checkpoint")
    hurt = []
    if which == "killed":
        damaged(trial, record)
        hurt = check_verbs(trial, record, base)
    else:
        damaged(trial, trial.random.choice(sorted(pathlib.Path(f"{record}.checkpoint").iterdir())))
    check_resume(trial, record, whole, hurt)
