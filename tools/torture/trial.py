# tools/torture/trial.py -- one trial: its folder, the numbers that its seed gives, and what was found.
import collections
import dataclasses
import json
import pathlib
import random
import re
import shutil
import threading

from commands import MARK, Running, all_gone
from look import Look
import pipelines

TABLE = {0, 1, 2, 3, 4, 75}       # the exit codes of `weir --help`
MEMORY = 1 << 30
SAYS_NOTHING = {0, 1, 75}         # the others are explained on standard error


@dataclasses.dataclass
class Whole:
    """A pipeline and what an uninterrupted run of it left, with the seconds that it took."""
    pipeline: pathlib.Path
    record: pathlib.Path
    seconds: float


class Bench:
    """What all trials share."""

    def __init__(self, weir, out, seed, limit, steps):
        self.weir, self.out, self.seed, self.limit, self.steps = weir, out, seed, limit, steps
        self.weir_run = weir.parent / "weir-run"
        self.wholes, self.lock, self.own = {}, threading.Lock(), threading.local()
        shutil.rmtree(out / "whole", ignore_errors=True)
        self.verbs = {name for name in ("verify",) if self.has(name)}

    def has(self, verb):
        folder = self.out / "whole"
        folder.mkdir(parents=True, exist_ok=True)
        return Running([self.weir, verb, "--help"], folder).wait(60).status == 0

    def whole(self, name):
        """Of the pipeline `single` or `sweep`, made at its first use."""
        with self.lock:
            if name not in self.wholes:
                folder = self.out / "whole" / name
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True)
                pipeline, record = folder / f"{name}.yaml", folder / ("out" if name == "sweep" else "out.h5")
                pipeline.write_text(getattr(pipelines, name)(self.steps))
                ended = Running([self.weir, "run", pipeline, "-o", record, "--progress", "none"], folder, ENVIRONMENT).wait(600)
                if ended.status != 0:
                    raise SystemExit(f"{pipeline} did not run: {ended.words()}\n{ended.err}")
                self.wholes[name] = Whole(pipeline, record, ended.seconds)
            return self.wholes[name]

    def look(self):
        if not hasattr(self.own, "look"):
            self.own.look = Look(self.limit)
        return self.own.look


ENVIRONMENT = {"OMP_NUM_THREADS": "1", "WEIR_CHECKPOINT_SECONDS": "0.1"}


