# tools/report/flows.py -- where flows carry their points: scatter plots in the plane, strips of images.
import dataclasses
import math

import numpy as np

import figures
import graph
from number import count

PATHS, LINES, IMAGES, PANELS = 64, 128, 12, 12


@dataclasses.dataclass
class Flow:
    """The ends of an integrator, or the pairs of a coupling, in one record. Arrays are [n, ...] or None."""
    start: object = None
    partner: object = None
    end: object = None
    path: object = None           # [n, time, ...]
    others: tuple = ()            # (name, description, array) of the coupling, as the partner before a shuffle
    paired: bool = False          # does some node use the pairs as pairs, so that lines to the partner mean something?

    def arrays(self):
        return [a for a in (self.start, self.partner, self.end, self.path, *(o[2] for o in self.others)) if a is not None]

    @property
    def shape(self):
        return next(a.shape[1:] for a in (self.end, self.start) if a is not None)


@dataclasses.dataclass
class Strip:
    name: str
    data: str


@dataclasses.dataclass
class Panel:
    title: str
    note: str = ""
    svg: str = ""
    strips: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class NodeFlow:
    node: str
    plugin: str
    kind: str             # points | images | other
    text: str
    legend: list
    panels: list


def node_value(resolved, path, key):
    """What is written at a key of a node, which may be one of a round, loop.1.flow, or an inline one, train.probes.variance."""
    node = graph.node_of(path, resolved["nodes"])
    at = resolved["nodes"].get(node, {})
    for part in filter(None, path[len(node or "") + 1:].split(".")):
        at = at.get(part, {}) if isinstance(at, dict) else {}
    return at.get(key) if isinstance(at, dict) else None


def tensor(record, what):
    dataset = record.dataset(what)
    if dataset is None or dataset.trace or not record.written(dataset):
        return None
    values = record.values(dataset)
    return values if values.ndim >= 2 and values.dtype.kind == "f" else None


def uses_pairs(resolved, coupling):
    def mentions(value):
        if isinstance(value, dict):
            return any(mentions(v) for v in value.values())
        return value == coupling
    return any(mentions(node) for name, node in resolved["nodes"].items() if name != coupling)


def flow_of(record, node):
    flow = Flow(end=tensor(record, f"{node}.end"))
    coupling = node
    if flow.end is not None:
        path = tensor(record, f"{node}.trajectory")
        if path is not None and path.shape[1:] == flow.end.shape:      # [time, n, ...]
            flow.path = np.moveaxis(path, 0, 1)
        coupling, _, output = str(node_value(record.resolved, node, "start") or "").rpartition(".")
        if output != "x0":
            return flow
    flow.start, flow.partner = tensor(record, f"{coupling}.x0"), tensor(record, f"{coupling}.x1")
    if flow.end is None and (flow.start is None or flow.partner is None):
        return None
    if flow.end is not None and (flow.start is None or flow.start.shape != flow.end.shape):
        flow.start = flow.partner = None
        return flow
    if flow.partner is not None:
        like = [d for d in record.datasets if d.node == coupling and d.name not in ("x0", "x1")]
        pairs = [(d.name, d.description, tensor(record, d.what)) for d in like]
        flow.others = tuple(p for p in pairs if p[2] is not None and p[2].shape == flow.partner.shape)
        flow.paired = uses_pairs(record.resolved, coupling)
    return flow


def all_flows(experiment):
    nodes, started = {}, set()
    for record in experiment.records:
        for dataset in record.datasets:
            if dataset.name == "end":
                nodes.setdefault(dataset.node, record)
                started.add(str(node_value(record.resolved, dataset.node, "start") or "").rpartition(".")[0])
    for record in experiment.records:      # couplings whose pairs no flow shows
        for dataset in record.datasets:
            if dataset.name == "x0" and dataset.node not in started:
                nodes.setdefault(dataset.node, record)
    sections = [node_flow(experiment, node, record.plugin(node)) for node, record in nodes.items()]
    return [section for section in sections if section is not None]


def node_flow(experiment, node, plugin):
    groups = experiment.examples(lambda record: flow_of(record, node))
    if not groups:
        return None
    text = f"The first {PANELS} of {len(groups)} cases. " if len(groups) > PANELS else ""
    groups = groups[:PANELS]
    flow, run = groups[0][1:]
    if flow.shape == (2,):
        return scatter(node, plugin, groups, text)
    pixels = image_shape(run.record, flow.shape)
    if pixels is not None:
        return strips(node, plugin, groups, pixels, text)
    if flow.end is None:
        return None
    shape = " x ".join(map(str, flow.shape))
    text = f"Ends of shape {shape}, neither points in the plane nor images: not drawn."
    return NodeFlow(node, plugin, "other", text, [], [])


def evenly(n, most):
    return np.linspace(0, n - 1, min(n, most)).astype(int)


