# tools/report/record.py -- one record (HDF5 file) read: its state, its nodes, its traces and tensors.
#
# Everything comes from the record itself, by the names in its /schema; neither Weir nor a plugin is needed.
import dataclasses
import functools

import h5py
import numpy as np

from weir import WeirError, hdf5      # tools/python, which __main__.py finds
from weir.committed import written
from weir.hdf5 import FAULTS


class ReportError(Exception):
    """Ends the program: an exit code as in tools/system/exit.hpp, and the whole text for the user."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


INVALID, MISSING, IO_FAILED = 2, 3, 4

# Beside an estimate x: its standard error, how many, and which rows.
SIBLINGS = ("_se", "_n", "_id")


@dataclasses.dataclass(frozen=True)
class Dataset:
    node: str
    name: str
    path: str
    unit: str
    description: str
    axes: tuple     # names of the axes; a trace's steps come before them
    trace: bool
    index: int      # into /schema's datasets

    @property
    def what(self):
        return f"{self.node}.{self.name}"


class Record:
    def __init__(self, path):
        self.path = path
        self.file = hdf5.open_file(path)
        if not hdf5.attribute(self.file, "weir_format") or not hdf5.has(self.file, "schema"):
            raise ReportError(IO_FAILED, f"{path} is an HDF5 file, but no record: give a file that `weir run` wrote, "
                              "or the folder of a sweep")
        self.resolved = hdf5.read_json(self.file, "pipeline/resolved_json")
        if not isinstance(self.resolved, dict) or not isinstance(self.resolved.get("nodes"), dict):
            raise ReportError(IO_FAILED, f"{path}: /pipeline/resolved_json is no pipeline: the record is damaged")
        schema = hdf5.schema(self.file)
        self.nodes = schema["nodes"]
        declared = [Dataset(d["node"], d["name"], d["path"], d["unit"], d["description"], tuple(d["axes"]), d["trace"], i)
                    for i, d in enumerate(schema["datasets"])]
        self._declared = len(declared)
        self.datasets = [d for d in declared if hdf5.has(self.file, d.path)]
        self._by_name = {d.what: d for d in self.datasets}

    def text(self, path):
        return hdf5.text(self._at(path)) if hdf5.has(self.file, path) else ""

    def _at(self, path):
        return hdf5.find(self.file, path)

    @property
    def status(self):
        return self.text("status")

    @property
    def message(self):
        return self.text("message")

    @property
    def finished(self):
        return self.status == "finished"

    @property
    def last_written(self):
        """Unix time in nanoseconds."""
        beat = np.ravel(hdf5.values(self._at("heartbeat")))
        if beat.size < 4 or beat.dtype.kind not in "iu":
            raise ReportError(IO_FAILED, f"{self.path}: /heartbeat holds no four whole numbers: the record is damaged")
        return int(beat[0])

    def attribute(self, name, path="/"):
        return hdf5.attribute(self.file if path == "/" else self._at(path), name)

    def columns(self, path):
        """A table of the record: parallel columns, as one dictionary per row."""
        return hdf5.table(hdf5.find(self.file, path, h5py.Group)) if hdf5.has(self.file, path) else []

    def dataset(self, what):
        return self._by_name.get(what)

    def sibling(self, dataset, suffix):
        return self._by_name.get(dataset.what + suffix)

    def reason(self, dataset):
        """Why a number is infinite or missing, if the plugin said so."""
        return str(self.attribute(dataset.name + "_reason", dataset.path) or self.attribute("reason", dataset.path))

    def written(self, dataset):
        """Of a run that has not finished, tensors of nodes that did not end hold their fill value."""
        return self._written[dataset.index]

    @functools.cached_property
    def _written(self):
        return written(self.file, self.finished, self._declared)

    def values(self, dataset):
        return hdf5.values(self._at(dataset.path))

    def shape(self, dataset):
        return self._at(dataset.path).shape or ()

    def steps(self, dataset):
        """Of a trace, without its rows."""
        return np.ravel(hdf5.values(self._at(dataset.path.removesuffix("value") + "step")))

    def trace(self, dataset):
        """Steps and rows; of a record that is being written, those that both have."""
        step, value = hdf5.values(self._at(dataset.path.removesuffix("value") + "step")), hdf5.values(self._at(dataset.path))
        if np.ndim(step) != 1 or np.ndim(value) < 1:
            raise ReportError(IO_FAILED, f"{self.path}: {dataset.path} and its steps are no rows: the record is damaged")
        rows = min(len(step), len(value))
        return step[:rows], value[:rows]

    def scale(self, dataset, axis):
        """Where the entries of an axis lie, such as the times of bins; None where they only have numbers."""
        found = self._at(dataset.path)
        places = hdf5.scale(found, axis) if found.ndim > axis else None
        return None if places is None else np.asarray(places, float)

    def entry_names(self, dataset):
        """Names of the entries of a trace's second axis, such as layers, where the plugin gave them."""
        axis = dataset.axes[0] if dataset.axes else ""
        words = str(self.attribute(axis + "s", dataset.path)).split()
        return words if len(words) == self.shape(dataset)[1] else [f"{axis} {i}" for i in range(self.shape(dataset)[1])]

    def node_params(self, path):
        return next((node.get("params", {}) for node in self.nodes if node["node"] == path), {})

    def plugin(self, path):
        return next((node["plugin"] for node in self.nodes if node["node"] == path), "")
