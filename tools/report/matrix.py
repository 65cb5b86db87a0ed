# tools/report/matrix.py -- drawing: the matrix of a coupling, and below it how near its targets are.
#
# Few pairs are points, which stay sharp; many are counted in bins, an image that is small however many they are.
import matplotlib.colors
import matplotlib.ticker
import numpy as np

import figures
from figures import plt

FEW, BINS = 512, 128       # pairs beyond which they are counted in bins, and how many bins to a side at most
RATIO_BINS = 30            # of which 10 end at 1/3
COPIED = 1 / 3             # as in plugins/metric/memorisation.cpp
RATIO_HEIGHT = 0.24        # of the matrix above it


def bin_width(pairs):
    """Whole pairs, so that bins hold equally many."""
    return 1 if pairs <= FEW else -(-pairs // BINS)


def draw(pair, partner, before, pairs, ratio, alt):
    """The partner of each of some pairs, over all partners before a shuffle (or None) and the diagonal; below, a histogram of
    ratios (or None)."""
    rows = 1 if ratio is None else 2
    height = 3.5 + (0.95 if rows == 2 else 0) + (0.55 if bin_width(pairs) > 1 else 0)
    figure, axes = plt.subplots(rows, 1, figsize=(3.6, height), squeeze=False, height_ratios=[1, RATIO_HEIGHT][:rows])
    above = axes[0, 0]
    above.plot([0, pairs - 1], [0, pairs - 1], color=figures.GREY, linewidth=0.8, zorder=1)
    layers = [(pair, partner, figures.COLOURS[0], True)]
    if before is not None:
        layers.insert(0, (np.arange(len(before)), before, figures.COLOURS[1], False))
    (points if bin_width(pairs) == 1 else binned)(above, layers, pairs)
    edge = max(pairs / 50, 0.5)
    above.set_xlim(-edge, pairs - 1 + edge)
    above.set_ylim(-edge, pairs - 1 + edge)
    above.set_box_aspect(1)
    for axis in (above.xaxis, above.yaxis):
        axis.set_major_locator(matplotlib.ticker.MaxNLocator(5, integer=True))
    above.set_xlabel("pair of the start")
    above.set_ylabel("pair of the nearest target")
    if ratio is not None:
        ratios(axes[1, 0], ratio)
    return figures.svg(figure, alt)


def points(axes, layers, pairs):
    dot, ring = (3.6, 7) if pairs <= 100 else (2.2, 3.4)
    for x, y, colour, filled in layers:
        axes.plot(x, y, linestyle="none", marker="o", color=colour, markersize=dot if filled else ring,
                  markeredgewidth=0 if filled else 0.8, markerfacecolor=colour if filled else "none", zorder=2)


def binned(axes, layers, pairs):
    width = bin_width(pairs)
    bins = -(-pairs // width)
    counts = np.zeros((len(layers), bins, bins))
    for each, (x, y, *_) in zip(counts, layers):
        np.add.at(each, (y // width, x // width), 1)
    norm = matplotlib.colors.LogNorm(1, max(counts[-1].max(), 2))
    for each, (*_, colour, filled) in zip(counts, layers):
        shades = [matplotlib.colors.to_rgba(colour, alpha) for alpha in ((0.5, 1) if filled else (0.35, 0.7))]
        cmap = matplotlib.colors.LinearSegmentedColormap.from_list("", shades)
        image = axes.imshow(np.where(each > 0, each, np.nan), extent=(-0.5, bins * width - 0.5) * 2, origin="lower",
                            aspect="auto", interpolation="none", cmap=cmap, norm=norm, zorder=2)
    bar = axes.figure.colorbar(image, ax=axes, location="top", pad=0.02, aspect=40, label="ends in a bin",
                               ticks=[norm.vmin, norm.vmax], format="{x:.0f}")
    bar.minorticks_off()
    bar.outline.set_visible(False)
    bar.solids.set_rasterized(True)


def ratios(axes, ratio):
    ends, edges = np.histogram(ratio, bins=RATIO_BINS, range=(0, 1))
    axes.stairs(ends, edges, fill=True, color=figures.COLOURS[0])
    axes.axvline(COPIED, color=figures.INK, linewidth=1, linestyle=figures.DASHES[1])
    axes.set_box_aspect(RATIO_HEIGHT)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, COPIED, 1], ["0", "1/3", "1"])
    axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(2, integer=True))
    axes.set_xlabel("nearest over second nearest distance")
    axes.set_ylabel("ends")