def scatter(node, plugin, groups, text):
    limits = window([flow for _, flow, _ in groups])
    panels = []
    for label, flow, run in groups:
        ends = flow.end is not None
        n = len(flow.end if ends else flow.start)
        size = 12 if n <= 200 else 3
        layers, segments, notes = [], [], []
        if flow.path is not None:
            some = evenly(n, PATHS)
            segments.append((flow.path[some], figures.COLOURS[5], 0.7, n > 200))
            if n > PATHS:
                notes.append(f"trajectories of {PATHS} of {n} points")
        if flow.partner is not None and flow.paired:
            some = evenly(n, LINES)
            tip = flow.end if ends else flow.start
            segments.append((np.stack([tip[some], flow.partner[some]], axis=1), figures.GREY, 0.5, False))
            if n > LINES:
                notes.append(f"lines to the partner for {LINES} of {n}")
        if flow.start is not None:
            layers.append((flow.start, figures.GREY, size, True))
        if flow.partner is not None:
            layers.append((flow.partner, figures.COLOURS[1], size * (1.6 if n <= 200 else 1), n > 200))
        if ends:
            layers.append((flow.end, figures.COLOURS[0], size, True))
            (x0, x1), (y0, y1) = limits
            inside = (flow.end[:, 0] >= x0) & (flow.end[:, 0] <= x1) & (flow.end[:, 1] >= y0) & (flow.end[:, 1] <= y1)
            if not inside.all():
                notes.append(f"{count(int((~inside).sum()), 'end')} outside the panel")
        title = ", ".join(part for part in (label, f"seed {run.seed}") if part)
        panels.append(Panel(title, ("; ".join(notes) + ".").capitalize() if notes else "",
                            figures.points(layers, segments, limits, f"{node}, {title}: points in the plane")))
    flow = groups[0][1]
    legend = []
    if flow.start is not None:
        legend.append((figures.GREY, "dot", "start, x0"))
    if flow.path is not None:
        legend.append((figures.COLOURS[5], "line", "trajectory"))
    if flow.end is not None:
        legend.append((figures.COLOURS[0], "dot", "end"))
    if flow.partner is not None:
        legend.append((figures.COLOURS[1], "dot" if len(flow.partner) > 200 else "ring", "target, x1"))
        if flow.paired:
            legend.append((figures.GREY, "line", "from end to own partner" if flow.end is not None else "pair"))
    return NodeFlow(node, plugin, "points", text, legend, panels)


def window(flows):
    """Limits that hold all starts and targets, and ends but for the outermost 5 % to each side."""
    points = [a for f in flows for a in (f.start, f.partner) if a is not None]
    for flow in flows:
        if flow.end is not None and np.isfinite(flow.end).all(axis=1).any():
            points.append(np.nanquantile(flow.end[np.isfinite(flow.end).all(axis=1)], [0.05, 0.95], axis=0))
    everything = np.concatenate(points) if points else np.zeros((1, 2))
    low, high = np.nanmin(everything, axis=0), np.nanmax(everything, axis=0)
    centre, half = (low + high) / 2, max((high - low).max() / 2, 1e-9) * 1.12
    return [(centre[0] - half, centre[0] + half), (centre[1] - half, centre[1] + half)]


def image_shape(record, shape):
    """(channels, height, width, low, high): of images, or of vectors if a source of the pipeline flattens square images."""
    low, high = -1.0, 1.0
    for node in record.nodes:
        params = node.get("params", {})
        if node["plugin"].startswith("source/") and "flatten" in params:
            low, high = params.get("range") or (low, high)
            if params["flatten"] and len(shape) == 1:
                for channels in (1, 3):
                    side = params.get("size") or math.isqrt(shape[0] // channels)
                    if channels * side * side == shape[0]:
                        return channels, side, side, low, high
    return (*shape, low, high) if len(shape) == 3 and shape[0] in (1, 3) else None


def strips(node, plugin, groups, pixels, text):
    channels, height, width, low, high = pixels
    panels = []
    for label, flow, run in groups:
        rows = [("start", flow.start), ("end", flow.end), ("own partner", flow.partner)]
        if flow.end is None:
            rows = [("x0", flow.start), ("x1", flow.partner)]
        rows += [(f"{name}: {description}", array) for name, description, array in flow.others]
        panel = Panel(", ".join(part for part in (label, f"seed {run.seed}") if part))
        for name, array in rows:
            if array is not None:
                images = array[:IMAGES].reshape(-1, channels, height, width)
                panel.strips.append(Strip(name, figures.strip(images, low, high)))
        panels.append(panel)
    n = len(groups[0][1].arrays()[0])
    text += (f"The first {min(IMAGES, n)} of {n} pairs, one below another; {height} x {width} pixels, "
             f"black {low:g}, white {high:g}.")
    return NodeFlow(node, plugin, "images", text, [], panels)
