# tests/cli/mutation.test.py -- pipelines that are good but for one edit: `weir validate` says ok, or where what is wrong.
#
# 500 edits of the pipelines in pipelines/, of a character or of a key, and a tenth as many of a pipeline that takes a second,
# which is run as well where it is good. A crash, more than 2 s of processor time (30 s of a run), an error without its place,
# or any other exit code is a failure. The same edits every time; for others:
#
#   WEIR_SOURCE_DIR=. WEIR_BIN_DIR=build/release/bin python3 tests/cli/mutation.test.py COUNT SEED
import collections
import concurrent.futures
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

COUNT, SEED = (int(word) for word in (sys.argv[1:] + ["500", "1"][len(sys.argv) - 1:]))
SOURCE = pathlib.Path(os.environ["WEIR_SOURCE_DIR"]).resolve() / "pipelines"
WEIR = str(pathlib.Path(os.environ["WEIR_BIN_DIR"]).resolve() / "weir")
ODD = "{}[]:,&*!|>'\"%@`#-?\t~\\ \n$=.0aé"
KEY = re.compile(r"[A-Za-z_][\w.]*(?=:(?:\s|$))")
VALUES = ["", "x", "-1", "0", "1e400", "~", "[]", "{}", "[[1]]", "{plugin: x}", "${x}", '"${x}"', "*x", "99999999999999999999"]


def edit_character(text, rng):
    """One character less, more, another, or two swapped."""
    at = rng.randrange(len(text) - 1)
    return rng.choice([
        text[:at] + text[at + 1:],
        text[:at] + rng.choice(ODD) + text[at:],
        text[:at] + rng.choice(ODD) + text[at + 1:],
        text[:at] + text[at + 1] + text[at] + text[at + 2:],
    ])


def edit_key(text, rng):
    """One key misspelt, renamed, without its name, gone with its value, written twice, or with another value."""
    code = re.sub(r"#.*", lambda comment: " " * len(comment[0]), text)   # of the same length
    keys = list(KEY.finditer(code))
    key = rng.choice(keys)
    start, end = key.span()
    name, after = key[0], text[end + 1:]
    value = re.match(r"[ ]*(\[[^][]*\]|\{[^{}]*\}|[^,{}\[\]\n]*)", after).end()
    at = rng.randrange(len(name))
    return rng.choice([
        text[:start] + name[:at] + name[at + 1:] + text[end:],
        text[:start] + rng.choice(keys)[0] + text[end:],
        text[:start] + after.lstrip(" "),
        text[:start] + re.sub(r"^,\s*", "", after[value:]),
        text[:start] + name + ": " + rng.choice(VALUES) + ", " + text[start:],
        text[:end + 1] + " " + rng.choice(VALUES) + after[value:],
    ])


QUICK = """name: quick
seed: 7
nodes:
  base:   {plugin: source/gaussian, dim: 2}
  pairs:  {plugin: coupling/affine, source: base, angle: 180 deg, shift: [5, 5], draw: {fixed: 16}}
  task:   {plugin: objective/flow_matching, coupling: pairs, interpolant: {plugin: linear, noise: {plugin: constant, sigma: 0.1}}}
  train:
    plugin: trainer/gradient
    objective: task
    model: {plugin: field/mlp, width: 8, depth: 1}
    optimiser: {plugin: adam, lr: 1.0e-3}
    steps: 20
    batch: 16
    probes: {variance: {plugin: probe/gradient_variance, every: 5}}
  flow:   {plugin: integrator/heun, field: train.field, start: pairs.x0, steps: 2}
  recall: {plugin: metric/memorisation, generated: flow.end, pairs: pairs}
report: {recall.share: mean, train.loss: last}
expect: [{that: recall.share, at_least: 0}]
"""


def what_a_run_says(file, folder):
    """Why what `weir run` answers about a good file is none that may be given, or ""."""
    command = ["bash", "-c", 'ulimit -t 30; exec "$@"', "bash", WEIR, "run", file, "-o", file + ".h5", "--progress", "none"]
    try:
        answer = subprocess.run(command, cwd=folder, capture_output=True, timeout=300)
    except subprocess.TimeoutExpired:
        return "no end in 300 s"
    err = answer.stderr.decode()
    if answer.returncode in (0, 1):
        return ""
    if answer.returncode in (2, 3) and re.search(r"\.yaml:[1-9]\d*:[1-9]\d*", err):
        return ""
    return f"a run of exit code {answer.returncode}: {err}"


def what_is_wrong(file, folder):
    """Why the answer about a file is none that may be given, or ""; and the codes of its faults."""
    # Processor time, since other tests may take the processors away.
    command = ["bash", "-c", 'ulimit -t 2; exec "$@"', "bash", WEIR, "validate", file]
    try:
        answer = subprocess.run(command, cwd=folder, capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        return "no answer in 60 s", []
    out, err = answer.stdout.decode(), answer.stderr.decode()
    if answer.returncode == 0:
        return ("" if out == f"{file}: ok\n" and not err else "an odd answer of exit code 0"), []
    if answer.returncode != 2:
        return f"exit code {answer.returncode}: {err}", []
    errors = re.findall(r"^(\S.*?): error\[(W\d{3})\]: ", err, re.MULTILINE)
    unlocated = [place for place, code in errors if not re.search(r":[1-9]\d*:[1-9]\d*$", place)]
    told = re.search(r"^(\d+) errors?\. Nothing was run\. {8}explained by: weir explain W", err, re.MULTILINE)
    if out or not told or int(told[1]) != len(errors):
        return f"an odd answer of exit code 2: {out}{err}", []
    return (f"an error without its place: {err}" if unlocated else ""), [code for place, code in errors]


def answer_of(file, folder, is_run):
    wrong, faults = what_is_wrong(file, folder)
    return (what_a_run_says(file, folder) if is_run and not wrong and not faults else wrong), faults


def main():
    originals = {str(file.relative_to(SOURCE)): file.read_text(encoding="utf-8") for file in sorted(SOURCE.glob("**/*.yaml"))}
    names = list(originals)
    originals["quick.yaml"] = QUICK
    rng = random.Random(SEED)
    found, codes, fine = [], collections.Counter(), 0
    with tempfile.TemporaryDirectory(prefix="weir-mutation-") as scratch:
        copy = pathlib.Path(scratch) / "pipelines"
        shutil.copytree(SOURCE, copy)   # some extend others
        mutants = {}
        for number in range(COUNT + COUNT // 10):
            name = names[number % len(names)] if number < COUNT else "quick.yaml"
            file = name.replace(".yaml", f"_{number}.yaml")
            edited = rng.choice([edit_character, edit_key])(originals[name], rng)
            (copy / file).write_text(edited, encoding="utf-8", newline="")
            mutants[file] = name
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            answers = pool.map(lambda file: answer_of(file, copy, mutants[file] == "quick.yaml"), mutants)
            for file, (wrong, faults) in zip(mutants, answers):
                fine += not wrong and not faults
                codes.update(set(faults))
                if wrong:
                    found.append(file)
                    print(f"--- {file}: {wrong}")
                    subprocess.run(["diff", "-", copy / file], input=originals[mutants[file]], text=True, check=False)
        if found:
            print(f"{len(found)} of {len(mutants)} edits of seed {SEED} got no proper answer")
            return 1
    print(f"{len(mutants)} edits: {fine} leave a good pipeline, {len(mutants) - fine} are refused with a place")
    print("files by code: " + ", ".join(f"{code} {n}" for code, n in sorted(codes.items())))
    return 0


sys.exit(main())
