#!/usr/bin/env python3
# tests/pipelines/examples.test.py -- pipelines/examples: each plugin has one in which it stands, and each runs and meets what it expects.
#
# They run in a copy, where the record that some of them read is made first, by data/trained.yaml.
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

EXAMPLES = pathlib.Path(os.environ["WEIR_SOURCE_DIR"]) / "pipelines/examples"
WEIR = pathlib.Path(os.environ["WEIR_BIN_DIR"]) / "weir"
LONGEST = 25   # lines


def weir(*words):
    return subprocess.run([WEIR, *words], capture_output=True, text=True)


def plugins_of(value):
    """Every plugin that stands in the nodes of a resolved pipeline, inline ones too."""
    if isinstance(value, dict):
        own = {value["plugin"]} if isinstance(value.get("plugin"), str) else set()
        return own.union(*map(plugins_of, value.values()))
    return set().union(*map(plugins_of, value)) if isinstance(value, list) else set()


def run(file, out):
    """What is wrong with a run of it, if anything is."""
    done = weir("run", file, "-o", out, "--device", "cpu", "--jobs", "1", "--progress", "none")
    return "" if done.returncode == 0 else f"weir run ended with {done.returncode}:\n{done.stdout}{done.stderr}"


def what_is_wrong(file, plugin, out):
    text = file.read_text(encoding="utf-8")
    if not text.startswith("# ") or not text.isascii():
        return "begins with no comment that says what it shows, or is not ASCII"
    if text.count("\n") > LONGEST:
        return f"has more than {LONGEST} lines"
    planned = weir("plan", file, "--format", "json")
    if planned.returncode != 0:
        return f"weir plan ended with {planned.returncode}:\n{planned.stderr}"
    resolved = json.loads(planned.stdout)
    if resolved["name"] != file.stem:
        return f"is named {resolved['name']}"
    if plugin not in plugins_of(resolved["nodes"]):
        return f"{plugin} stands in no node of it"
    return run(file, out)


def faults(folder, plugins, out):
    """Of examples in `folder`, records in `out`: every fault, with its file."""
    files = {f"{file.parent.name}/{file.stem}": file for file in sorted(folder.glob("*/*.yaml")) if file.parent.name != "data"}
    found = [f"{plugin}: has no example, {folder.name}/{plugin}.yaml" for plugin in sorted(plugins - files.keys())]
    found += [f"{plugin}: an example of no plugin" for plugin in sorted(files.keys() - plugins)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        names = sorted(files.keys() & plugins)
        wrong = pool.map(lambda name: what_is_wrong(files[name], name, out / f"{name.replace('/', '_')}.h5"), names)
        return found + [f"{name}: {why}" for name, why in zip(names, wrong) if why]


def copy(to, names=()):
    """The examples, or some of them, with their data."""
    shutil.copytree(EXAMPLES / "data", to / "data", ignore=shutil.ignore_patterns("trained.h5*", "__pycache__"))
    for file in [EXAMPLES / f"{name}.yaml" for name in names] or EXAMPLES.glob("*/*.yaml"):
        (to / file.parent.name).mkdir(exist_ok=True)
        shutil.copyfile(file, to / file.parent.name / file.name)


def listing(folder):
    return sorted(file.relative_to(folder) for file in folder.rglob("*"))


with tempfile.TemporaryDirectory(prefix="weir-examples.") as scratch:
    work = pathlib.Path(scratch)
    os.environ["XDG_DATA_HOME"] = str(work / "no plugins")
    os.environ.pop("WEIR_PLUGIN_PATH", None)
    os.chdir(work)
    plugins = {f"{each['kind']}/{each['name']}" for each in json.loads(weir("plugins", "--format", "json").stdout)["plugins"]}
    assert len(plugins) > 100, plugins

    examples, out = work / "examples", work / "out"
    out.mkdir()
    copy(examples)
    wrong = run(examples / "data/trained.yaml", examples / "data/trained.h5")
    assert not wrong, wrong
    before = listing(examples)
    found = faults(examples, plugins, out)
    assert not found, "\n".join(found)
    assert listing(examples) == before, set(listing(examples)) - set(before)

    # What the test would find.
    broken = work / "broken"
    names = ["noise/zero", "noise/constant", "noise/brownian", "time/fixed"]
    copy(broken, names)

    def edit(name, old, new):
        file = broken / f"{name}.yaml"
        text = file.read_text()
        assert old in text, (name, old)
        file.write_text(text.replace(old, new))

    edit("noise/zero", "noise: zero", "noise: {plugin: constant, sigma: 0}")
    edit("noise/constant", "sigma:", "sgima:")
    edit("noise/brownian", "plugin: metric/loss", "plugin: metric/lost")
    edit("time/fixed", "equals: 2,", "equals: 3,")
    (broken / "time/gone.yaml").write_text((broken / "time/fixed.yaml").read_text())
    found = faults(broken, {*names, "time/uniform"}, out)
    told = {line.split(":")[0]: line for line in found}
    assert len(found) == 6 and told.keys() == {*names, "time/uniform", "time/gone"}, found
    assert "stands in no node" in told["noise/zero"] and "weir plan ended with 2" in told["noise/constant"]
    assert "weir plan ended with 2" in told["noise/brownian"] and "NOT MET" in told["time/fixed"]
    assert "has no example" in told["time/uniform"] and "of no plugin" in told["time/gone"]
print(f"{len(plugins)} examples")
