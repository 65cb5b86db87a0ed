#!/usr/bin/env python3
# tests/plugins/headers.test.py -- the header of each plugin says where it is from, what independent of it holds it, and who else has it;
# and plugins/README.md is what they say.
#
#   python3 tests/plugins/headers.test.py
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(os.environ.get("WEIR_SOURCE_DIR") or pathlib.Path(__file__).resolve().parents[2])
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools"))
import parts

LABELS = {   # in this order; what each line says
    "Source": "the paper with its equation (arXiv number), who introduced it, or the specification of a format",
    "Oracle": "what independent of the plugin's own formula its tests hold it to: a closed form, a conservation law, a measured order, "
              "another implementation's numbers with its version",
    "Peers": "the names under which other libraries have it, or none",
    "Shapes": "the shapes of what goes in and comes out",
    "Limits": "where it ends: order, memory, what is refused",
}
COLUMN = 3 + 9   # where the text of every label begins


def header_of(text):
    """The lines of the comment that a file begins with."""
    lines = text.splitlines()
    return lines[:next((i for i, line in enumerate(lines) if not line.startswith("//")), len(lines))]


def wrong(name, text):
    """What is wrong with the header of this file, each a sentence with the rule and the remedy."""
    lines = header_of(text)
    if not lines or not re.match(re.escape(f"// {name} -- ") + r"\S", lines[0]):
        yield f"{name}: its first line is its path and purpose; write // {name} -- PURPOSE"
    places = []
    for label, says in LABELS.items():
        line = f"// {label:<{COLUMN - 3}}"
        found = [i for i, each in enumerate(lines) if re.match(rf"// {label}(\s|$)", each)]
        if len(found) != 1:
            yield f"{name}: its header has {len(found)} lines {label} where it has one; write {line}TEXT: {says}"
            continue
        places.append((found[0], label))
        if not re.match(re.escape(line) + r"\S", lines[found[0]]):
            yield f"{name}: its line {label} has its text from column {COLUMN + 1} on, and some; write {line}TEXT: {says}"
    if places != sorted(places):
        yield f"{name}: its header has {', '.join(label for _, label in sorted(places))}; put them in the order {', '.join(LABELS)}"


def test_itself():
    """A header as it should be, and what is said of others."""
    good = "// plugins/noise/x.cpp -- noise.\n//\n//   gamma(t) = t\n//\n" + "".join(f"// {label:<9}{label.lower()}\n//          more\n" for label in LABELS) + "#include <x>\n// Oracle\n"

    def said(text):
        return list(wrong("plugins/noise/x.cpp", text))

    assert said(good) == [], said(good)
    without = said(good.replace("// Oracle   oracle\n", ""))
    assert len(without) == 1 and without[0].startswith("plugins/noise/x.cpp: its header has 0 lines Oracle where it has one; write // Oracle   TEXT: what"), without
    for spoilt, sentence in ((good.replace("   oracle", ""), "its line Oracle has its text from column 13 on"),
                             (good.replace("Oracle   o", "Oracle o"), "its line Oracle has its text from column 13 on"),
                             (good.replace("// Peers", "// Peers    none\n// Peers"), "has 2 lines Peers"),
                             (good.replace("x.cpp -- noise.", "y.cpp -- noise."), "its first line is its path and purpose"),
                             (good.replace(" -- noise.", ""), "its first line is its path and purpose"),
                             (good.replace("Oracle   ", "@").replace("Peers    ", "Oracle   ").replace("@", "Peers    "), "put them in the order Source, Oracle, Peers")):
        assert len(said(spoilt)) == 1 and sentence in said(spoilt)[0], (spoilt, said(spoilt))


test_itself()
assert tuple(LABELS) == parts.LABELS
plugins = {file.relative_to(ROOT).as_posix(): file.read_text() for _, _, file in parts.plugins()}
assert len(plugins) > 100, f"only {len(plugins)} plugins in {ROOT}/plugins"
faults = [fault for name, text in plugins.items() for fault in wrong(name, text)]
if not faults and (ROOT / "plugins/README.md").read_text() != parts.page():
    faults.append("plugins/README.md is not what the headers say; write it anew: tools/parts.py")
print("\n".join(faults) if faults else f"{len(plugins)} headers say where a plugin is from, what holds it and who else has it")
sys.exit(1 if faults else 0)
