# tools/bench/runs.py -- what a run costs beside its computation: a sweep of a thousand, and the 44 of figure 4.
import pathlib

from timing import Row

TITLE = "Many small runs"
WORDS = """Time by the clock for each run of a sweep, two at once on two cores, records, tables and all; against one run of the same pipeline by itself."""
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

SMALL = """name: small
nodes:
  base:  {plugin: source/gaussian, dim: 2}
  data:  {plugin: source/mixture, set: two_moons}
  pairs: {plugin: coupling/independent, source: base, target: data, draw: {fixed: 64}}
  w2:    {plugin: metric/w2, samples: pairs.x0, points: pairs.x1}
report: {w2.w2: mean}
"""


def rows(bench):
    count = bench.work(1000)
    alone = lambda: bench.run("small", SMALL, wall=True)                                                     # noqa: E731
    many = lambda: bench.run("many", SMALL + f"sweep: {{seed: {{count: {count}}}}}\n", "--jobs", "2", wall=True, cores="0-1") / count    # noqa: E731
    yield Row(f"a sweep of {count}", {"Weir": many, "one run": alone}, "run")
    figure = (ROOT / "pipelines/paper/figure4.yaml").read_text()
    yield Row("figure4.yaml, 44 runs", {"Weir": lambda: bench.run("figure4", figure, "--jobs", "2", wall=True, cores="0-1") / 44, "one run": alone}, "run")
