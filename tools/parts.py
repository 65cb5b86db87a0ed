#!/usr/bin/env python3
# tools/parts.py -- every plugin of the tree on one page, plugins/README.md: what it is, where its formula comes from, what independent of
# that formula its tests hold it to, and what the libraries of the field call it. All of it from the comments at the heads of their files.
#
#   tools/parts.py      writes the page
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
LABELS = ("Source", "Oracle", "Peers", "Shapes", "Limits")
INTRODUCTION = """# The parts

{count} plugins, each a file of this folder, `<kind>/<name>.cpp`. `weir show KIND/NAME` prints the formula, what the plugin takes and gives, and a
pipeline that runs. The laws of its kind hold each of them beside what is named here: `weir explain law/KIND`.

**Source** is where the formula comes from; **held to** is what its tests compare it with that does not come from that formula; **peers** is what
other libraries call it. Written by `tools/parts.py` from the heads of the files.
"""


def head(file):
    """The comment at the head of a plugin's file: its first line, and the text of each label."""
    lines = re.match(r"(//[^\n]*\n)*", file.read_text(encoding="utf-8"))[0].splitlines()
    labels, last = {}, None
    for line in lines[1:]:
        text = line[2:].removeprefix(" ")
        if found := re.match(rf"({'|'.join(LABELS)})\s+(\S.*)", text):
            last = found[1]
            labels[last] = found[2]
        elif last and re.match(r"\s{3,}\S", text):
            labels[last] += " " + text.strip()
        else:
            last = None
    return lines[0] if lines else "", labels


def plugins():
    """(kind, name, file) of each, by kind and name."""
    files = sorted((ROOT / "plugins").glob("*/*.cpp"))
    return [(file.parent.name, file.stem, file) for file in files if "WEIR_PLUGIN(" in file.read_text(encoding="utf-8")]


def cell(text):
    return text.replace("|", "\\|").rstrip(".")


def page():
    all = plugins()
    parts = [INTRODUCTION.format(count=len(all))]
    for kind in sorted({kind for kind, _, _ in all}):
        parts.append(f"\n## {kind}\n\n| plugin | what | source | held to | peers |\n| --- | --- | --- | --- | --- |\n")
        for name, file in ((name, file) for of, name, file in all if of == kind):
            first, labels = head(file)
            about = first.partition(" -- ")[2]
            texts = [about] + [labels.get(label, "") for label in ("Source", "Oracle", "Peers")]
            parts.append(f"| [{name}]({kind}/{name}.cpp) | " + " | ".join(cell(text) for text in texts) + " |\n")
    return "".join(parts)


if __name__ == "__main__":
    (ROOT / "plugins" / "README.md").write_text(page(), encoding="utf-8")
