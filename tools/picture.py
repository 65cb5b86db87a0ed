#!/usr/bin/env python3
# tools/picture.py -- figures of a report as one picture, an SVG file that stands alone: for a README, a talk or a paper.
#
#   python3 tools/picture.py figure6/ "flow, noise = none, steps = 5," "train.probes.variance.total" -o picture.svg
#
# A panel is named by words with which its name begins: those of `weir report` of the record or folder. Side by side, in the order given.
import argparse
import html
import pathlib
import re
import sys

TOOLS = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(TOOLS / "report"), str(TOOLS / "python")]
import figures

LINE, GAP = 12, 14      # of text, and between panels, in points


def plain(svg):
    """With the colours that the page's style sheet has."""
    for colour, variable in {**figures.THEMED, "sans-serif": "var(--sans)"}.items():
        svg = svg.replace(variable, colour)
    return re.sub(r' data-x="[^"]*"| tabindex="[^"]*"', "", svg)


def box(svg):
    return [float(each) for each in re.search(r'viewBox="([^"]*)"', svg)[1].split()]


def written(words, left, top):
    """Lines of text, (colour, words) each."""
    return [f'<text x="{left:g}" y="{top + LINE * (i + 1):g}" font-size="9" font-family="sans-serif" fill="{colour}">{html.escape(each)}</text>'
            for i, (colour, each) in enumerate(words)]


def labels(title, legend):
    return [(figures.INK, title), *((colour, label) for colour, _, label in legend)]


def standing_alone(svg, title, legend):
    """A figure of a page as a file of its own: title and legend below."""
    svg, words = plain(svg), labels(title, legend)
    x, y, width, height = box(svg)
    svg = re.sub(r'viewBox="[^"]*"', f'viewBox="{x:g} {y:g} {width:g} {height + LINE * len(words) + 4:g}"', svg, count=1)
    return svg.replace("</svg>", "".join(written(words, 10, height)) + "</svg>") + "\n"


def side_by_side(panels):
    """(svg, title, legend) of each, at one height, on white."""
    height = max(box(svg)[3] for svg, *_ in panels)
    left, parts, below = GAP, [], 0
    for svg, title, legend in panels:
        x, y, wide, high = box(svg)
        width = wide * height / high
        placed = f'<svg x="{left:g}" y="{GAP:g}" width="{width:g}" height="{height:g}" viewBox='
        parts += [re.sub(r"<svg viewBox=", placed, plain(svg), count=1), *written(labels(title, legend), left + 10, height + GAP)]
        below = max(below, LINE * (1 + len(legend)))
        left += width + GAP
    whole = height + GAP + below + GAP
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{1.3 * left:.0f}" '
            f'height="{1.3 * whole:.0f}" viewBox="0 0 {left:g} {whole:g}"><rect width="100%" height="100%" fill="#ffffff"/>')
    return head + "\n".join(parts) + "</svg>\n"


def panels_of(source):
    """name of a panel -> (svg, title, legend), of flows and curves over steps."""
    import experiment
    import flows
    import traces
    found = experiment.open_experiment(source, source / "summary.json" if (source / "summary.json").exists() else None)
    panels = {f"{section.node}, {panel.title}": (panel.svg, f"{section.node}, {panel.title}", section.legend)
              for section in flows.all_flows(found) for panel in section.panels if panel.svg}
    for section in traces.all_traces(found):
        for row in section.rows:
            panels |= {f"{section.node}.{panel.title}": (panel.svg, f"{section.node}.{panel.title}", row.legend) for panel in row.panels if panel.svg}
    return panels


def main(words):
    parser = argparse.ArgumentParser(description="Figures of a report side by side, as an SVG file")
    parser.add_argument("source", type=pathlib.Path, help="a record, or the folder of a sweep")
    parser.add_argument("panel", nargs="+", help="words with which the name of a panel begins")
    parser.add_argument("-o", "--out", type=pathlib.Path, required=True, metavar="FILE.svg")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")
    arguments = parser.parse_args(words)
    import record
    try:
        panels = panels_of(arguments.source)
    except (record.ReportError, record.WeirError) as error:
        print(f"picture: {error}", file=sys.stderr)
        return 2
    chosen = []
    for name in arguments.panel:
        match = next((panel for each, panel in panels.items() if each.startswith(name)), None)
        if match is None:
            print(f"picture: no panel begins with {name!r}; there are:\n  " + "\n  ".join(panels), file=sys.stderr)
            return 2
        chosen.append(match)
    try:
        with arguments.out.open("w" if arguments.force else "x", encoding="utf-8") as file:
            file.write(side_by_side(chosen))
    except FileExistsError:
        print(f"picture: {arguments.out} exists: give another name, or --force to write over it", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"picture: cannot write {arguments.out}: {error.strerror}", file=sys.stderr)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
