# tests/cli/hostile.test.py -- every verb that reads, and the package weir of Python, on files of strangers (tests/record/hostile.py):
# an exit code of the documented table, a sentence, no signal, no traceback, an end, less than 1 GiB.
#
# Exit 77: Python lacks h5py (apt-get install python3-h5py).
import concurrent.futures
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

if importlib.util.find_spec("h5py") is None:
    print(f"skipped: {sys.executable} lacks h5py")
    sys.exit(77)
SOURCE = pathlib.Path(os.environ["WEIR_SOURCE_DIR"])
sys.path.insert(0, str(SOURCE / "tests/record"))
import hostile

WEIR = pathlib.Path(os.environ["WEIR_BIN_DIR"]) / "weir"
PATIENCE = 120              # seconds against a hang; alone, each ends within one or two
MOST_MEMORY = 1 << 20       # kB, as wait4 counts
CODES = {0, 1, 2, 3, 4, 75}
ALL = os.environ.get("WEIR_HOSTILE") == "all"     # every file to every verb, some minutes; else what is slow to start sees a part of them
LARGE = r"does not fit: .* items of .* need .*, and this machine has"      # said at plan, of a machine that has less
REPORTS = all(importlib.util.find_spec(name) for name in ("matplotlib", "jinja2"))

TURN = """
name: turn
seed: 1
nodes:
  base:   {plugin: source/gaussian, dim: 2}
  pairs:  {plugin: coupling/affine, source: base, angle: 180 deg, shift: [5, 5], draw: {fixed: 16}}
  task:   {plugin: objective/flow_matching, coupling: pairs}
  train:
    plugin: trainer/gradient
    objective: task
    model: {plugin: field/mlp, width: 8, depth: 2}
    steps: 20
    batch: 16
  flow:   {plugin: integrator/euler, field: train.field, start: pairs.x0, steps: 4}
  recall: {plugin: metric/memorisation, generated: flow.end, pairs: pairs}
report: {recall.share: mean}
"""

# What reads all that a record of Python's has.
LOOK = """
import sys, warnings
sys.path.insert(0, sys.argv[1])
import weir
try:
    record = weir.open(sys.argv[2])
except weir.WeirError as error:
    sys.exit(f"weir: {error}")
looks = [lambda path=path: record[path] for path in record.outputs]
looks += [lambda: record.pipeline, lambda: record.provenance, lambda: record.status, lambda: record.message, lambda: repr(record),
          lambda: record.parameters("train"), lambda: record.state_dict("train"), lambda: list(record)]
told = 0
for look in looks:
    try:
        look()
    except weir.WeirError as error:
        told = error
if told:
    sys.exit(f"weir: {told}")
"""


