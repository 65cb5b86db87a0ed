# tests/tools/site.test.py -- tools/site: every link of every page leads somewhere, every plugin, fault, law and pipeline has a page.
#
# Exit 77: Python lacks markdown (apt-get install python3-markdown).
import html.parser
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.parse

if importlib.util.find_spec("markdown") is None:
    print(f"skipped: {sys.executable} lacks markdown")
    sys.exit(77)

ROOT = pathlib.Path(os.environ["WEIR_SOURCE_DIR"])
WEIR = pathlib.Path(os.environ["WEIR_BIN_DIR"]) / "weir"


class Page(html.parser.HTMLParser):
    def __init__(self, file):
        super().__init__()
        self.links, self.ids, self.text = [], [], ""
        self.feed(file.read_text())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        assert tag not in ("script", "iframe", "object"), tag
        self.links += [(tag, attributes[key]) for key in ("href", "src") if key in attributes]
        self.ids += [attributes["id"]] if "id" in attributes else []

    def handle_data(self, data):
        self.text += data


def dead(folder):
    """(page, link) of each that leads nowhere in the folder, or makes a reader's browser ask another machine by itself."""
    pages = {file.resolve(): Page(file) for file in folder.rglob("*.html")}
    for file, page in pages.items():
        for tag, link in page.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme:
                if tag != "a" and parts.scheme != "data":
                    yield file, link
                continue
            to = (file.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else file
            if not to.is_file() or not to.is_relative_to(folder.resolve()) or (parts.fragment and to in pages and parts.fragment not in pages[to].ids):
                yield file, link
        assert len(page.ids) == len(set(page.ids)), f"{file}: an id stands twice"


with tempfile.TemporaryDirectory(prefix="weir-site.") as folder:
    out = pathlib.Path(folder) / "site"
    done = subprocess.run([sys.executable, "-B", ROOT / "tools/site", "-o", out, "--weir", WEIR], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = [f"{file.relative_to(out.resolve())}: {link}" for file, link in dead(out)]
    assert not found, "\n".join(found)

    targets = {(file.parent / link.partition("#")[0]).resolve().relative_to(out.resolve()).as_posix() + link[link.find("#"):] * ("#" in link)
               for file in out.rglob("*.html") for tag, link in Page(file).links if tag == "a" and ":" not in link}
    plugins = json.loads(subprocess.run([WEIR, "plugins", "--format", "json"], check=True, capture_output=True, text=True).stdout)["plugins"]
    for each in plugins:
        assert f"plugins/{each['kind']}.html#{each['kind']}-{each['name']}" in targets, each["name"]
    for code in (ROOT / "tools/explain").glob("W*.md"):
        assert f"faults/{code.stem}.html" in targets, code
    for file in (ROOT / "pipelines").rglob("*.yaml"):
        page = Page(out / file.relative_to(ROOT).with_suffix(".html"))
        assert file.read_text().strip() in page.text, file      # as it is written
    assert "how far at most the cost lies above the optimum" in Page(out / "plugins/coupling.html").text
    assert "row i depends on x[i] and t[i] alone" in Page(out / "laws/field.html").text
    assert '../plugins/source.html#source-gaussian' in (out / "faults/W203.html").read_text()      # from an example to the plugin

    # What the test would find: a page that is gone, a place that is not there.
    (out / "faults/W203.html").unlink()
    assert any(link.endswith("W203.html") for _, link in dead(out))
    (out / "changelog.html").write_text('<a href="index.html#nowhere">x</a> <img src="https://weir.example/x.png">')
    assert {link for _, link in dead(out)} >= {"index.html#nowhere", "https://weir.example/x.png"}
    (out / "file").write_text("")
    refused = subprocess.run([sys.executable, "-B", ROOT / "tools/site", "-o", out / "file", "--weir", WEIR], capture_output=True, text=True)
    assert refused.returncode == 4 and "site: cannot write" in refused.stderr, refused
    refused = subprocess.run([sys.executable, "-B", ROOT / "tools/site", "-o", ROOT / "pipelines", "--weir", WEIR], capture_output=True, text=True)
    assert refused.returncode == 2 and "lies among the sources" in refused.stderr, refused
print("fine")
