# tools/report/memorisation.py -- which pair's target the end of each pair's flow is nearest to: the matrix of the coupling that
# a flow gives back, from the outputs of metric/memorisation.
import dataclasses

import numpy as np

import figures
import matrix
from flows import PANELS, node_value
from number import count, number


@dataclasses.dataclass
class Returned:
    """What metric/memorisation says of one run. Arrays are [pair]."""
    partner: np.ndarray
    ratio: object            # or None, as are those below
    share: object
    copied: object
    before: object           # partner that each x0 had before a shuffle
    before_name: str

    def arrays(self):
        return [a for a in (self.partner, self.ratio, self.before) if a is not None]

    @property
    def known(self):
        """Pairs whose end has a nearest target: an end that is no number has none."""
        return np.flatnonzero(np.isfinite(self.ratio)) if self.ratio is not None else np.arange(len(self.partner))

    @property
    def pairs(self):
        """How many, also where only the first rows of an output are recorded."""
        return max(len(self.partner), self.partner.max() + 1, 0 if self.before is None else len(self.before))


@dataclasses.dataclass
class Panel:
    title: str
    note: str
    svg: str


@dataclasses.dataclass
class NodeMemorisation:
    node: str
    plugin: str
    text: str
    legend: list
    panels: list


def all_memorisation(experiment):
    nodes = {each["node"]: each["plugin"] for record in experiment.records for each in record.nodes
             if each["plugin"] == "metric/memorisation"}
    sections = [node_memorisation(experiment, node, plugin) for node, plugin in nodes.items()]
    return [section for section in sections if section is not None]


def output(record, node, name):
    dataset = record.dataset(f"{node}.{name}")
    return record.values(dataset) if dataset is not None and record.written(dataset) else None


def returned_of(record, node):
    partner, ratio, share, copied = (output(record, node, name) for name in ("partner", "ratio", "share", "copied"))
    if partner is None:
        return None
    if ratio is not None:
        rows = min(len(partner), len(ratio))      # of either, only the first rows may be recorded
        partner, ratio = partner[:rows], ratio[:rows]
    return Returned(partner, ratio, share, copied, *before_shuffle(record, node))


def before_shuffle(record, node):
    """(partners, what they are) where the pairs are those of a coupling/shuffled; (None, "") elsewhere."""
    pairs = node_value(record.resolved, node, "pairs")
    permutation = output(record, pairs, "permutation") if record.plugin(pairs) == "coupling/shuffled" else None
    if permutation is None or not np.array_equal(np.sort(permutation), np.arange(len(permutation))):      # only its first rows
        return None, ""
    optimal = record.plugin(node_value(record.resolved, pairs, "coupling")) == "coupling/ot"
    # Pair i has the target that pair permutation[i] had; its own went to the pair that has i there, hence the inverse.
    return np.argsort(permutation), "partner under optimal transport" if optimal else "partner before the shuffle"


def node_memorisation(experiment, node, plugin):
    groups = experiment.examples(lambda record: returned_of(record, node))
    if not groups:
        return None
    text = f"The first {PANELS} of {len(groups)} cases." if len(groups) > PANELS else ""
    groups = groups[:PANELS]
    return NodeMemorisation(node, plugin, text, legend([returned for _, returned, _ in groups]),
                            [panel(node, *group) for group in groups])


def panel(node, label, returned, run):
    title = ", ".join(part for part in (label, f"seed {run.seed}") if part)
    known = returned.known
    image = matrix.draw(known, returned.partner[known], returned.before, returned.pairs,
                        None if returned.ratio is None else returned.ratio[known],
                        f"{node}, {title}: the pair whose target is nearest to the end of each pair. {said(returned)}")
    width = matrix.bin_width(returned.pairs)
    bins = f"{count(returned.pairs, 'pair')} in bins of {width}\u00a0x\u00a0{width}." if width > 1 else ""
    lost = len(returned.partner) - len(known)
    lost = f"{count(lost, 'end')} with no nearest target." if lost else ""
    return Panel(title, " ".join(part for part in (said(returned), bins, lost) if part), image)


def said(returned):
    shares = [f"{name} {number(float(value))}" for name, value in (("recall", returned.share), ("copied", returned.copied))
              if value is not None]
    if returned.before is not None and len(returned.before) == len(returned.partner):
        known = returned.known
        there = (returned.partner[known] == returned.before[known]).sum() / len(returned.partner)
        shares.append(f"{number(float(there))} of the ends nearest to the {returned.before_name}")
    text = ", ".join(shares)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def legend(all_returned):
    kind = "dot" if all(matrix.bin_width(returned.pairs) > 1 for returned in all_returned) else "ring"
    before = dict.fromkeys(returned.before_name for returned in all_returned if returned.before is not None)
    return ([(figures.COLOURS[0], "dot", "nearest target")] + [(figures.COLOURS[1], kind, name) for name in before]
            + [(figures.GREY, "line", "own partner")])
