# tools/bench/timing.py -- processor time of programs, side by side.
import dataclasses
import json
import os
import pathlib
import resource
import statistics
import subprocess
import tempfile
import typing

# One thread everywhere: ratios of threads that wait for each other say nothing.
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}


@dataclasses.dataclass
class Row:
    title: str
    sides: dict[str, typing.Callable[[], float]]    # seconds for one unit of work, "Weir" among them; each call measures anew
    unit: str                                       # of that work: "step", "plan"
    flops: float = 0                                # of it, in matrix products; 0 where it is none
    check: str = ""                                 # what was compared before, and how near it was
    times: dict[str, list[float]] = dataclasses.field(default_factory=dict)
    gemm: float = 0                                 # operations a second of a product of two 1024 x 1024 matrices, between the rounds

    def median(self, side):
        return statistics.median(self.times[side])

    def ratio(self, side, to="Weir"):
        """Of the medians, and the least and the greatest of the rounds."""
        rounds = [one / other for one, other in zip(self.times[side], self.times[to], strict=True)]
        return self.median(side) / self.median(to), min(rounds), max(rounds)


class Peer:
    """A process of the peers' Python that does a piece of work when it is told to: peers.py."""

    def __init__(self, bench, name, **parameters):
        self.process = subprocess.Popen(["taskset", "-c", str(bench.core), bench.peers, pathlib.Path(__file__).parent / "peers.py", name, json.dumps(parameters)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | ONE_THREAD)
        self.ready = self.told()            # what it says of itself: numbers for the check

    def told(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the peer ended with {self.process.wait()}: {' '.join(map(str, self.process.args))}")
        return json.loads(line)

    def work(self):
        """Does a piece of work: {"seconds": ..., ...}."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.told()

    def __call__(self):
        return self.work()["seconds"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Bench:
    def __init__(self, weir, peers, core, repeat, quick):
        self.weir, self.peers, self.core, self.repeat, self.quick = weir, peers, core, repeat, quick
        self.kept = tempfile.TemporaryDirectory(prefix="weir-bench-")
        self.folder = pathlib.Path(self.kept.name)
        self.gemm_rates = []
        self.gemm = None

    def work(self, whole):
        """How much of a piece of work is done: all of it, or a tenth for a look."""
        return max(1, whole // 10) if self.quick else whole

    def run(self, name, pipeline, *words, wall=False, cores=None):
        """Runs a pipeline; seconds of processor time of all its processes, or of the clock."""
        file = self.folder / f"{name}.yaml"
        file.write_text(pipeline)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begun = os.times().elapsed
        done = subprocess.run(["taskset", "-c", cores or str(self.core), self.weir, "run", file, "--force", "--progress", "none", *words],
                              cwd=self.folder, env=os.environ | ONE_THREAD, capture_output=True, text=True)
        elapsed = os.times().elapsed - begun
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != 0:
            raise RuntimeError(f"{file} ended with {done.returncode}:\n{done.stderr}")
        return elapsed if wall else after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def per_unit(self, name, pipeline, short, long):
        """Seconds for one of what `pipeline(n)` does n of: the difference of a long and a short run, so that starting does not count."""
        def measure():
            return (self.run(name, pipeline(long)) - self.run(name, pipeline(short))) / (long - short)
        return measure

    def peer(self, name, **parameters):
        return Peer(self, name, **parameters)

    def measured(self, row):
        """The row with its times: one side after the other in each round, and the rate of matrix products between them."""
        self.gemm = self.gemm or self.peer("gemm")
        for _ in range(self.repeat):
            self.gemm_rates.append(1 / self.gemm())
            for side, measure in row.sides.items():
                row.times.setdefault(side, []).append(measure())
        for measure in row.sides.values():
            if isinstance(measure, Peer):
                measure.close()
        row.gemm = statistics.median(self.gemm_rates[-self.repeat:])
        return row
