# tests/cli/mutation.test.py -- pipelines that are good but for one edit: `weir validate` says ok, or where what is wrong.
#
# 500 edits of the pipelines in pipelines/, of a character or of a key. A crash, more than 2 s of processor time, an error
# without its place, or any other exit code is a failure. The same edits every time; for others:
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


def main():
    pipelines = sorted(file.relative_to(SOURCE) for file in SOURCE.glob("**/*.yaml"))
    rng = random.Random(SEED)
    found, codes, fine = [], collections.Counter(), 0
    with tempfile.TemporaryDirectory(prefix="weir-mutation-") as scratch:
        copy = pathlib.Path(scratch) / "pipelines"
        shutil.copytree(SOURCE, copy)   # some extend others
        files = []
        for number in range(COUNT):
            pipeline = pipelines[number % len(pipelines)]
            text = (SOURCE / pipeline).read_text(encoding="utf-8")
            edited = rng.choice([edit_character, edit_key])(text, rng)
            file = pipeline.with_name(f"{pipeline.stem}_{number}.yaml")
            (copy / file).write_text(edited, encoding="utf-8", newline="")
            files.append(str(file))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for file, (wrong, faults) in zip(files, pool.map(lambda file: what_is_wrong(file, copy), files)):
                fine += not wrong and not faults
                codes.update(set(faults))
                if wrong:
                    found.append(file)
                    original = SOURCE / re.sub(r"_\d+\.yaml$", ".yaml", file)
                    print(f"--- {file}: {wrong}")
                    subprocess.run(["diff", original, copy / file], check=False)
        if found:
            print(f"{len(found)} of {COUNT} edits of seed {SEED} got no proper answer")
            return 1
    print(f"{COUNT} edits: {fine} leave a good pipeline, {COUNT - fine} are refused with a place")
    print("files by code: " + ", ".join(f"{code} {n}" for code, n in sorted(codes.items())))
    return 0


sys.exit(main())
