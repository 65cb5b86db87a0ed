# tools/python/weir/installed.py -- modules that make reading nicer where they are installed.
from __future__ import annotations

import functools
import importlib
from typing import Any


@functools.lru_cache(maxsize=None)
def module(name: str) -> Any:
    """None where it, or one that it needs, is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
