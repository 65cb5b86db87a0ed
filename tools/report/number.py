# tools/report/number.py -- numbers, durations and sizes in captions; the table's numbers come as text from the program.
import math


def number(value):
    if math.isnan(value):
        return "nan"
    if math.isfinite(value) and value == math.floor(value) and abs(value) < 1e9:
        return str(int(value))
    return f"{value:.4g}"


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
