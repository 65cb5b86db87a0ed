#!/usr/bin/env python3
# tools/study.py -- the folders of finished sweeps as one Markdown study: claim, numbers, expectations, seeds and time of each.
#
#   python3 tools/study.py pipelines/paper RESULTS/figure4 RESULTS/lemma1 ... > pipelines/paper/STUDY.md
#   python3 tools/study.py --keep pipelines/paper/STUDY.md pipelines/paper RESULTS/figure4 > NEW      the other sections stay as they are there
#   python3 tools/study.py --figures pipelines/related/figures pipelines/related RESULTS/manifold ... > pipelines/related/README.md
#
# The first folder is that of the pipelines. The numbers come from the recorded results (summary.json and the records in runs/), so that the
# study cannot drift from them; the words from the pipelines' comments and from findings.md, with which the study opens. With --figures the
# judged numbers of a sweep over an axis of numbers are drawn as `weir report` draws them, each into a file of that folder.
import argparse
import csv
import datetime
import json
import pathlib
import re
import sys

import h5py

MOST_FIGURES = 3     # of a pipeline


def text(record, name):
    return record[name][()].tobytes().decode().rstrip("\0")


def fixed(dataset):
    return [each.decode() for each in dataset[()]]


def body(source):
    """What decides the numbers: all but comments and what is only judged or shown."""
    lines, kept = [], True
    for line in source.splitlines():
        if line[:1].strip() and not line.startswith("#"):
            kept = not line.startswith(("report:", "expect:", "compare:"))
        if kept and line.strip() and not line.lstrip().startswith("#"):
            lines.append(line)
    return lines


def pipeline(pipelines, record, name):
    """The pipeline as it stands in the folder, if its numbers are those that were recorded; else as recorded."""
    recorded, file = text(record, "pipeline/source"), pipelines / f"{name}.yaml"
    now = file.read_text() if file.exists() else recorded
    return now if body(now) == body(recorded) else recorded


def opening(source):
    """The comment that a pipeline opens with, without the editor's line and the time, which is measured here."""
    lines = []
    for line in source.splitlines():
        if not line.startswith("#"):
            break
        if not line.startswith(("# yaml-language-server", "# Takes ")):
            lines.append(line.removeprefix("#").removeprefix(" "))
    return "\n".join(lines)


def span(records):
    """From the first start to the last end."""
    times = [[datetime.datetime.fromisoformat(each.replace("Z", "+00:00")) for each in fixed(record[f"provenance/attempts/{side}"]) if each]
             for record in records for side in ("start", "end")]
    seconds = round((max(map(max, times)) - min(map(min, times))).total_seconds())
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min {seconds % 60:02d} s"


def markdown(head, rows):
    widths = [max(map(len, column)) for column in zip(head, *rows)]
    line = lambda cells: "| " + " | ".join(cell.rjust(width) for cell, width in zip(cells, widths)) + " |"
    return [line(head), "|" + "|".join("-" * (width + 1) + ":" for width in widths) + "|", *map(line, rows), ""]


def beside_paper(pipelines, name, table):
    """The paper's table with the measured numbers in a column of their own."""
    file = pipelines / "reference" / f"{name}.csv"
    if not file.exists():
        return []
    with open(file, newline="", encoding="utf-8") as numbers:
        rows = list(csv.DictReader(numbers))
    axes = [each for each in rows[0] if each not in ("quantity", "value", "source")]
    cells = [dict(zip(table["head"], row)) for row in table["rows"]]
    here = lambda row: next(each[row["quantity"]] for each in cells if all(each[axis] == row[axis] for axis in axes))
    return markdown([*axes, "quantity", "paper", "here"],
                    [[*(row[axis] for axis in axes), row["quantity"], row["value"], here(row)] for row in rows])


def verdicts(title, found):
    met = sum(each["met"] for each in found)
    lines = [f"{title}: {met} of {len(found)} met", ""]
    lines += [f"- {each['text'].splitlines()[0]}" for each in found]
    return lines + [""]


def drawn(folder, summary, name, figures_folder):
    """Images of what is judged, over the sweep's axis of numbers."""
    tools = pathlib.Path(__file__).resolve().parent
    sys.path[:0] = [str(tools / "report"), str(tools / "python")]
    import axes
    import experiment
    from picture import standing_alone      # beside this program
    judged = set(re.findall(r"[\w/.]+\.[\w/]+", " ".join(each["text"] for key in ("expect", "compare") for each in summary[key])))
    images, legend = [], []
    for row in axes.over_axis(experiment.open_experiment(folder, folder / "summary.json"))[1]:
        legend = row.legend or legend      # a row without one has that of the row before
        for panel in row.panels:
            if panel.title.split(",")[0].split()[0] in judged and len(images) < MOST_FIGURES:
                file = figures_folder / f"{name}_{len(images) + 1}.svg"
                file.write_text(standing_alone(panel.svg, panel.title, legend))
                images.append(f"![{panel.title}]({figures_folder.name}/{file.name})")
    return [" ".join(images), ""] if images else []


def section(pipelines, folder, figures_folder):
    summary = json.loads((folder / "summary.json").read_text())
    records = [h5py.File(file) for file in sorted((folder / "runs").glob("*.h5"))]
    resolved = json.loads(text(records[0], "pipeline/resolved_json"))
    table = summary["table"]
    lines = [f"## {resolved['name']}", "", "```text", opening(pipeline(pipelines, records[0], resolved['name'])), "```", "",
             *markdown(table["head"], table["rows"]), *beside_paper(pipelines, resolved["name"], table),
             f"{len(records)} runs, seeds from {resolved['seed']}, {resolved['dtype']} on {text(records[0], 'provenance/device')}, "
             f"{span(records)}; mean +- standard deviation (runs).", ""]
    if figures_folder:
        lines += drawn(folder, summary, resolved["name"], figures_folder)
    for title, key in (("Expected", "expect"), ("Compared", "compare")):
        if summary[key]:
            lines += verdicts(title, summary[key])
    if summary["error_rate"]["text"]:
        lines += [summary["error_rate"]["text"].capitalize() + ".", ""]
    return "\n".join(lines)


def sections_of(study):
    """The sections of a study that is written already, by name."""
    parts = study.split("\n## ")[1:]
    return {part.partition("\n")[0]: "## " + part.rstrip("\n") + "\n" for part in parts}


def main(words):
    parser = argparse.ArgumentParser(description="Finished sweeps as one Markdown study")
    parser.add_argument("pipelines", type=pathlib.Path, help="the folder of the pipelines, with findings.md")
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path, metavar="STUDY", help="a study whose sections stay where no folder is given")
    parser.add_argument("--figures", type=pathlib.Path, metavar="FOLDER", help="draw what is judged over an axis of numbers into files there")
    arguments = parser.parse_args(words)
    folders = arguments.folders
    for folder in folders:
        if not (folder / "summary.json").exists():
            print(f"study: {folder} has no summary.json: it is no sweep, or not a finished one; run its pipeline to the end",
                  file=sys.stderr)
            return 2
    print((arguments.pipelines / "findings.md").read_text(), end="")
    sections = sections_of(arguments.keep.read_text()) if arguments.keep else {}
    for folder in folders:
        sections |= sections_of("\n" + section(arguments.pipelines, folder, arguments.figures))
    print("\n".join(sections.values()), end="")
    return 0


sys.exit(main(sys.argv[1:]))
