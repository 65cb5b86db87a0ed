# tools/python/weir/columns.py -- parallel columns: a DataFrame of pandas where it is installed, else a dictionary of arrays.
from __future__ import annotations

from typing import Any, Mapping

import numpy as np

from .installed import module


class Columns(dict):
    """Stands in for pandas.DataFrame: name -> array, all of one length; columns are attributes as well."""
    attrs: Mapping[str, Any] = {}

    def __getattr__(self, name: str) -> np.ndarray:
        if name in self:
            return self[name]
        raise AttributeError(f"no column '{name}'; there are: {', '.join(self)}")


def frame(columns: Mapping[str, np.ndarray], attrs: Mapping[str, Any] | None = None) -> Any:
    pandas = module("pandas")
    made: Any = Columns(columns) if pandas is None else pandas.DataFrame(dict(columns))
    made.attrs = dict(attrs or {})
    return made
