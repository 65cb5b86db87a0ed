# tools/python/weir/running.py -- weir.run, weir.plan, weir.validate: the program's own verbs, their results as objects.
from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import threading
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Union

from .errors import WeirError, WeirWarning, printable
from .faults import InvalidPipeline, RunFailed, faults_of
from .notebook import Bar
from .opening import open
from .program import file_of, looked_at, options, program, settings
from .record import Record, let_go
from .sweep import Sweep

Pipeline = Union[str, os.PathLike, Mapping[str, Any]]      # a file, or what a file would hold
JUDGED_NO, INVALID = 1, 2      # exit codes


def validate(pipeline: Pipeline, set: Mapping[str, Any] | None = None, **more: Any) -> None:
    """Raises InvalidPipeline with every fault of the pipeline, each at its line and column. `more`: device, plugin_path, trust."""
    with looked_at(pipeline) as file:
        check(file, [*settings(set), *options(**more)])


def plan(pipeline: Pipeline, set: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """What would run, with every default filled in. Raises InvalidPipeline. `more` as of validate."""
    with looked_at(pipeline) as file:
        words = [*settings(set), *options(**more)]
        check(file, words)
        return json.loads(asked("plan", file, "--format", "json", *words).stdout)


def run(pipeline: Pipeline, set: Mapping[str, Any] | None = None, out: str | os.PathLike | None = None, *, jobs: int | None = None,
        force: bool = False, progress: bool | Callable[[dict[str, Any]], None] = True, device: str | None = None,
        threads: int | None = None, plugin_path: Iterable[str | os.PathLike] = (),
        trust: Iterable[str | os.PathLike] = ()) -> Record | Sweep:
    """Runs a pipeline and opens what it recorded: a Record, or the Sweep of a pipeline with a sweep. As `weir run` does:

    what is finished is not done again, and an interrupted or failed run goes on. `set` is {"train.steps": 100, ...}; `out` the
    record or folder. A dictionary is written to NAME.yaml in the working directory first. `progress`: a bar on a terminal and in a
    notebook, a function that is given each event, or False. An expectation that is not met raises nothing: `.summary` of what is
    returned has the verdicts. What the run warns of is a WeirWarning, whatever `progress` is. Raises InvalidPipeline, RunFailed, and KeyboardInterrupt once the run has stopped at its last commit.
    """
    file = file_of(pipeline)
    same = [*settings(set), *options(device=device, threads=threads, plugin_path=plugin_path, trust=trust)]
    words = [program(), "run", str(file), *same, *options(out=out, jobs=jobs, force=force), "--progress", "json"]
    with Bar(progress if callable(progress) else None, shown=progress is True) as heard:
        def hear(event: dict[str, Any]) -> None:
            if event["event"] == "warning":
                heard.clear()      # the text begins a line of its own
                told = (event[part] for part in ("run", "node", "text"))
                warnings.warn(printable(": ".join(filter(None, told))), WeirWarning, stacklevel=4)      # the caller of weir.run
            heard(event)
        exit, summary, said = followed(words, hear)
    if exit == INVALID and summary is None:
        check(file, same)      # which has them one by one
        raise InvalidPipeline(said)
    if summary is None:
        raise RunFailed(said, exit)
    if exit not in (0, JUDGED_NO) and not os.path.exists(summary["out"]):
        raise RunFailed(said, exit)
    with let_go(summary["out"]):
        result = open(summary["out"])
    result.summary = summary
    if exit not in (0, JUDGED_NO):
        raise RunFailed(said, exit, result)
    return result


def check(file: pathlib.Path, words: list[str]) -> None:
    done = asked("validate", file, "--format", "json", *words)
    if done.returncode == INVALID:
        try:
            faults = faults_of(json.loads(done.stdout))
        except ValueError:      # of the command line
            raise WeirError(done.stderr.strip()) from None
        raise InvalidPipeline(asked("validate", file, *words).stderr.strip() or "\n".join(map(str, faults)), faults)
    if done.returncode != 0:
        raise WeirError(done.stderr.strip())


def asked(verb: str, file: pathlib.Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program(), verb, str(file), *words], capture_output=True, text=True, encoding="utf-8", errors="replace")


def followed(words: list[str], heard: Callable[[dict[str, Any]], None]) -> tuple[int, dict[str, Any] | None, str]:
    """Exit code, the summary (its last line of events), and what was said on standard error. Ctrl-C stops it as on a terminal."""
    # In a group of its own: a terminal's Ctrl-C would reach it twice, and the second one kills.
    running = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace",
                               start_new_session=True)
    said: list[str] = []
    errors = threading.Thread(target=lambda: said.extend(running.stderr), daemon=True)
    errors.start()
    summary, stopped = None, False
    ends: list[str] = []      # of runs that failed, which are events and no words
    lines = iter(running.stdout)
    try:
        while True:
            try:
                event = json.loads(next(lines))
                if event["event"] == "summary":
                    summary = event
                else:
                    heard(event)
                    if event["event"] == "run_ended" and event["message"]:
                        ends.append(f"{event['run']}{': ' * bool(event['run'])}{event['message']}")
            except StopIteration:
                break
            except KeyboardInterrupt:
                running.send_signal(signal.SIGKILL if stopped else signal.SIGINT)
                stopped = True
        exit = running.wait()
    except BaseException:      # of who listens: the run stops as on Ctrl-C, and goes on with the next call
        running.send_signal(signal.SIGINT)
        running.stdout.close()
        running.wait()
        raise
    errors.join()
    running.stdout.close()
    running.stderr.close()
    if stopped:
        raise KeyboardInterrupt("stopped; the same call goes on")
    return exit, summary, "\n".join([*ends, "".join(said).strip()]).strip()
