# tools/python/weir/record.py -- one run's record: its outputs by path, its parameters, its pipeline, its state.
#
# Everything comes from the file itself, by the names in its /schema.
from __future__ import annotations

import contextlib
import os
import pathlib
import weakref
from collections.abc import Iterator, Mapping
from typing import Any

import h5py
import numpy as np

from . import hdf5
from .arrays import labelled
from .columns import frame
from .committed import written
from .errors import NotFound, NotWritten, WeirError, listed, nearest
from .notebook import table

FORMAT = "1"      # the number before the point of weir_format


OPEN: weakref.WeakSet[Record] = weakref.WeakSet()


@contextlib.contextmanager
def let_go(path: str | os.PathLike) -> Iterator[None]:
    """Closes the records of a file, or below a folder, and opens them anew at the end: HDF5 keeps what it knows of a file as long as
    anything in this process has it open, and a run has changed it meanwhile."""
    below = pathlib.Path(path).resolve()
    held = [record for record in OPEN if record.file and pathlib.Path(record.filename).resolve().is_relative_to(below)]
    for record in held:
        record.file.close()
    try:
        yield
    finally:
        for record in held:
            with contextlib.suppress(WeirError):
                record.file = hdf5.open_file(record.filename)


class Tree(Mapping):
    """Names below a path, as keys and as attributes. A name that means something else here, such as `items`, is only a key."""

    def __init__(self, record: Record, path: str):
        self._record, self._path = record, path

    def __getitem__(self, name: str) -> Any:
        return self._record._find(self._below(name))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __contains__(self, name: object) -> bool:
        return self._record._has(self._below(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._record._children.get(self._path, ()))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(name for name in self if name.isidentifier())]

    __eq__, __hash__ = object.__eq__, object.__hash__      # Mapping's would read everything

    def _below(self, name: object) -> str:
        return f"{self._path}.{name}" if self._path else str(name)

    def _told(self) -> str:
        there = self._record._written()
        marks = {name: [there[path] for path in there if f"{path}.".startswith(f"{self._below(name)}.")] for name in self}
        return listed(f"{name} (not written)" if marks[name] and not any(marks[name]) else name for name in self)


class Node(Tree):
    """A node: its outputs, its traces and the nodes inside it, such as train.optimiser."""

    @property
    def plugin(self) -> str:
        """Empty where there is none, as for train.probes."""
        return self.parameters.get("plugin", "")

    @property
    def parameters(self) -> dict[str, Any]:
        return self._record._parameters(self._path)

    def __repr__(self) -> str:
        return f"<{' '.join(filter(None, (self._path, self.plugin)))}: {self._told()}>"


