# tools/python/weir/notebook.py -- how a run goes on, in one line of a notebook or a terminal; and results as HTML.
from __future__ import annotations

import html
import sys
from collections.abc import Callable, Iterable
from typing import Any

from .errors import printable
from .installed import module


def is_notebook() -> bool:
    interactive = module("IPython")
    shell = interactive.get_ipython() if interactive else None
    return shell is not None and shell.__class__.__name__ == "ZMQInteractiveShell"


class Bar:
    """Hears events of runs; shows where they are, if it may: renewed in place, and gone at the end."""

    def __init__(self, also: Callable[[dict[str, Any]], None] | None, shown: bool):
        notebook = is_notebook()
        self._also, self._runs, self._ended, self._handle = also, {}, 0, None
        self._terminal = shown and not notebook and sys.stderr.isatty()
        self._notebook = shown and notebook

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def clear(self) -> None:
        if self._terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def __call__(self, event: dict[str, Any]) -> None:
        if self._also:
            self._also(event)
        run = event.get("run", "")
        if event["event"] == "progress":
            values = ", ".join(f"{name} {'nan' if value is None else format(value, '.4g')}" for name, value in event["values"].items())
            self._runs[run] = f"{event['node']} {event['step']} of {event['total']}{'   ' * bool(values)}{values}"
        elif event["event"] == "run_ended":
            self._runs.pop(run, None)
            self._ended += 1
        elif event["event"] != "started":
            return
        else:
            self._runs[run] = event["node"]
        self._show()

    def text(self) -> str:
        ended = f"{self._ended} ended   " if self._ended else ""
        return printable(ended + "   |   ".join(f"{run}{': ' * bool(run)}{at}" for run, at in self._runs.items()))

    def _show(self) -> None:
        if self._terminal:
            print(f"\r\x1b[K{self.text()[:100]}", end="", file=sys.stderr, flush=True)
        elif self._notebook:
            display = module("IPython.display")
            line = display.HTML(f"<code>{html.escape(self.text())}</code>")
            if self._handle is None:
                self._handle = display.display(line, display_id=True)
            else:
                self._handle.update(line)


def table(title: str, head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """As Jupyter shows it."""
    cells = lambda tag, row: "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>" for cell in row)
    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<p>{html.escape(title)}</p><table><thead><tr>{cells('th', head)}</tr></thead><tbody>{body}</tbody></table>"