class Checks:
    def __init__(self, folder):
        self.folder, self.faults, self.counts, self.lock = folder, [], {}, threading.Lock()

    def command(self, what, name, words, codes=CODES):
        """Runs it; the answer must be one that may be given. Gives (exit code, standard output, standard error)."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = subprocess.Popen([str(word) for word in words], cwd=self.folder, stdout=out, stderr=err, stdin=subprocess.DEVNULL,
                                     start_new_session=True)
            timer = threading.Timer(PATIENCE, lambda: os.killpg(child.pid, 9))
            timer.start()
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = code = os.waitstatus_to_exitcode(status)
            timer.cancel()
            out.seek(0), err.seek(0)
            answer, words_of_error = (each.read().decode("utf-8", "replace") for each in (out, err))
        wrong = []
        if code == -9:
            wrong.append(f"no end in {PATIENCE} s")
        elif code not in codes:
            wrong.append(f"exit code {code}")
        if usage.ru_maxrss > MOST_MEMORY:
            wrong.append(f"{usage.ru_maxrss >> 10} MiB of memory")
        if "Traceback" in words_of_error or "terminate called" in words_of_error or "exception" in words_of_error:
            wrong.append("no sentence")
        if code in (2, 3, 4) and not words_of_error.strip():
            wrong.append("silence")
        if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", answer + words_of_error):
            wrong.append("control characters")
        if any(len(line) > 2000 for line in words_of_error.splitlines()):
            wrong.append("an endless line")
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + 1
            if wrong:
                self.faults.append(f"{what} of {name}: {', '.join(wrong)}: {words_of_error[:1500]}")
        return code, answer, words_of_error

    def expect(self, what, true, answer):
        if not true:
            self.faults.append(f"{what}: {answer}")


def plan_of(files):
    """A pipeline that reads each of them by a source and as pairs."""
    nodes = [f"  s{i}: {{plugin: source/tensor, file: {json.dumps(str(path))}, dataset: /x}}\n"
             f"  g{i}: {{plugin: coupling/given, file: {json.dumps(str(path))}, x0_dataset: /x, x1_dataset: /x}}\n"
             f"  p{i}: {{plugin: coupling/independent, source: s{i}, target: s{i}, draw: {{fixed: 2}}}}\n" for i, path in enumerate(files)]
    return "nodes:\n" + "".join(nodes)


def one_run(path):
    return ("nodes:\n" f"  s: {{plugin: source/tensor, file: {json.dumps(str(path))}, dataset: /x}}\n"
            "  p: {plugin: coupling/independent, source: s, target: s, draw: {fixed: 2}}\n")


def check_tables(checks, pool):
    folder = checks.folder / "tables"
    folder.mkdir()
    found = dict(hostile.tables(folder))
    list(pool.map(lambda each: checks.command("info", each[0], [WEIR, "info", each[1]]), found.items()))
    if REPORTS:
        list(pool.map(lambda name: checks.command("report", name, [WEIR, "report", found[name], "-o", f"{name}.html"], {2, 3, 4}),
                      [name for name in found if not re.search(r"_(cut|flip)\d", name)]))
    python = [sys.executable, "-B", "-c", LOOK, SOURCE / "tools/python"]
    list(pool.map(lambda name: checks.command("python", name, [*python, found[name]], {1}),
                  [name for name in found if not re.search(r"_(cut|flip)\d", name)]))

    # All files are planned by one process: the first to end it would be seen.
    pipeline = checks.folder / "plan.yaml"
    pipeline.write_text(plan_of(found.values()))
    code, out, err = checks.command("plan", "all tables", [WEIR, "plan", "--sizes", pipeline], {2})
    for name, sentence in {"enum32": "is an enumeration of 4 bytes", "compound": "does not hold numbers but compound",
                           "external_storage": "has its values in other files", "soft": "is a soft link", "pipe": "there is no file",
                           "newest_cut5": "truncated"}.items():
        checks.expect(f"plan of {name}", re.search(rf"{re.escape(name)}(\.h5)?['\":].*{sentence}", err) or sentence in err, err[:3000])

    # What can only be seen when it is read.
    sentences = {"nan": "is nan in row 1, column 0", "infinity": "is -inf in row 1, column 1", "uint64": "too large for int64",
                 "bomb": "unpacks to more than its 65536 bytes", "one_chunk_of_many": "of which the file stores 524.3 kB",
                 "huge": f"more than any file holds|17.6 TB|{LARGE}", "overflow": f"more than any file holds|{LARGE}",
                 "overflow_to_zero": f"more than any file holds|{LARGE}",
                 "huge_contiguous": f"68.7 GB|{LARGE}", "lzf": "the filter lzf", "gzip": "", "booleans": "", "float16": "", "big_endian": ""}

    def run(name):
        pipeline = checks.folder / f"run_{name}.yaml"
        pipeline.write_text(one_run(found[name]))
        code, out, err = checks.command("run", name, [WEIR, "run", pipeline, "-o", checks.folder / f"run_{name}.h5", "--progress", "none"])
        checks.expect(f"run of {name}", code == 0 if not sentences[name] else code == (3 if name in ("nan", "infinity") else 2) and re.search(sentences[name], err), err)
    list(pool.map(run, sentences))


def check_records(checks, pool, record):
    folder = checks.folder / "records"
    folder.mkdir()
    found = dict(hostile.records(folder, record))
    edited = [name for name in found if not re.search(r"_(cut|flip)\d", name)]
    some = [name for i, name in enumerate(found) if ALL or i % (4 if name in edited else 20) == 0]

    def each(name):
        path = found[name]
        code, out, err = checks.command("info", name, [WEIR, "info", path])
        mended = folder / f"{name}_repaired.h5"
        shutil.copy(path, mended)
        if name in edited and name != "killed":
            hostile.running(mended)      # or there is nothing to repair
        checks.command("repair", name, [WEIR, "repair", mended])
        if name not in some:
            return
        checks.command("info of a dataset", name, [WEIR, "info", f"{path}:flow.end"])
        checks.command("info as JSON", name, [WEIR, "info", path, "--format", "json"])
        python = [sys.executable, "-B", "-c", LOOK, SOURCE / "tools/python", path]
        checks.command("python", name, python, {0, 1})
        if REPORTS:
            checks.command("report", name, [WEIR, "report", path, "-o", f"{name}.html"])
        checks.command("replay", name, [WEIR, "replay", path, "--node", "flow", "--progress", "none"])
        checks.command("rerun", name, [WEIR, "rerun", path, "-o", f"{name}_again.h5", "--progress", "none"])
    list(pool.map(each, found))
    code, out, err = checks.command("info", "heartbeat_short", [WEIR, "info", found["heartbeat_short"]])
    checks.expect("info of a short heartbeat", code == 4 and "/heartbeat is int64 [2], and 4 whole numbers belong there" in err, err)
    code, out, err = checks.command("info", "record", [WEIR, "info", found["killed"]])
    checks.expect("info of a killed record", code == 0 and "interrupted" in out, out + err)


def main():
    with tempfile.TemporaryDirectory(prefix="weir-hostile-") as scratch, concurrent.futures.ThreadPoolExecutor(2) as pool:
        checks = Checks(pathlib.Path(scratch))
        (checks.folder / "turn.yaml").write_text(TURN)
        record = checks.folder / "turn.h5"
        code, out, err = checks.command("run", "turn", [WEIR, "run", checks.folder / "turn.yaml", "-o", record, "--progress", "none"], {0})
        checks.expect("the run", code == 0, err)
        if code == 0:
            check_tables(checks, pool)
            check_records(checks, pool, record)
        for fault in checks.faults:
            print("---", fault)
        print(", ".join(f"{what} {count}" for what, count in checks.counts.items()) + f": {len(checks.faults)} wrong answers")
    return 1 if checks.faults else 0


sys.exit(main())
