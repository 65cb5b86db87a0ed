# tools/report/number.py -- numbers, durations and sizes as the terminal prints them (tools/cli/number.cpp).
import math


def number(value):
    if math.isnan(value):
        return "nan"
    if math.isfinite(value) and value == math.floor(value) and abs(value) < 1e9:
        return str(int(value))
    return f"{value:.4g}"


def exact(value):
    if math.isnan(value):
        return "nan"
    if math.isfinite(value) and value == math.floor(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(float(value))


def with_spread(value, spread):
    if not math.isfinite(value) or not math.isfinite(spread) or spread <= 0:
        return f"{number(value)} ± {number(spread)}"
    # Decimals that show two digits of the spread; beyond a handful, exponents read better than zeros.
    decimals = 1 - math.floor(math.log10(spread))
    largest = max(abs(value), spread)
    if decimals > 6 or largest >= 1e6:
        digits = decimals + math.floor(math.log10(largest))
        return f"{value:.{min(max(digits, 1), 15)}e} ± {spread:.1e}"
    return f"{value:.{max(decimals, 0)}f} ± {spread:.{max(decimals, 0)}f}"


def cell(value):
    """A value of an axis, as in a sweep's table and file names."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return exact(value)
    return value if isinstance(value, str) else str(value)


def duration(seconds):
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole // 60 % 60:02} min"


def size(count):
    units = ("B", "KiB", "MiB", "GiB", "TiB")
    unit = 0
    while count >= 1024 and unit + 1 < len(units):
        count, unit = count / 1024, unit + 1
    return f"{count} B" if unit == 0 else f"{count:.1f} {units[unit]}"


def count(n, noun):
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
