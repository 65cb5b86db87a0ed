# tools/python/weir/faults.py -- what is wrong with a pipeline, each fault with its place; and a run that did not end well.
from __future__ import annotations

import dataclasses
import html
import os
from typing import Any

from .errors import WeirError, printable


@dataclasses.dataclass(frozen=True)
class Fault:
    """One fault of a pipeline: `weir explain CODE` has a page on each code. Lines and columns count from 1; 0 is the file as a whole."""
    file: str
    line: int
    column: int
    code: str
    message: str
    remedy: str
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f":{self.line}:{self.column}" if self.line else ""
        return f"{self.file}{place}: {self.code}: {self.message}{': ' * bool(self.remedy)}{self.remedy}"


class InvalidPipeline(WeirError):
    """Raised before anything runs. `.faults` has all of them; the text is that of the program, with the lines shown."""

    def __init__(self, text: str, faults: tuple[Fault, ...] = ()):
        super().__init__(text)
        self.faults = faults

    def told_of(self, file: str, name: str) -> InvalidPipeline:
        """The same with another name for that file, which nobody has written. Lines are those of the dictionary as indented JSON."""
        def named(text: str) -> str:
            return text.replace(file, name).replace(os.path.basename(file), name)
        return InvalidPipeline(named(str(self)), tuple(
            dataclasses.replace(each, file=named(each.file), message=named(each.message), remedy=named(each.remedy),
                                notes=tuple(map(named, each.notes))) for each in self.faults))

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


class RunFailed(WeirError):
    """A run that ended otherwise than finished. `.exit` is the program's exit code; what was recorded is in `.result`, or None."""

    def __init__(self, text: str, exit: int, result: Any = None):
        super().__init__(text)
        self.exit, self.result = exit, result


def faults_of(listed: list[dict[str, Any]]) -> tuple[Fault, ...]:
    """From what `weir validate --format json` says of each file."""
    return tuple(Fault(each["file"], each.get("line", 0), each.get("column", 0), each["code"], printable(each["message"]),
                       printable(each.get("remedy", "")), tuple(map(printable, each.get("notes", []))))
                 for file in listed for each in file["faults"])