class Trial:
    def __init__(self, bench, kind, number):
        self.bench, self.kind, self.number = bench, kind, number
        self.random = random.Random(f"{bench.seed} {kind} {number}")
        self.folder = bench.out / kind / str(number)
        self.counts, self.faults, self.story, self.messages = collections.Counter(), [], [], set()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def note(self, text):
        self.story.append(text)

    def count(self, what, number=1):
        self.counts[what] += number

    def fault(self, what, text, number=1):
        """`what` is its column in the table."""
        self.counts[what] += number
        self.faults.append(f"{what}: {text}")
        self.note(f"FAULT {what}: {text}")

    # Programs

    def start(self, *words, environment=None, **more):
        shown = " ".join(str(word).replace(str(self.folder) + "/", "") for word in words)
        self.note(f"$ {shown}")
        return Running(words, self.folder, {**ENVIRONMENT, MARK: str(self.folder), **(environment or {})}, **more)

    def run(self, *words, limit=None, sent=(), alone=True, **more):
        return self.end(self.start(*words, **more), limit, sent, words[1], alone)

    def weir(self, *words, **more):
        return self.run(self.bench.weir, *words, **more)

    def end(self, running, limit=None, sent=(), what="run", alone=True):
        """Waits for its end, and if it is alone for that of all that it started."""
        ended = self.judge(running.wait(self.bench.limit if limit is None else limit), sent, what)
        if alone and not all_gone(str(self.folder), 0 if ended.hung else 30) and not ended.hung:
            self.fault("hangs", f"{what}: processes that it started were still there after 30 s")
        return ended

    def judge(self, ended, sent, what):
        """Every program ends within its limit, in memory, with a code of the table, and says why if that is not 0."""
        said = ": " + ended.err.strip()[-400:] if ended.err.strip() else ""
        self.note(f"  {ended.words()} after {ended.seconds:.2f} s, {ended.peak >> 20} MiB{said}")
        if ended.hung:
            self.fault("hangs", f"{what}: no end after {ended.seconds:.1f} s: {ended.doing}")
        elif ended.status < 0 and -ended.status not in sent:
            self.fault("signals", f"{what}: {ended.words()}")
        elif ended.status >= 0:
            self.count(f"exit {ended.status}")
            if ended.status not in TABLE:
                self.fault("exit codes", f"{what}: {ended.status} is not in the table")
            if ended.status not in SAYS_NOTHING:
                self.messages.add(message(ended.err, self.folder))
                if not ended.err.strip():
                    self.fault("no word", f"{what}: exit {ended.status} with nothing on standard error")
        if "Traceback (most recent call last)" in ended.err or "Sanitizer" in ended.err:
            self.fault("tracebacks", f"{what}: {ended.err.strip()[-200:]}")
        if ended.peak > MEMORY:
            self.fault("memory", f"{what}: {ended.peak >> 20} MiB")
        return ended

    # Records

    def ask(self, **question):
        answer = self.bench.look().ask(**question)
        if answer.get("hung"):
            self.note("  a reader by h5py hung")
        return answer

    def rows(self, record, whole):
        """What h5py shows of it, or None if it cannot be read."""
        if not record.exists():
            return None
        answer = self.ask(do="rows", file=str(record), whole=str(whole.record))
        if "error" in answer:
            self.fault("unreadable", f"{record.name}: {answer['error']}")
            return None
        return answer

    def check_rows(self, record, whole, when):
        """Of a record whose writer has ended: no committed row is lost, and none is shown that a whole run has not."""
        shown = self.rows(record, whole)
        if shown is None:
            return None
        total, committed = sum(shown["rows"].values()), shown["beat"][1]
        self.note(f"  {when}: {shown['status']}, {total} rows, {committed} committed")
        for trace, why in shown["unreadable"].items():
            self.fault("lost rows", f"{when}: {trace} cannot be read: {why}")
        self.check_wrong(shown, when)
        if total < committed:
            self.fault("lost rows", f"{when}: {total} rows of {committed} that were committed", committed - total)
        if total > committed:
            self.count("rows ahead", total - committed)
        return shown

    def check_wrong(self, shown, when):
        if shown["wrong"]:
            first = "; ".join(each["what"] for each in shown["wrong"][:2])
            self.fault("wrong rows", f"{when}: in {len(shown['wrong'])} traces, as {first}", sum(each["rows"] for each in shown["wrong"]))

    def check_left(self, record, whole):
        """A record that was left behind: what h5py shows, `weir info`, and a copy repaired."""
        if not record.exists():
            self.note("  no record yet")
            return
        shown = self.check_rows(record, whole, "left behind")
        self.weir("info", record)
        copy = record.with_name("repaired.h5")
        shutil.copyfile(record, copy)
        done = self.weir("repair", copy)
        if done.status != 0:
            self.fault("not repaired", done.err.strip()[-200:])
        elif after := self.check_rows(copy, whole, "repaired"):
            if shown and after["beat"][1] < shown["beat"][1]:
                self.fault("lost rows", "repaired: the heartbeat went back")
            if after["status"] == "running":
                self.fault("not repaired", "its status is still running")
        if "verify" in self.bench.verbs and self.weir("verify", copy).status != 0:
            self.fault("not repaired", "verify still finds faults")
        copy.unlink()

    def finish(self, command, record, whole, limit=None, environment=None):
        """The same command until the record is finished: it becomes so, with the bits of the whole run."""
        limit = limit or 60 + 10 * whole.seconds
        ended = self.run(*command, limit=limit, environment=environment)
        if ended.status == 75:
            ended = self.run(*command, limit=limit, environment=environment)
        if ended.status != 0:
            self.fault("refused", f"the same command ended with {ended.words()}: {ended.err.strip()[-300:]}")
            return False
        self.count("finished")
        return self.check_same(record, whole) and self.check_litter(record)

    def check_same(self, record, whole):
        answer = self.ask(do="differences", file=str(record), whole=str(whole.record), everything=False)
        if "error" in answer:
            self.fault("other bits", answer["error"])
        elif answer["differ"]:
            self.fault("other bits", f"{len(answer['differ'])} datasets, as {', '.join(answer['differ'][:3])}")
        else:
            self.count("same bits")
            return True
        return False

    def check_litter(self, record):
        left = sorted(each.name for each in record.parent.iterdir() if record.name in each.name and each != record)
        if left:
            self.fault("litter", f"beside the finished record: {', '.join(left)}")
        return not left

    # The end

    def close(self, keep):
        (self.folder / "story.txt").write_text("\n".join([f"{self.kind} {self.number} of seed {self.bench.seed}", *self.story]) + "\n")
        (self.folder / "counts.json").write_text(json.dumps(self.counts, indent=1) + "\n")
        if not keep and not self.faults:
            shutil.rmtree(self.folder)


def message(err, folder):
    """A message without what differs between trials: paths and numbers."""
    text = err.replace(str(folder), "FOLDER").strip()
    return re.sub(r"\d+", "N", text)[-600:]
