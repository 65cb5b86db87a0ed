#!/usr/bin/env python3
# tests/cli/schema.test.py -- what `weir schema` prints accepts every pipeline of the repository.
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import jsonschema  # noqa: F401
    import yaml  # noqa: F401
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

source = pathlib.Path(os.environ["WEIR_SOURCE_DIR"])
weir = os.environ["WEIR_BIN_DIR"] + "/weir"

with tempfile.TemporaryDirectory() as folder:
    environment = {**os.environ, "XDG_DATA_HOME": folder, "WEIR_PLUGIN_PATH": ""}
    schema = pathlib.Path(folder) / "schema.json"
    subprocess.run([weir, "schema", "-o", schema], check=True, env=environment)
    subprocess.run([weir, "new", "pipeline", "fresh"], check=True, env=environment, cwd=folder, stdout=subprocess.DEVNULL)

    files = sorted(source.glob("pipelines/**/*.yaml")) + sorted(source.glob("tests/pipelines/*.yaml"))
    files.append(pathlib.Path(folder) / "fresh.yaml")
    assert len(files) >= 20, files
    command = [sys.executable, source / "tests/front/json_schema.py", schema, *files]
    counts = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    wrong = [f"{file}: {count} errors" for file, count in zip(files, counts, strict=True) if count != "0"]
    if wrong:
        sys.exit("FAILED: the schema refuses good pipelines\n" + "\n".join(wrong))
print(f"{len(files)} pipelines accepted")
