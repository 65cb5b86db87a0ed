#!/usr/bin/env python3
# tests/sdk/headers.test.py -- the list of the headers that plugins may include, core/sdk.cmake: whole in itself, and enough for Weir's
# own plugins, for templates and for the projects of third parties beside this file. tests/sdk/sdk.test.sh looks at what is installed.
import os
import pathlib
import re
import sys

root = pathlib.Path(os.environ["WEIR_SOURCE_DIR"])
# What find_package(weir) brings along; the C++ library's headers have no folder.
BROUGHT = ("ATen/", "c10/", "torch/", "fmt/", "nlohmann/")
# Who includes them. layout.cpp prints the classes that plugins have compiled into them.
USERS = ("plugins", "tools/templates", "tests/sdk/example", "tests/sdk/kind", "tests/sdk/zoo", "tests/sdk/layout.cpp")


def listed():
    text = "\n".join(line.split("#")[0] for line in (root / "core/sdk.cmake").read_text().splitlines())
    return re.findall(r"\S+\.hpp", text[text.index("set(WEIR_SDK_HEADERS"):].replace(")", " "))


def includes(file):
    """(line, how, name) of each #include, how being < or "."""
    for number, text in enumerate(file.read_text(errors="replace").splitlines(), 1):
        if found := re.match(r"\s*#\s*include\s*([<\"])([^>\"]+)[>\"]", text):
            yield number, *found.groups()


def faults_of_list(headers):
    for header in sorted({each for each in headers if headers.count(each) > 1}):
        yield f"core/sdk.cmake lists {header} twice"
    for header in headers:
        file = root / "core" / header
        if not file.is_file():
            yield f"core/sdk.cmake lists {header}, which is not in core/"
            continue
        for line, how, name in includes(file):
            where = f"core/{header}:{line}: installed for plugins, and includes {name}"
            if how == '"':
                yield f"{where} in quotes: write <weir/...>"
            elif name.startswith("weir/"):
                if name.removeprefix("weir/") not in headers:
                    yield f"{where}, which core/sdk.cmake does not list"
            elif "/" in name and not name.startswith(BROUGHT):
                yield f"{where}, which find_package(weir) does not bring"


def faults_of_users(headers):
    for user in USERS:
        place = root / user
        files = [place] if place.is_file() else sorted(file for file in place.rglob("*") if file.is_file())
        seen = 0
        for file in files:
            for line, _, name in includes(file):
                seen += name.startswith("weir/")
                if name.startswith("weir/") and name.removeprefix("weir/") not in headers:
                    yield f"{file.relative_to(root)}:{line}: includes {name}, which core/sdk.cmake does not list"
        assert seen > 0, f"{user} includes nothing of Weir: was it moved?"


headers = listed()
assert len(headers) > 40, f"the list in core/sdk.cmake was not found: {headers}"
faults = [*faults_of_list(headers), *faults_of_users(headers)]
for fault in faults:
    print(fault)
print(f"{len(headers)} headers, {len(faults)} faults")
sys.exit(1 if faults else 0)
