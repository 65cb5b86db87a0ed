# tests/tools/bench.test.py -- tools/bench: its pipelines run, its ratios and its page are right. The peers are not asked.
#
# Exit 77: Python lacks h5py (apt-get install python3-h5py).
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile

if importlib.util.find_spec("h5py") is None:
    print(f"skipped: {sys.executable} lacks h5py")
    sys.exit(77)

ROOT = pathlib.Path(os.environ["WEIR_SOURCE_DIR"])
WEIR = pathlib.Path(os.environ["WEIR_BIN_DIR"]) / "weir"
sys.path.insert(0, str(ROOT / "tools/bench"))

import gradvar  # noqa: E402
import numpy  # noqa: E402
import page  # noqa: E402
import runs  # noqa: E402
import step  # noqa: E402
import transport  # noqa: E402
from timing import Bench, Row  # noqa: E402


def test_arguments():
    for words, said in ((["nonsense"], "there is no kind nonsense; there are step, gradvar"), (["--weir", "/none"], "there is no /none: build it")):
        done = subprocess.run([sys.executable, ROOT / "tools/bench", *words], capture_output=True, text=True)
        assert done.returncode == 2 and said in done.stderr, done


def test_pipelines():
    """Each in a short form; what a longer one takes more is counted for what it does more."""
    bench = Bench(WEIR, None, 0, 1, True)
    points = step.points(bench)
    assert numpy.load(points).shape == (10000, 2)
    for name in ("a", "b"):
        numpy.save(bench.folder / f"{name}-16-2.npy", numpy.random.default_rng(1).normal(size=(16, 2)))
    for text in (step.pipeline(points, 8, 16, 3, probes=gradvar.probe(2)), transport.batches("ot", 8, 3, 2), transport.batches("independent", 8, 3, 2),
                 transport.fixed(bench.folder, 16, 2, 2), runs.SMALL):
        assert bench.run("short", text, "-o", "short.h5") > 0
    count = []
    bench.run = lambda name, text: count.append(int(text)) or 2.0 + 0.5 * int(text)        # a start, and so much for each
    assert bench.per_unit("any", str, 4, 24)() == 0.5 and count == [24, 4]


def test_page():
    row = Row("width 8", {"Weir": None, "other": None}, "step", flops=2e6, check="losses alike", times={"Weir": [0.002, 0.001, 0.004], "other": [0.004, 0.003, 0.004]})
    assert row.ratio("other") == (2.0, 1.0, 3.0)
    row.gemm = 4e9
    text = page.section(step, [row])
    assert "| | Weir | other | of the GEMM rate |\n" in text and "| width 8 | 2 ms a step | 2.00 (1.00 to 3.00) | 25% of 4 GF/s |\n" in text, text
    assert "- width 8: losses alike\n" in text, text
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "BENCHMARKS.md"
        bench = Bench(WEIR, None, 0, 3, False)
        page.write(file, {"step": text}, bench)
        page.write(file, {"runs": "## Many small runs\n\n17 ms\n"}, bench)
        page.write(file, {"runs": "## Many small runs\n\nsecond\n"}, bench)
        said = file.read_text()
        assert said.count("## A training step\n") == 1 and "17 ms" not in said and said.count("## ") == 2 and "medians of 3 rounds" in said, said


for name, test in list(globals().items()):
    if name.startswith("test_"):
        print(name, flush=True)
        test()
print("fine")
