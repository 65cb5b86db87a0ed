#!/usr/bin/env python3
# tools/same_records.py -- whether another build of Weir records the same bytes: every shipped pipeline in its smoke form, by both.
#
#   python3 tools/same_records.py --weir build/release/bin/weir --other PREFIX/bin/weir -o FOLDER [PIPELINE...]
#
# Prints each dataset below /nodes whose bytes differ, by how much, and in how many records; exits with 1 if there are any but those
# that `--but REGEX` allows (matched against "trainer.node.dataset"). For a change that is to move no number.
import argparse
import collections
import pathlib
import re
import subprocess
import sys

import h5py
import numpy

ROOT = pathlib.Path(__file__).resolve().parent.parent


def smoke_forms():
    forms = {}
    for line in (ROOT / "tests/pipelines/forms.txt").read_text().splitlines():
        match line.split():
            case [name, "smoke", "whole"]:
                forms[name] = []
            case [name, "smoke", *settings]:
                forms[name] = settings
    return forms


def record(weir, pipeline, settings, out):
    words = [word for setting in settings for word in ("--set", setting)]
    done = subprocess.run([weir, "run", pipeline, *words, "-o", out, "--progress", "none"], capture_output=True, text=True)
    if done.returncode > 1:   # 1: a verdict that a short run does not meet
        sys.exit(f"{weir} run {pipeline} ended with {done.returncode}:\n{done.stderr}")


def datasets(file):
    found = {}
    file["nodes"].visititems(lambda name, item: found.__setitem__(name, item) if isinstance(item, h5py.Dataset) else None)
    return found


def distance(one, other):
    if one.shape != other.shape or one.dtype != other.dtype:
        return f"{one.dtype} {one.shape} and {other.dtype} {other.shape}"
    if one.dtype.kind not in "fiu":
        return "other text"
    a, b = one[()].astype(float), other[()].astype(float)
    return f"{numpy.nanmax(numpy.abs(a - b) / numpy.maximum(numpy.abs(a).max(), 1e-300)):.2g} of the largest" if a.size else "none"


def compare(one, other, differ):
    """Adds "node.dataset" -> what differs to `differ`; the number of datasets that were compared."""
    with h5py.File(one) as a, h5py.File(other) as b:
        mine, theirs = datasets(a), datasets(b)
        for name in mine.keys() ^ theirs.keys():
            differ[name.replace("/", ".")].append("only in " + ("the first" if name in mine else "the other"))
        for name in mine.keys() & theirs.keys():
            if mine[name][()].tobytes() != theirs[name][()].tobytes():
                differ[name.replace("/", ".")].append(distance(mine[name], theirs[name]))
        return len(mine)


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--weir", required=True)
parser.add_argument("--other", required=True)
parser.add_argument("-o", "--out", required=True, type=pathlib.Path)
parser.add_argument("--but", default="$^", metavar="REGEX", help="datasets that may differ")
parser.add_argument("pipelines", nargs="*", type=pathlib.Path)
arguments = parser.parse_args()

forms, failed, compared = smoke_forms(), False, 0
shipped = sorted(file for folder in ("pipelines", "pipelines/paper", "pipelines/related") for file in (ROOT / folder).glob("*.yaml"))
for pipeline in arguments.pipelines or shipped:
    settings = forms.get(pipeline.stem)
    if settings is None or any("@FACES@" in setting for setting in settings):
        print(f"{pipeline.stem}: left out, its smoke form needs a folder of faces" if settings else f"{pipeline.stem}: no smoke form")
        continue
    places = [arguments.out / which / pipeline.stem for which in ("one", "other")]
    for weir, place in zip((arguments.weir, arguments.other), places):
        place.parent.mkdir(parents=True, exist_ok=True)
        record(weir, pipeline, settings, place)
    differ = collections.defaultdict(list)
    records = sorted(places[0].glob("runs/*.h5")) or [places[0]]
    number = sum(compare(file, places[1] / file.relative_to(places[0]) if file != places[0] else places[1], differ) for file in records)
    compared += number
    print(f"{pipeline.stem}: {len(records)} records, {number} datasets, {len(differ)} names differ")
    for name, how in sorted(differ.items()):
        allowed = re.search(arguments.but, name)
        failed = failed or not allowed
        print(f"  {'allowed  ' if allowed else 'DIFFERS  '}{name}: {how[0]} ({len(how)} of {len(records)} records)")
print(f"{compared} datasets compared")
sys.exit(1 if failed else 0)
