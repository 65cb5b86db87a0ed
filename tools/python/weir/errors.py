# tools/python/weir/errors.py -- what cannot be read, in words: which file, and what it has instead.
from __future__ import annotations

import difflib
from typing import Iterable

MOST = 20     # names in one message


def printable(text: str) -> str:
    return "".join(each if each.isprintable() or each == "\n" else "?" for each in text)


class WeirError(Exception):
    """Something that cannot be read. Names in the text are whoever's: none of them commands a terminal."""

    def __init__(self, text: str = ""):
        super().__init__(printable(text))


class NotFound(WeirError, KeyError, AttributeError):
    """A name that a record or a sweep does not have; for `in` and `hasattr` it is what mappings and objects raise."""

    __str__ = Exception.__str__      # KeyError's would put the text in quotes


class WeirWarning(UserWarning):
    """What a run warns of: weir.run gives each by warnings.warn."""


class NotWritten(WeirError):
    """An output of a node that did not finish: its run goes on, failed or was interrupted."""


def listed(names: Iterable[object]) -> str:
    texts = [str(name) for name in names]
    more = [f"and {len(texts) - MOST} more"] if len(texts) > MOST else []
    return ", ".join(texts[:MOST] + more) or "nothing"


def nearest(name: object, names: Iterable[object], start: str = "") -> str:
    """A closing question, if one of the names is much like this one; `start` is what both have before them."""
    close = difflib.get_close_matches(str(name), [str(each) for each in names], 1)
    return f"; did you mean '{start}{close[0]}'?" if close else ""
