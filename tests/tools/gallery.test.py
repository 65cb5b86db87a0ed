# tests/tools/gallery.test.py -- tools/gallery: reports of pipelines in short forms, and a page whose links lead to them.
#
# Exit 77: Python lacks what the report needs (apt-get install python3-h5py python3-matplotlib python3-jinja2).
import html
import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import tempfile

missing = [name for name in ("h5py", "matplotlib", "jinja2") if importlib.util.find_spec(name) is None]
if missing:
    print(f"skipped: {sys.executable} lacks {', '.join(missing)}")
    sys.exit(77)

ROOT = pathlib.Path(os.environ["WEIR_SOURCE_DIR"])
BAD = "# A pipeline that <b>fails</b>.\nname: bad\nnodes:\n  x: {plugin: source/array, file: none.npy}\n"
ONE = "# A single run, without a sweep.\nname: one\nnodes:\n  x: {plugin: source/gaussian, dim: 2}\n  y: {plugin: coupling/independent, source: x, target: x, draw: {fixed: 4}}\n"


def gallery(out, *words, code=0):
    done = subprocess.run([sys.executable, ROOT / "tools/gallery", "-o", out, "--weir", pathlib.Path(os.environ["WEIR_BIN_DIR"]) / "weir", *map(str, words)],
                          capture_output=True, text=True, env=os.environ | {"WEIR_PYTHON": sys.executable})
    assert done.returncode == code, done
    return done


with tempfile.TemporaryDirectory(prefix="weir-gallery.") as folder:
    work = pathlib.Path(folder)
    (work / "bad.yaml").write_text(BAD)
    (work / "one.yaml").write_text(ONE)
    out = work / "pages"
    words = ("--smoke", "--jobs", "2", ROOT / "pipelines/related/straight_pairs.yaml", work / "bad.yaml", work / "one.yaml")
    done = gallery(out, *words, code=3)
    page = (out / "index.html").read_text()
    links = re.findall(r'href="([^"]*)"', page)
    assert links == ["data:,", "straight_pairs.html", "one.html"], links
    for link in links[1:]:
        assert "Weir report" in (out / link).read_text()
    text = html.unescape(re.sub(r"<[^>]*>", "", page.partition("</head>")[2]))
    assert "When the pairs that a rectified flow makes are straight: the derivative J of the flow" in text and "its numbers mean nothing" in text
    assert "A pipeline that <b>fails</b>." in text and "<b>fails" not in page and "weir run ended with 2: " in text and "none.npy" in text, text
    assert "2 pipelines as they are shipped" in text and "Content-Security-Policy" in page
    # The same command goes on: what is finished is not run again.
    record = out / "runs/one.h5"
    before = record.stat().st_mtime_ns
    gallery(out, *words[:3], work / "one.yaml")
    assert record.stat().st_mtime_ns == before
    assert re.findall(r'href="([^"]*)"', (out / "index.html").read_text()) == links, "pages of an earlier call are gone"
    (work / "other").mkdir()
    (work / "other/one.yaml").write_text(ONE)
    assert "one.yaml have one name, and so one page" in gallery(out, work / "other/one.yaml", code=2).stderr
    assert "gallery: cannot write" in gallery(work / "one.yaml/pages", work / "one.yaml", code=4).stderr
    assert "there is no pipeline" in gallery(out, work / "no.yaml", code=2).stderr
    assert "left out: its short form wants faces" in gallery(work / "faces", "--smoke", ROOT / "pipelines/paper/table2_faces.yaml").stdout
print("fine")
