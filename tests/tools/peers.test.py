# tests/tools/peers.test.py -- README's table "You come from": each line of YAML runs in a pipeline in place of its node, each command is one.
import os
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(os.environ["WEIR_SOURCE_DIR"])
WEIR = pathlib.Path(os.environ["WEIR_BIN_DIR"]) / "weir"
NODES = {
    "base": "{plugin: source/gaussian, dim: 2}",
    "target": "{plugin: source/mixture, set: eight_gaussians}",
    "pairs": "{plugin: coupling/independent, source: base, target: target, draw: fresh}",
    "task": "{plugin: objective/flow_matching, coupling: pairs}",
    "train": "{plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 8, depth: 1}, steps: 5, batch: 16}",
    "start": "{plugin: coupling/independent, source: base, target: target, draw: {fixed: 64}}",
    "flow": "{plugin: integrator/euler, field: train.field, start: start.x0, steps: 5}",
    "w2": "{plugin: metric/w2, samples: flow.end, points: start.x1}",
}


def weir(*words, cwd):
    done = subprocess.run([WEIR, *map(str, words)], capture_output=True, text=True, cwd=cwd)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


table = (ROOT / "README.md").read_text().split("## You come from")[1].split("\n## ")[0]
rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ") and "---" not in line][1:]
assert len(rows) >= 12, rows
tried, pairs = 0, ""
with tempfile.TemporaryDirectory(prefix="weir-peers.") as folder:
    work = pathlib.Path(folder)
    for row, (_, here) in enumerate(rows):
        words = re.findall(r"`([^`]*)`", here)
        own = dict(re.match(r"(\w+): (\{plugin.*\})", each).groups() for each in words if re.match(r"\w+: \{plugin", each))
        if "the same pairs" in here:
            own["pairs"] = pairs
        pairs = own.get("pairs", pairs)
        for each in words:
            if each.startswith(("weir ", "tools/weir ")):
                verb, argument, *more = each.split()[1:] + [""]
                if verb == "plugins" or verb == "show":
                    assert weir(*each.split()[1:], cwd=work).strip()
                elif argument == "p.yaml":
                    (work / "p.yaml").write_text("name: p\nnodes:\n" + "".join(f"  {k}: {v}\n" for k, v in NODES.items()))
                    weir(verb, "p.yaml", *(word.replace("500", "6") for word in more if word), *(["--progress", "none"] if verb == "run" else []), cwd=work)
                else:
                    weir("validate", ROOT / argument, cwd=work)
                tried += 1
            elif each.endswith(".yaml"):
                weir("validate", ROOT / each, cwd=work)
        if not own:
            continue
        (work / f"row{row}.yaml").write_text(f"name: row{row}\nnodes:\n" + "".join(f"  {k}: {v}\n" for k, v in (NODES | own).items()))
        weir("run", f"row{row}.yaml", "--progress", "none", cwd=work)
        held = weir("info", f"row{row}.h5", cwd=work)
        for number in (each for each in words if re.fullmatch(r"\w+\.\w+", each)):
            assert weir("info", f"row{row}.h5:{number}", cwd=work), held
        tried += len(own)
assert tried >= 14, tried
assert "WEIR_PLUGIN_PATH" in table
print("fine")
