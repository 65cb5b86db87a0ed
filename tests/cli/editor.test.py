#!/usr/bin/env python3
# tests/cli/editor.test.py -- the YAML language server that editors use, with Weir's schema: faults, completion, hover.
#
# Found as `yaml-language-server` in PATH, or named by WEIR_YAML_LANGUAGE_SERVER; skipped where there is none.
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

program = os.environ.get("WEIR_YAML_LANGUAGE_SERVER") or shutil.which("yaml-language-server")
if not program:
    print("skipped: yaml-language-server is not installed")
    sys.exit(77)


class Server:
    """The language server protocol over the server's standard input and output."""

    def __init__(self, folder):
        self.process = subprocess.Popen([program, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.asked, self.told, self.uri = 0, [], ""
        root = folder.as_uri()
        text = {
            "completion": {"completionItem": {"documentationFormat": ["markdown"], "snippetSupport": True}},
            "hover": {"contentFormat": ["markdown"]},
        }
        self.ask(
            "initialize",
            processId=os.getpid(),
            rootUri=root,
            capabilities={"textDocument": text, "workspace": {"configuration": True}},
            workspaceFolders=[{"uri": root, "name": "pipelines"}],
        )
        self.tell("initialized")

    def send(self, **message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def tell(self, method, **params):
        self.send(method=method, params=params)

    def receive(self):
        length = 0
        while (line := self.process.stdout.readline()) != b"\r\n":
            if not line:
                raise EOFError("the language server has ended")
            name, _, value = line.decode().partition(":")
            if name.lower() == "content-length":
                length = int(value)
        message = json.loads(self.process.stdout.read(length))
        if "method" not in message:
            return message
        if "id" in message:  # it asks in turn: for its settings, above all
            on = {"validate": True, "hover": True, "completion": True}
            items = message.get("params", {}).get("items", [])
            self.send(id=message["id"], result=[on if item.get("section") == "yaml" else None for item in items])
        else:
            self.told.append(message)
        return None

    def ask(self, method, **params):
        self.asked += 1
        self.send(id=self.asked, method=method, params=params)
        while True:
            answer = self.receive()
            if answer and answer["id"] == self.asked:
                if "error" in answer:
                    raise RuntimeError(answer["error"])
                return answer["result"]

    def open(self, file, text):
        self.told, self.uri = [], file.as_uri()
        document = {"uri": self.uri, "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", textDocument=document)

    def faults(self):
        """(line, message) of each, lines counted from 1."""
        while True:
            for message in self.told:
                if message["method"] == "textDocument/publishDiagnostics" and message["params"]["uri"] == self.uri:
                    found = message["params"]["diagnostics"]
                    return [(each["range"]["start"]["line"] + 1, each["message"]) for each in found]
            self.receive()

    def at(self, what, text, mark="|"):
        before = text[: text.index(mark)]
        position = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
        return self.ask("textDocument/" + what, textDocument={"uri": self.uri}, position=position)


def modeline(folder):
    """The first line as `weir schema --modeline` writes it."""
    file = folder / "first.yaml"
    file.write_text("nodes: {}\n")
    subprocess.run([os.environ["WEIR_BIN_DIR"] + "/weir", "schema", "--modeline", file], check=True, stdout=subprocess.DEVNULL)
    return file.read_text().splitlines(keepends=True)[0]


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name).resolve()
    first = modeline(folder)
    server = Server(folder)
    opened = 0

    def show(text):
        """Opens the text, less the cursor's mark, as a new file; gives it back with the mark."""
        global opened
        opened += 1
        server.open(folder / f"p{opened}.yaml", first + text.replace("|", "", 1))
        return first + text

    def completed(text):
        marked = show(text)
        server.faults()
        items = server.at("completion", marked)
        items = items["items"] if isinstance(items, dict) else items
        return {item["label"]: str(item.get("documentation", "")) for item in items}

    def hovered(text):
        marked = show(text)
        server.faults()
        return server.at("hover", marked)["contents"]["value"]

    try:
        show("nodes:\n  base: {plugin: source/gaussian, dim: 2}\n  flow: {plugin: source/gaussian, dim: \"${dim}\"}\n")
        assert server.faults() == [], server.faults()

        show("nodes:\n  base:\n    plugin: source/gaussian\n    dimm: 2\n  other: {plugin: source/gaussian, dim: 0}\n"
             "  third: {plugin: source/gausian}\n")
        faults = sorted(server.faults())
        assert [line for line, _ in faults] == [5, 6, 7], faults
        assert "dimm" in faults[0][1] and "minimum of 1" in faults[1][1], faults
        assert "source/gaussian" in faults[2][1], faults

        plugins = completed("nodes:\n  pairs:\n    plugin: |\n")
        assert "Exact optimal transport pairing" in plugins["coupling/ot"], plugins
        assert "ot" not in plugins, plugins

        parameters = completed("nodes:\n  train:\n    plugin: trainer/gradient\n    |\n")
        assert "number of steps -- an integer, at least 1" in parameters["steps"], parameters
        assert "by default 256" in parameters["batch"] and "depth" not in parameters, parameters

        inline = completed("nodes:\n  train:\n    plugin: trainer/gradient\n    optimiser:\n      plugin: |\n")
        assert set(inline) == {"adam", "adamw", "sgd"} | {f"optimiser/{name}" for name in ("adam", "adamw", "sgd")}, inline

        own = completed("nodes:\n  train:\n    plugin: trainer/gradient\n    optimiser:\n      plugin: sgd\n      |\n")
        assert "momentum" in own and "steps" not in own, own

        choices = completed("nodes:\n  train:\n    plugin: trainer/gradient\n    schedule: |\n")
        assert {"constant", "cosine", "linear", "one_cycle"} <= set(choices) and "adam" not in choices, choices

        text = hovered("nodes:\n  train: {plugin: trainer/gradient, st|eps: 5}\n")
        assert "number of steps" in text and "trainer/gradient" in text, text

        show("extends: other.yaml\nnodes:\n  train: {steps: 5}\n  flow: ~\n")
        assert server.faults() == [], server.faults()
    finally:
        server.process.kill()
print("fine")
