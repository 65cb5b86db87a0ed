# tools/report/graph.py -- the pipeline's nodes and edges, drawn by Graphviz from what the record says of them.
#
# As `weir graph`, but inline nodes are lines in the box of the node that holds them, and neither Weir nor its plugins are
# asked: /schema lists every parameter, so what else a node has is a port.
import re
import shutil
import subprocess

import figures

RESERVED = {"plugin", "seed", "record", "timeout", "note"}


def escaped(text):
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def links(record, path, written, port_of=""):
    """(port, what it is linked to) of a node and of the inline nodes in it; (port, plugin) of those inline nodes."""
    edges, inline = [], []
    params = record.node_params(path)
    for key, value in written.items():
        if key in RESERVED or key in params:
            continue
        several = isinstance(value, dict) and "plugin" not in value      # a port that holds several, by name
        entries = {f"{key}.{name}": entry for name, entry in value.items()} if several else {key: value}
        for name, entry in entries.items():
            port = f"{port_of}.{name}" if port_of else name
            if isinstance(entry, dict) and "plugin" in entry:
                inline.append((port, entry["plugin"]))
                more = links(record, f"{path}.{name}", entry, port)
                edges += more[0]
                inline += more[1]
            elif isinstance(entry, str):
                edges.append((port, entry))
    return edges, inline


def node_of(path, nodes):
    """The node that a path such as loop.1.train.field starts with, or None."""
    return max((name for name in nodes if f"{path}.".startswith(f"{name}.")), key=len, default=None)


def dot(record, swept_nodes):
    nodes = record.resolved["nodes"]
    lines = ["digraph pipeline {", "rankdir=LR; bgcolor=transparent; nodesep=0.22; ranksep=0.55;",
             f'node [shape=box, style="rounded,filled", fillcolor="#fefdfc", color="{figures.GREY}", fontname="DejaVu Sans", '
             f'fontsize=12, fontcolor="{figures.INK}", margin="0.12,0.07"];',
             f'edge [fontname="DejaVu Sans", fontsize=10, color="{figures.GREY}", fontcolor="{figures.INK}", arrowsize=0.6];']
    number = {name: f"n{i}" for i, name in enumerate(nodes)}
    for name, written in nodes.items():
        edges, inline = links(record, name, written)
        rows = [f'<tr><td align="left"><b>{escaped(name)}</b></td></tr>',
                f'<tr><td align="left"><font point-size="10">{escaped(written["plugin"])}</font></td></tr>']
        rows += [f'<tr><td align="left"><font point-size="9.5">{escaped(port)}: {escaped(plugin.split("/")[-1])}</font>'
                 '</td></tr>' for port, plugin in inline]
        table = f'<table border="0" cellborder="0" cellspacing="0" cellpadding="1">{"".join(rows)}</table>'
        mark = f', color="{figures.COLOURS[0]}", penwidth=2' if name in swept_nodes else ""
        lines.append(f"{number[name]} [label=<{table}>{mark}];")
        for port, linked in edges:
            node = node_of(linked, nodes)
            if node is not None:
                output = linked[len(node) + 1:]
                label = f"{output} > {port}" if output else port
                lines.append(f'{number[node]} -> {number[name]} [label="{escaped(label)}"];')
    return "\n".join(lines + ["}"])


def swept_nodes(resolved):
    """Nodes in which an axis of the sweep sets something, seeds apart."""
    paths = []
    for axis in resolved.get("sweep", {}).values():
        to_set = axis.get("set", [])
        paths += [to_set] if isinstance(to_set, str) else list(to_set)
        paths += list(axis.get("zip", {}))
        for case in axis.get("cases", {}).values():
            paths += list(case) if isinstance(case, dict) else []
    # loop.train.steps sets a parameter of loop.1.train, loop.2.train, ...
    without_round = lambda name: ".".join(part for part in name.split(".") if not part.isdigit())
    return {name for name in resolved["nodes"] for path in paths if path.startswith((f"{name}.", f"{without_round(name)}."))}


def drawing(record, resolved):
    """(svg, why there is none)."""
    program = shutil.which("dot")
    if program is None:
        return "", "Not drawn: Graphviz's dot is not installed (apt-get install graphviz)."
    text = dot(record, swept_nodes(resolved))
    try:
        done = subprocess.run([program, "-Tsvg"], input=text, capture_output=True, text=True, timeout=20)
    except subprocess.TimeoutExpired:
        return "", "Not drawn: dot took more than 20 s."
    if done.returncode != 0:
        return "", f"Not drawn: dot says: {done.stderr.strip()}"
    svg = re.sub(r"<title>.*?</title>|<!--.*?-->", "", done.stdout, flags=re.S)
    svg = re.sub(r'font-family="DejaVu Sans[^"]*"', 'style="font-family: var(--sans)"', svg).replace("#fefdfc", "var(--card)")
    return figures.inline(svg, "the pipeline's nodes and edges", natural=True), ""
