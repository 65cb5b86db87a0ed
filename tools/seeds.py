#!/usr/bin/env python3
# tools/seeds.py -- how often each verdict of a pipeline fails over seeds, beside the rate that the file states.
#
#   python3 tools/seeds.py -o FOLDER                        every shipped pipeline that judges, 20 seeds of each
#   python3 tools/seeds.py -o FOLDER --seeds 5 pipelines/gaussian.yaml
#
# Runs what is not in FOLDER yet, so that the same command goes on after an interruption or with more seeds, and prints a table in
# Markdown. A pipeline with a `judged` line in tests/pipelines/forms.txt is made short by it; the others run whole, some for minutes.
import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SPACING = 1000     # between the seeds of two sweeps, which count theirs from there


def shipped():
    judging = lambda file: any(line.startswith(("expect:", "compare:")) for line in file.read_text().splitlines())
    return [file for folder in ("pipelines", "pipelines/paper", "pipelines/related", "pipelines/gallery") for file in sorted((ROOT / folder).glob("*.yaml")) if judging(file)]


def settings_of(pipeline):
    for line in (ROOT / "tests/pipelines/forms.txt").read_text().splitlines():
        words = line.split()
        if words[:2] == [pipeline.stem, "judged"] and pipeline.is_relative_to(ROOT):
            return words[2:]
    return []


class Sweep:
    """One pipeline at one seed. Its summary is kept, beside what it is of; its records are not."""

    def __init__(self, pipeline, number, folder):
        self.pipeline, self.seed = pipeline, SPACING * (number + 1)
        self.settings = settings_of(pipeline)
        self.out = folder / pipeline.stem / str(self.seed)
        self.kept = self.out.with_suffix(".json")
        lines = [line for line in pipeline.read_text().splitlines() if not line.startswith("#")]
        self.key = hashlib.sha256("\n".join(lines + self.settings).encode()).hexdigest()

    def of_this_text(self):
        """What is kept, if it is of the pipeline as it stands."""
        kept = json.loads(self.kept.read_text()) if self.kept.exists() else {"key": None}
        return kept if kept["key"] == self.key else None

    def keep(self, summary):
        self.kept.parent.mkdir(parents=True, exist_ok=True)
        self.kept.write_text(json.dumps({"key": self.key, "summary": summary}))

    def summary(self):
        """None before it was run."""
        return (self.of_this_text() or {"summary": None})["summary"]

    def run(self, weir):
        """What went wrong, "" if nothing did."""
        words = [weir, "run", str(self.pipeline), "-o", str(self.out), "--jobs", "1", "--progress", "json"]
        for setting in (f"seed={self.seed}", *self.settings):
            words += ["--set", setting]
        if not self.of_this_text():
            words.append("--force")
            self.keep(None)
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode not in (0, 1):     # 1: a verdict is no
            return f"{self.pipeline.stem}, seed {self.seed}: exit {done.returncode}\n{done.stderr[-2000:]}"
        self.keep(json.loads(done.stdout.splitlines()[-1]))
        shutil.rmtree(self.out) if self.out.is_dir() else self.out.unlink()
        return ""


def percent(level):
    return "-" if level is None else f"{100 * level:.2g} %"


def table(pipeline, summaries):
    """A row for each verdict, in the file's order: how often it failed, and how often chance may make it wrong."""
    failed, levels = collections.Counter(), {}
    for summary in summaries:
        for title, key in (("expected", "expect"), ("compared", "compare")):
            for verdict in summary[key]:
                row = (title, verdict["rule"] + (f" ({verdict['where']})" if verdict["where"] else ""))
                levels[row] = verdict["level"]
                failed[row] += not verdict["met"]
    count = len(summaries)
    unmet = sum(summary["exit"] == 1 for summary in summaries)
    lines = [f"## {pipeline.stem}", ""]
    if settings_of(pipeline):
        lines += ["With " + " ".join(settings_of(pipeline)) + ".", ""]
    lines += [f"{unmet} of {count} seeds with a verdict that is no; {summaries[-1]['error_rate']['text'] or 'chance has no part in any'}.", "",
              "| | verdict | no | level |", "| --- | --- | ---: | ---: |"]
    lines += [f"| {title} | {rule} | {failed[title, rule]} of {count} | {percent(level)} |" for (title, rule), level in levels.items()]
    return "\n".join(lines + [""])


def main(words):
    parser = argparse.ArgumentParser(description="How often each verdict of a pipeline fails over seeds")
    parser.add_argument("pipelines", nargs="*", type=pathlib.Path, help="default: every shipped one that judges")
    parser.add_argument("-o", "--out", type=pathlib.Path, required=True, help="folder of the summaries")
    parser.add_argument("--seeds", type=int, default=20, metavar="N")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="sweeps at once")
    parser.add_argument("--weir", default=str(ROOT / "tools/weir"), help="the program; default tools/weir")
    arguments = parser.parse_args(words)
    pipelines = [file.resolve() for file in arguments.pipelines] or shipped()

    # Seed by seed, so that an interrupted series has some of every pipeline.
    sweeps = [Sweep(file, number, arguments.out.resolve()) for number in range(arguments.seeds) for file in pipelines]
    missing = [sweep for sweep in sweeps if sweep.summary() is None]
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for done, fault in enumerate(pool.map(lambda sweep: sweep.run(arguments.weir), missing), 1):
            wrong += bool(fault)
            print(fault or f"{done} of {len(missing)}", file=sys.stderr, flush=True)
    for file in pipelines:
        summaries = [sweep.summary() for sweep in sweeps if sweep.pipeline == file]
        summaries = [summary for summary in summaries if summary is not None]
        if summaries:
            print(table(file, summaries))
    return 1 if wrong else 0


sys.exit(main(sys.argv[1:]))
