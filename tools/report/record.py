# tools/report/record.py -- one record (HDF5 file) read: its state, its nodes, its traces and tensors.
#
# Everything comes from the record itself, by the names in its /schema; neither Weir nor a plugin is needed.
import dataclasses
import json
import os

os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")   # a reader's lock would keep an interrupted run from going on
import h5py
import numpy as np


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

    @property
    def what(self):
        return f"{self.node}.{self.name}"


class Record:
    def __init__(self, path):
        self.path = path
        try:
            self.file = h5py.File(path, "r", swmr=True)
        except OSError as error:
            raise ReportError(IO_FAILED, f"{path}: not an HDF5 file that can be read: {error}\n"
                              f"if its run was killed: weir repair {path}") from None
        if "weir_format" not in self.file.attrs or "schema" not in self.file:
            raise ReportError(IO_FAILED, f"{path} is an HDF5 file, but no record: give a file that `weir run` wrote, "
                              "or the folder of a sweep")
        self.resolved = json.loads(self.text("pipeline/resolved_json"))
        schema = json.loads(self.text("schema"))
        self.nodes = schema["nodes"]
        declared = [Dataset(d["node"], d["name"], d["path"], d.get("unit", ""), d.get("description", ""),
                            tuple(d.get("axes", ())), d.get("trace", False)) for d in schema["datasets"]]
        self.datasets = [d for d in declared if d.path in self.file]
        self._by_name = {d.what: d for d in self.datasets}

    def text(self, path):
        return self.file[path][:].tobytes().decode("utf-8", "replace") if path in self.file else ""

    def _fixed(self, path):
        value = self.file[path][()] if path in self.file else b""
        return value.decode("ascii", "replace").rstrip("\0")

    @property
    def status(self):
        return self._fixed("status")

    @property
    def message(self):
        return self._fixed("message")

    @property
    def finished(self):
        return self.status == "finished"

    def attribute(self, name, path="/"):
        value = self.file[path].attrs.get(name, b"")
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value

    def columns(self, path):
        """A table of the record: parallel columns, as one dictionary per row."""
        if path not in self.file:
            return []
        group = self.file[path]
        cells = {name: [v.decode() if isinstance(v, bytes) else v for v in group[name][:]] for name in group}
        return [dict(zip(cells, row)) for row in zip(*cells.values())]

    def dataset(self, what):
        return self._by_name.get(what)

    def sibling(self, dataset, suffix):
        return self._by_name.get(dataset.what + suffix)

    def reason(self, dataset):
        """Why a number is infinite or missing, if the plugin said so."""
        attributes = self.file[dataset.path].attrs
        value = attributes.get(dataset.name + "_reason", attributes.get("reason", b""))
        return value.decode() if isinstance(value, bytes) else str(value)

    def written(self, dataset):
        """Of a run that has not finished, tensors of nodes that did not end hold their fill value."""
        if self.finished:
            return True
        if dataset.trace:
            return self.shape(dataset)[0] > 0
        beside = [d for d in self.datasets
                  if d.node == dataset.node and not d.trace and self.file[d.path].dtype.kind == "f"]
        return any(not np.isnan(self.values(d)).all() for d in beside) if beside else bool(np.any(self.values(dataset)))

    def values(self, dataset):
        return self.file[dataset.path][()]

    def shape(self, dataset):
        return self.file[dataset.path].shape

    def trace(self, dataset):
        """Steps and rows; of a record that is being written, those that both have."""
        group = self.file[dataset.path.rsplit("/", 1)[0]]
        step, value = group["step"][:], group["value"][:]
        rows = min(len(step), len(value))
        return step[:rows], value[:rows]

    def scale(self, dataset):
        """Where the entries of a trace's second axis lie, such as the times of bins; None where they only have numbers."""
        dimensions = self.file[dataset.path].dims
        if len(dimensions) < 2 or not len(dimensions[1]):
            return None
        scale = dimensions[1][0]
        if scale.attrs.get("NAME", b"").startswith(b"This is a netCDF dimension but not"):
            return None
        return np.asarray(scale[:], float)

    def entry_names(self, dataset):
        """Names of the entries of a trace's second axis, such as layers, where the plugin gave them."""
        axis = dataset.axes[0] if dataset.axes else ""
        words = str(self.attribute(axis + "s", dataset.path)).split()
        return words if len(words) == self.shape(dataset)[1] else [f"{axis} {i}" for i in range(self.shape(dataset)[1])]

    def node_params(self, path):
        return next((node.get("params", {}) for node in self.nodes if node["node"] == path), {})

    def plugin(self, path):
        return next((node["plugin"] for node in self.nodes if node["node"] == path), "")
