# tools/bench/page.py -- BENCHMARKS.md.
import os
import pathlib
import platform
import re
import subprocess

import environment

HEAD = """# Benchmarks

Written by `python3 tools/bench`; not edited by hand. Ratios of processor times of one thread, medians of {repeat} rounds in which the sides
take turns, beside them the range of the single rounds: above 1 Weir is the faster. Beside a peer, what both sides compute was compared first.

{machine}. Weir {version}, LibTorch and peers: {packages}.
"""


def seconds(value):
    for unit, size in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"


def ratio(found):
    middle, least, most = found
    return f"{middle:.2f} ({least:.2f} to {most:.2f})"


def section(kind, rows):
    lines = [f"## {kind.TITLE}", "", kind.WORDS, ""]
    columns = getattr(kind, "columns", None) or (lambda row: {side: row.ratio(side) for side in row.sides if side != "Weir"})
    names = list(columns(rows[0]))
    gemm = any(row.flops for row in rows)
    lines += ["| | Weir | " + " | ".join(names) + (" | of the GEMM rate |" if gemm else " |"), "| --- |" + " ---: |" * (1 + len(names) + gemm)]
    for row in rows:
        found = columns(row)
        share = f" | {row.flops / row.median('Weir') / row.gemm:.0%} of {row.gemm / 1e9:.0f} GF/s" if gemm else ""
        lines.append(f"| {row.title} | {seconds(row.median('Weir'))} a {row.unit} | " + " | ".join(ratio(found[name]) for name in names) + share + " |")
    checks = [f"- {row.title}: {row.check}" for row in rows if row.check]
    return "\n".join([*lines, "", *checks, ""] if checks else [*lines, ""])


def machine():
    model = next((line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), platform.machine())
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"


def write(file, sections, bench):
    """Sections of other kinds that the file has stay."""
    kept = {}
    if file.exists():
        for text in re.split(r"(?m)^(?=## )", file.read_text())[1:]:
            kept[text.splitlines()[0]] = text.rstrip() + "\n"
    for text in sections.values():
        kept[text.splitlines()[0]] = text.rstrip() + "\n"
    version = subprocess.run([bench.weir, "--version"], capture_output=True, text=True).stdout.split()
    head = HEAD.format(repeat=bench.repeat, machine=machine(), version=version[-1] if version else "", packages=", ".join(environment.LIST.read_text().split()))
    file.write_text(head + "\n" + "\n".join(kept.values()))
