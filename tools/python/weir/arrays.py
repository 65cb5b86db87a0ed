# tools/python/weir/arrays.py -- arrays whose axes have names: xarray's where it is installed, else a small one of our own.
from __future__ import annotations

import dataclasses
from typing import Any, Mapping

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from .installed import module


@dataclasses.dataclass(frozen=True, eq=False)
class LabelledArray(NDArrayOperatorsMixin):
    """Stands in for xarray.DataArray. NumPy takes it as an array; what is computed from it, and its parts, are plain arrays."""
    values: np.ndarray
    name: str
    dims: tuple[str, ...]
    coords: Mapping[str, np.ndarray]      # of those axes whose entries lie somewhere, such as at times
    attrs: Mapping[str, Any]

    @property
    def units(self) -> str:
        return self.attrs.get("units", "")

    @property
    def long_name(self) -> str:
        return self.attrs.get("long_name", "")

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    @property
    def dtype(self) -> np.dtype:
        return self.values.dtype

    @property
    def ndim(self) -> int:
        return self.values.ndim

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.array(self.values, dtype) if copy else np.asarray(self.values, dtype)

    def __array_ufunc__(self, function: np.ufunc, method: str, *inputs: Any, **arguments: Any) -> Any:
        plain = (each.values if isinstance(each, LabelledArray) else each for each in inputs)
        return getattr(function, method)(*plain, **arguments)

    def __getitem__(self, index: Any) -> Any:
        return self.values[index]

    def __len__(self) -> int:
        return len(self.values)

    def __float__(self) -> float:
        return float(self.values)

    def __int__(self) -> int:
        return int(self.values)

    def item(self) -> Any:
        return self.values.item()

    def __repr__(self) -> str:
        axes = ", ".join(f"{dim}: {size}" for dim, size in zip(self.dims, self.shape))
        return f"<{self.name} ({axes}) {self.dtype}, {self.long_name}, in units of {self.units}>\n{self.values!r}"


def labelled(name: str, values: np.ndarray, dims: tuple[str, ...], coords: Mapping[str, np.ndarray],
             attrs: Mapping[str, Any]) -> Any:
    xarray = module("xarray")
    if xarray is None:
        return LabelledArray(values, name, dims, coords, attrs)
    return xarray.DataArray(values, {dim: (dim, at) for dim, at in coords.items()}, dims, name, dict(attrs))