class Record(Tree):
    """What `weir.open` gives for a file. It can be used in a `with` block, which closes the file at its end."""

    def __init__(self, filename: str | os.PathLike):
        super().__init__(self, "")
        self.filename = os.fspath(filename)
        self.summary: dict[str, Any] | None = None      # of weir.run: verdicts and reported numbers
        self.file = hdf5.open_file(filename)      # for what has no word here
        version = str(hdf5.attribute(self.file, "weir_format"))
        if not version or not hdf5.has(self.file, "schema"):
            with hdf5.reading(self.file, "it"):
                there = listed(self.file)
            raise WeirError(f"{self.filename} is an HDF5 file, but no record; it has: {there}; give a file that "
                            "`weir run` wrote, or the folder of a sweep")
        if version.split(".")[0] != FORMAT:
            raise WeirError(f"{self.filename} is a record of format {version}; this package reads format {FORMAT}.x")
        schema = hdf5.schema(self.file)
        self._nodes = {each["node"]: each for each in schema["nodes"]}
        self._outputs: dict[str, dict] = {}
        self._children: dict[str, dict[str, None]] = {}      # in order, without values
        self._declared = len(schema["datasets"])
        for index, each in enumerate(schema["datasets"]):
            if hdf5.has(self.file, each["path"]):
                each["index"] = index
                self._outputs[self._place(each["path"].removesuffix("/value") if each["trace"] else each["path"])] = each
        for each in schema["nodes"]:
            self._place(each["path"])

        OPEN.add(self)

    def close(self) -> None:
        self.file.close()

    def __enter__(self) -> Record:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{self.filename}, {self.status}: {self._told()}>"

    def _repr_html_(self) -> str:
        there = self._written()
        rows = ([path, each["plugin"], "trace" if each["trace"] else ", ".join(map(str, each.get("axes", []))), each["unit"],
                 each["description"] if there[path] else f"not written: {each['description']}"] for path, each in self._outputs.items())
        return table(f"{self.filename}, {self.status}", ["output", "plugin", "axes", "unit", "what"], rows)

    @property
    def outputs(self) -> list[str]:
        """Paths of all that is recorded."""
        return list(self._outputs)

    @property
    def traces(self) -> list[str]:
        """Those of them that have a row per step."""
        return [path for path, each in self._outputs.items() if each["trace"]]

    @property
    def status(self) -> str:
        """running, finished, failed or interrupted, as it is in the file now."""
        return hdf5.text(hdf5.find(self.file, "status"))

    @property
    def message(self) -> str:
        """Why the run failed or was interrupted."""
        return hdf5.text(hdf5.find(self.file, "message"))

    @property
    def warnings(self) -> list[str]:
        """What the run warned of, "NODE: TEXT" each; of a record that was not ended, none yet."""
        return hdf5.text(hdf5.find(self.file, "warnings")).splitlines() if hdf5.has(self.file, "warnings") else []

    @property
    def pipeline(self) -> dict[str, Any]:
        """With every default filled in, and under `files` the SHA-256 of each file that a parameter names."""
        return hdf5.read_json(self.file, "pipeline/resolved_json")

    @property
    def provenance(self) -> dict[str, Any]:
        """Command, device, commit and the like as text; libraries, plugins and attempts as a row each."""
        found: dict[str, Any] = {name: hdf5.attribute(self.file, name) for name in ("run_id", "created", "weir_version")
                                 if name in self.file.attrs}
        with hdf5.reading(self.file, "/provenance"):
            names = list(hdf5.find(self.file, "provenance", h5py.Group))
        for name in names:
            part = hdf5.find(self.file, f"provenance/{name}", h5py.Dataset, h5py.Group)
            found[name] = hdf5.text(part) if isinstance(part, h5py.Dataset) else hdf5.table(part)
        return found

    def parameters(self, node: str) -> dict[str, Any]:
        """Of a node: its plugin, every parameter with the value it had, and the same of the nodes inside it."""
        found = self._parameters(node)
        if not found:
            raise NotFound(f"no node '{node}' in {self.filename}; it has: {listed(self._nodes)}{nearest(node, self._nodes)}")
        return found

    def state_dict(self, trainer: str, averaged: bool = False) -> dict[str, np.ndarray]:
        """What a trainer fitted, under the model's own names: the last parameters, or the averaged ones. For PyTorch:

            model.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()}, strict=False)

        Not strict where the module also has buffers, constants or second names of shared weights: those were not trained.
        """
        which, output = ("averaged", ".ema_params") if averaged else ("trained", ".params")
        path = trainer + output
        if path not in self._children:
            trainers = [each.removesuffix(output) for each in self._children if each.endswith(output)]
            raise NotFound(f"no {which} parameters of '{trainer}' in {self.filename}; there are those of: {listed(trainers)}"
                           f"{nearest(trainer, trainers)}")
        state = {}
        for name in self._children[path]:
            array = self[f"{path}.{name}"]
            if "notice" in array.attrs:
                raise WeirError(f"{path}.{name} in {self.filename} is not whole: {array.attrs['notice']}")
            state[name] = np.asarray(array.values)
        return state

    def _parameters(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for node in sorted(self._nodes, key=lambda name: name.count(".")):      # those inside come after their own
            if node == path or node.startswith(f"{path}."):
                at = found
                for part in node[len(path) + 1:].split(".") if node != path else ():
                    at = at.setdefault(part, {})
                at.update(plugin=self._nodes[node]["plugin"], **self._nodes[node]["params"])
        return found

    def _place(self, group: str) -> str:
        """Enters what lies at a path of HDF5 below all that it lies in. Its last name may have dots, such as net.0.weight."""
        path = ""
        for name in group.removeprefix("/nodes/").split("/"):
            self._children.setdefault(path, {})[name] = None
            path = f"{path}.{name}" if path else name
        return path

    def _has(self, path: str) -> bool:
        return path in self._outputs or path in self._children or path in self._nodes

    def _find(self, path: str) -> Any:
        if path in self._outputs:
            return self._trace(path) if self._outputs[path]["trace"] else self._tensor(path)
        if self._has(path):
            return Node(self, path)
        node = path.rpartition(".")[0]
        while node and node not in self._children and node not in self._nodes:      # the innermost that there is
            node = node.rpartition(".")[0]
        kind, there = ("output", f"{node} has") if node else ("node", "it has")
        start = f"{node}." if node else ""
        below = [each[len(start):] for each in (*self._outputs, *self._children, *self._nodes) if each.startswith(start)]
        raise NotFound(f"no {kind} '{path}' in {self.filename}; {there}: {listed(Node(self, node))}"
                       + nearest(path[len(start):], below, start))

    def _written(self) -> dict[str, bool]:
        """Of each output, whether it is in the file, or of a trace the first row."""
        there = written(self.file, self.status == "finished", self._declared)
        return {path: there[each["index"]] for path, each in self._outputs.items()}

    def _tensor(self, path: str) -> Any:
        if not self._written()[path]:
            remedy = "read it later; if the run was killed, its command goes on with it" if self.status == "running" else \
                ".message says why, and the run's command, given again, goes on with it"
            raise NotWritten(f"{path} in {self.filename} is not written: node '{self._outputs[path]['node']}' has not finished, and the run "
                             f"is {self.status}; {remedy}")
        dataset = hdf5.fresh(hdf5.find(self.file, self._outputs[path]["path"]))
        with hdf5.reading(self.file, dataset.name):
            return labelled(path, hdf5.values(dataset), hdf5.dims(dataset), hdf5.coords(dataset), hdf5.attributes(dataset))

    def _trace(self, path: str) -> Any:
        """Of a run that goes on: the rows that have both a step and a value."""
        place = self._outputs[path]["path"]
        value = hdf5.fresh(hdf5.find(self.file, place))
        step = hdf5.fresh(hdf5.find(self.file, place.removesuffix("value") + "step"))
        with hdf5.reading(self.file, place):
            rows = min(len(step), len(value))
        steps, rows_of = hdf5.values(step, rows), hdf5.values(value, rows)
        with hdf5.reading(self.file, place):
            if value.ndim == 1:
                return frame({"step": steps, "value": rows_of}, hdf5.attributes(value))
            coords = {**hdf5.coords(value), "step": steps}
            return labelled(path, rows_of, hdf5.dims(value), coords, hdf5.attributes(value))
