# tools/report/figures.py -- drawing: curves with bands, heat maps, points, strips of images; each one small SVG or PNG.
#
# A figure is one panel; the page lays panels out, so that they stand one under another on a telephone. Ink and grid are
# drawn in stand-in colours that become the page's CSS variables, hence follow its light or dark theme.
import base64
import io
import itertools
import re
import warnings

import matplotlib
matplotlib.use("Agg")
warnings.filterwarnings("ignore", message="Glyph")     # names of a record may hold what no font has
import matplotlib.collections
import matplotlib.colors
import matplotlib.pyplot as plt
import matplotlib.ticker
import numpy as np

# Okabe and Ito's palette, safe for colour-blind readers, in an order that stays apart on white and on black.
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]
DASHES = ["-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (5, 1.2, 1.2, 1.2))]
GREY = "#8a8f98"
INK, GRID = "#1b1d22", "#dedfe3"
HEAT = "cividis"
# What the page's theme decides. The blue is too dark for a dark page.
THEMED = {INK: "var(--ink)", GRID: "var(--grid)", COLOURS[0]: "var(--blue)"}

plt.rcParams.update({
    "figure.figsize": (4.4, 2.9), "figure.dpi": 100, "savefig.transparent": True, "figure.constrained_layout.use": True,
    "font.family": "DejaVu Sans", "font.size": 9.5, "axes.labelsize": 9.5, "svg.fonttype": "none", "svg.hashsalt": "weir",
    "text.color": INK, "axes.edgecolor": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK,
    "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.7, "xtick.major.width": 0.7,
    "ytick.major.width": 0.7, "axes.grid": True, "grid.color": GRID, "grid.linewidth": 0.6, "axes.axisbelow": True,
    "lines.linewidth": 1.4, "axes.formatter.limits": (-4, 5), "axes.formatter.use_mathtext": False,
    "image.composite_image": False,      # which would draw layers anew, blurred
})

_numbers = itertools.count(1)


def style(index):
    """Colour and dash of the index-th of several curves."""
    return COLOURS[index % len(COLOURS)], DASHES[index // len(COLOURS) % len(DASHES)]


def svg(figure, alt, zoomed=None):
    """The figure as an SVG element that can stand in a page beside others: its ids are its own. zoomed: axes that zoom.js may
    zoom, whose x is linear and counts."""
    out = io.StringIO()
    figure.savefig(out, format="svg", dpi=160, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    plt.close(figure)
    extent = ""
    if zoomed is not None:
        place, width = zoomed.get_position(), 72 * figure.get_figwidth()      # an SVG's units are points
        extent = f' data-x="{" ".join(f"{each:.7g}" for each in (*zoomed.get_xlim(), place.x0 * width, place.x1 * width))}"'
    return inline(out.getvalue(), alt, extent)


def inline(text, alt, more="", natural=False):
    """more: attributes. natural: no larger than its text reads well at."""
    text = text[text.index("<svg"):].replace("\n", " ").strip()
    text = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<title>.*?</title>", "", text, flags=re.S)
    mine = f"f{next(_numbers)}-"
    text = re.sub(r'\bid="', f'id="{mine}', text)
    text = re.sub(r'href="#', f'href="#{mine}', text)
    text = re.sub(r"url\(#", f"url(#{mine}", text)
    for colour, variable in THEMED.items():
        text = re.sub(colour, variable, text, flags=re.I)
    text = re.sub(r"'DejaVu Sans'(, [^;\"]*)?", "var(--sans)", text)
    head = re.match(r"<svg[^>]*>", text).group(0)
    box = re.search(r'viewBox="[^"]*"', head).group(0)
    width = f' style="max-width: {float(box.split()[2]) * 1.5:.0f}px"' if natural else ""
    alt = alt.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return (f'<svg {box}{width}{more} xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'role="img" aria-label="{alt}">' + text[len(head):])


def axis_label(name, unit):
    return name if unit in ("", "1") else f"{name} ({unit})"


def wants_log(*arrays):
    """Logarithmic where all values are positive and span more than two decades."""
    values = np.concatenate([np.ravel(a) for a in arrays]) if arrays else np.array([])
    values = values[np.isfinite(values)]
    return values.size > 0 and values.min() > 0 and values.max() > 100 * values.min()


BUCKETS = 240


def thin(step, middle, low, high):
    """A long curve in BUCKETS stretches: the mean of each, in a band from the least to the greatest value that the curve or
    its own band has there, so that no peak is lost."""
    if len(step) <= 2 * BUCKETS:
        return step, middle, low, high
    edges = np.linspace(0, len(step), BUCKETS + 1).astype(int)[:-1]
    over = lambda operation, values: operation.reduceat(values, edges)
    known = np.isfinite(middle)
    counts = over(np.add, known.astype(float))
    with np.errstate(all="ignore"):
        means = over(np.add, np.where(known, middle, 0.0)) / np.where(counts > 0, counts, np.nan)
        least, greatest = over(np.fmin, middle if low is None else low), over(np.fmax, middle if high is None else high)
    return step[edges], means, least, greatest


def curves(lines, ylabel, xlabel="step", alt="", marker=False):
    """lines: (style index, x, middle, low, high); low and high may be None."""
    figure, axes = plt.subplots()
    log = wants_log(*[middle for _, _, middle, _, _ in lines])
    floor = min((np.nanmin(m) for _, _, m, _, _ in lines if np.isfinite(m).any()), default=0) / 3 if log else -np.inf
    for index, x, middle, low, high in lines:
        colour, dash = style(index)
        x, middle, low, high = thin(x, middle, low, high)
        if low is not None:
            axes.fill_between(x, np.maximum(low, floor), high, color=colour, alpha=0.22, linewidth=0)
        axes.plot(x, middle, color=colour, linestyle=dash, marker="o" if marker or len(x) == 1 else None, markersize=3)
    if log:
        axes.set_yscale("log")
    axes.margins(x=0.015)
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    counted = xlabel == "step" and not marker and max(len(x) for _, x, *_ in lines) > 10
    return svg(figure, alt, axes if counted else None)


KINDS = ZERO, INFINITE, MISSING = "zero", "infinite", "missing"      # numbers that a scale has no place for


def measured(lines, marks, xname, xunit, ylabel, log, limits, alt):
    """Points with error bars, as rings about the curves that they should lie on. lines: (style index, x, value, standard
    error, exact or None); marks: (style index, x, kind), drawn at the edges; limits: of the numbers, beyond which there is room
    for marks. Of lines that coincide, the first are the larger, so that each is seen."""
    figure, axes = plt.subplots()
    sizes = {line[0]: 3.6 + 1.3 * i for i, line in enumerate(reversed(lines))}
    for index, x, value, se, exact in lines:
        colour, dash = style(index)
        axes.plot(x, value if exact is None else exact, color=colour, linestyle=dash)
        known = np.isfinite(value)
        if known.any():
            axes.errorbar(x[known], value[known], yerr=np.nan_to_num(se[known]), fmt="o", color=colour, markersize=sizes[index],
                          elinewidth=1.1, capsize=2, markerfacecolor=colour if exact is None else "none")
    for index, x, kind in marks:
        if kind != MISSING:
            axes.plot(x, np.full(len(x), EDGE if kind == ZERO else 1 - EDGE), transform=axes.get_xaxis_transform(),
                      linestyle="none", marker="v" if kind == ZERO else "^", markersize=3 + 0.6 * sizes[index],
                      color=style(index)[0], markerfacecolor="none")
    scale_y(axes, limits, log, {kind for *_, kind in marks})
    scale_x(axes, np.unique(np.concatenate([x for _, x, *_ in lines])), xunit)
    axes.set_xlabel(axis_label(xname, xunit))
    axes.set_ylabel(ylabel)
    return svg(figure, alt)


EDGE, ROOM = 0.03, 0.09      # of the height: where marks are, and how far numbers keep from the edge


def scale_y(axes, limits, log, kinds):
    low, high = np.log10(limits) if log else limits
    room = ROOM / (1 - 2 * ROOM) * ((high - low) or abs(high) or 1)
    ends = np.array([low - room, high + room])
    if log:
        axes.set_yscale("log")
    axes.set_ylim(10**ends if log else ends)
    for kind, at, text in ((ZERO, EDGE, "0"), (INFINITE, 1 - EDGE, "∞")):
        if kind in kinds:
            axes.text(-0.02, at, text, transform=axes.transAxes, ha="right", va="center")
            within = limits[0] if kind == ZERO else -np.inf, limits[1] if kind == INFINITE else np.inf
            axes.set_yticks([t for t in axes.get_yticks() if within[0] <= t <= within[1]])
            axes.set_ylim(10**ends if log else ends)


def scale_x(axes, values, unit):
    """Degrees in steps that divide a turn; logarithmic, with a tick at each value, where values grow by factors."""
    gaps = np.diff(values)
    if unit == "deg":
        axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(7, steps=[1.5, 3, 4.5, 9, 10]))
    elif values[0] > 0 and gaps.max() >= 3 * gaps.min():
        axes.set_xscale("log")
        if len(values) <= 8:
            axes.set_xticks(values, [f"{value:g}" for value in values])
            axes.minorticks_off()


def edges_of(centres):
    centres = np.asarray(centres, float)
    if len(centres) == 1:
        return np.array([centres[0] - 0.5, centres[0] + 0.5])
    inner = (centres[1:] + centres[:-1]) / 2
    return np.concatenate([[2 * centres[0] - inner[0]], inner, [2 * centres[-1] - inner[-1]]])


COLUMNS = 400


def heat(step, bins, values, limits, log, xlabel, ylabel, label, alt):
    """values [step, bin] as colours; more than COLUMNS steps are averaged in stretches."""
    if len(step) > COLUMNS:
        edges = np.linspace(0, len(step), COLUMNS + 1).astype(int)[:-1]
        counts = np.add.reduceat(np.isfinite(values).astype(float), edges)
        with np.errstate(all="ignore"):
            values = np.add.reduceat(np.nan_to_num(values), edges) / np.where(counts > 0, counts, np.nan)
        step = step[edges]
    figure, axes = plt.subplots()
    norm = matplotlib.colors.LogNorm(*limits) if log else matplotlib.colors.Normalize(*limits)
    mesh = axes.pcolormesh(edges_of(step), edges_of(bins), values.T, cmap=HEAT, norm=norm, rasterized=True)
    axes.grid(False)
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    bar = figure.colorbar(mesh, ax=axes, pad=0.02, aspect=28, label=label)
    bar.outline.set_visible(False)
    bar.solids.set_rasterized(True)
    return svg(figure, alt)


MANY = 400   # points beyond which they are drawn as pixels


def points(layers, segments, limits, alt):
    """layers: (x [n, 2], colour, marker size, filled); segments: (paths [n, k, 2], colour, width, above the
    points)."""
    figure, axes = plt.subplots(figsize=(3.6, 3.6))
    for paths, colour, width, above in segments:
        axes.add_collection(matplotlib.collections.LineCollection(
            paths, colors=colour, linewidths=width, alpha=0.75, zorder=3 if above else 1,
            rasterized=paths.shape[0] * paths.shape[1] > 4 * MANY))
    for x, colour, size, filled in layers:
        many = len(x) > MANY
        axes.scatter(x[:, 0], x[:, 1], s=size, color=colour if filled else "none", linewidths=0 if filled else 1.0,
                     edgecolors="none" if filled else colour, zorder=2, rasterized=many, alpha=0.8 if many else 1)
    (x_low, x_high), (y_low, y_high) = limits
    axes.set_xlim(x_low, x_high)
    axes.set_ylim(y_low, y_high)
    axes.set_aspect("equal")
    axes.set_xlabel("x₁")
    axes.set_ylabel("x₂")
    return svg(figure, alt)


def png(pixels):
    """An array [h, w, 4] of uint8 as a data URI."""
    out = io.BytesIO()
    plt.imsave(out, pixels, format="png")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def strip(images, low, high):
    """images [n, c, h, w] side by side, a transparent pixel between them."""
    n, channels, height, width = images.shape
    grey = np.clip((images - low) / (high - low if high > low else 1), 0, 1)
    colour = np.repeat(grey, 3, axis=1) if channels == 1 else grey
    out = np.zeros((height, n * (width + 1) - 1, 4), np.uint8)
    for i in range(n):
        left = i * (width + 1)
        out[:, left:left + width, :3] = np.rint(255 * np.nan_to_num(colour[i])).transpose(1, 2, 0)
        out[:, left:left + width, 3] = 255
    return png(out)
