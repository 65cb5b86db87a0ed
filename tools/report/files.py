# tools/report/files.py -- the file of a page: its name, why it may not be written, and writing it as a whole; and whether a process still
# writes what a page is about.
import fcntl
import itertools
import os

INVALID, MISSING, IO_FAILED = 2, 3, 4      # as in tools/system/exit.hpp


def default_output(source):
    """NAME.html beside the record or folder, which may be given as "."."""
    named = source.parent if source.name == "index.h5" else source
    named = named.resolve() if named.name in ("", "..") else named
    return named.with_name((named.stem if named.is_file() else named.name) + ".html")


def folder_of(source):
    """Of a sweep; None of a record."""
    return source.parent if source.name == "index.h5" else source if source.is_dir() else None


def goes_on(*names):
    """Does a process hold it, by one of its names? A record that is written through a link has its lock beside the link."""
    return any(held(folder_of(each) or f"{each}.lock") for each in names)


def held(lock):
    """Both kinds of lock end with their process, however that ends."""
    try:
        lock = os.open(lock, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(lock)


def same_file(one, other):
    return one is not None and one.exists() and one.samefile(other)


def refusal(out, arguments):
    """Why this file is not written, and the exit code; None if it may be."""
    if not os.path.lexists(out):
        return None
    if any(same_file(read, out) for read in (arguments.source, arguments.reference, arguments.source / "index.h5")):
        return INVALID, f"{out} is read for the report, and is not written; name another file with -o"
    if not arguments.force:
        return IO_FAILED, f"{out} exists\nwrite over it with --force, or name another file with -o"
    if not out.is_file() or (out.stat().st_size > 0 and not out.read_bytes()[:64].lstrip().lower().startswith(b"<!doctype html>")):
        return IO_FAILED, f"{out} exists and is no page, and nothing else is written over; name another file with -o"
    return None


def write(out, text):
    """Whole or not at all, through a file that was not there."""
    for n in itertools.count():
        partial = out.with_name(f".{out.name}.{os.getpid()}-{n}.new")
        try:
            file = open(partial, "x", encoding="utf-8")
            break
        except FileExistsError:      # left by a killed process of our number
            continue
    try:
        with file:
            file.write(text)
        os.replace(partial, out)
    finally:
        partial.unlink(missing_ok=True)
