#!/usr/bin/env python3
# tests/tools/rooms.test.py -- includes run as the table of rooms in CONTRIBUTING.md says, no folder is crowded, and no two headers give
# different types one name, which the linker would take for one.
import os
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(os.environ["WEIR_SOURCE_DIR"])
MOST_FILES = 25
CROWDED = ("tests", "plugins", "pipelines/examples", "tools/explain")


def table():
    """room -> rooms that it may include, as written, in the order of the page."""
    rows = re.findall(r"^\| `([^`]+)` \| [^|]+ \|([^|]*)\|$", (root / "CONTRIBUTING.md").read_text(), re.M)
    return {room: re.findall(r"`([^`]+)`", includes) for room, includes in rows if "/" in room or room == "core"}


def covers(pattern, room):
    stem = pattern.removesuffix("/*")
    return room == stem or (pattern != stem and room.startswith(stem + "/"))


def target(file, quote, name):
    """The file of the tree that an include line means, None if it is another library's."""
    places = [root / "tools" / name]
    if quote == '"':
        places.insert(0, file.parent / name)
    if name.startswith("weir/"):
        places = [root / "core" / name.removeprefix("weir/")]
    return next((pathlib.Path(os.path.normpath(p)) for p in places if p.is_file()), None)


def files():
    listed = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True)
    if listed.returncode != 0:
        print("this is no git checkout")
        sys.exit(77)
    return [root / name for name in listed.stdout.splitlines() if (root / name).is_file()]


def room_of(file):
    return file.parent.relative_to(root).as_posix()


def wrong_includes(rooms, all_files):
    for file in all_files:
        room = room_of(file)
        if file.suffix not in (".cpp", ".hpp") or not room.startswith(("core", "plugins", "tools")):
            continue
        row = room if room in rooms else next((each for each in rooms if each.endswith("/*") and covers(each, room)), None)
        if row is None:
            yield f"{room} has no row in CONTRIBUTING.md, section Rooms"
            continue
        for line, text in enumerate(file.read_text().splitlines(), 1):
            found = re.match(r"#include ([<\"])([^>\"]+)[>\"]", text)
            included = target(file, *found.groups()) if found else None
            if included is None:
                continue
            other = room_of(included)
            if other not in (room, row) and not any(covers(each, other) for each in rooms[row]):
                yield f"{file.relative_to(root)}:{line}: {row} may not include {other}"


def circles(rooms):
    """A room stands below those that may include it: a row names only rooms of earlier rows."""
    before = []
    for room, includes in rooms.items():
        for each in includes:
            if not any(covers(each, other) for other in before):
                yield f"the row of {room} names {each}, which has no row above it"
        for later in list(rooms)[len(before) + 1:]:
            if any(covers(each, later) and each != f"{room}/*" for each in includes):
                yield f"the row of {room} names {later}, which stands below it"
        before.append(room)


def crowded(all_files):
    counts = {}
    for file in all_files:
        counts[room_of(file)] = counts.get(room_of(file), 0) + 1
    for room, count in sorted(counts.items()):
        if count > MOST_FILES and not room.startswith(CROWDED):
            yield f"{room} has {count} files, and a folder has at most {MOST_FILES}"


def same_names(all_files):
    named = {}
    for file in all_files:
        if file.suffix != ".hpp" or not room_of(file).startswith(("core", "tools")):
            continue
        space = ""
        for text in file.read_text().splitlines():
            if opened := re.match(r"namespace ([\w:]+) {", text):
                space = opened[1]
            elif defined := re.match(r"(?:struct|class|enum class) (\w+(?:<[^>]*>)?)[^;]*{", text):
                named.setdefault(f"{space}::{defined[1]}", []).append(file.relative_to(root))
    assert len(named) > 100, "the types of the headers were not found"
    for name, places in named.items():
        if len(places) > 1:
            yield f"{name} is defined in {' and in '.join(map(str, places))}"


rooms = table()
assert len(rooms) > 20, f"the table of rooms in CONTRIBUTING.md was not found: {list(rooms)}"
listed = files()
faults = sorted({*wrong_includes(rooms, listed), *circles(rooms), *crowded(listed), *same_names(listed)})
for fault in faults:
    print(fault)
print(f"{len(rooms)} rooms, {len(listed)} files, {len(faults)} faults")
sys.exit(1 if faults else 0)
