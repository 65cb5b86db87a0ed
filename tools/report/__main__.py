# tools/report/__main__.py -- what `weir report` runs: a record or a sweep's folder becomes one HTML page.
import argparse
import contextlib
import importlib.util
import itertools
import os
import pathlib
import shlex
import sys

INVALID, MISSING, IO_FAILED = 2, 3, 4      # as in tools/system/exit.hpp

# Python's name of a module, and Debian's of its package.
MODULES = {"numpy": "python3-numpy", "h5py": "python3-h5py", "matplotlib": "python3-matplotlib", "jinja2": "python3-jinja2"}


def complain(code, text):
    with contextlib.suppress(OSError):  # where it cannot be said, the code says it
        print(f"weir: {text}", file=sys.stderr)
    return code


def tell(line):
    """A reader who has closed the pipe wants no more, which is no fault."""
    try:
        print(line, flush=True)
        return 0
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for Python's own flush at the end
        return 0 if isinstance(error, BrokenPipeError) else complain(
            IO_FAILED, f"cannot write to standard output: {error.strerror}; the page is there")


def pasted(path):
    """A path as a word of a command: quoted where a shell needs it, and never taken for an option."""
    text = str(path)
    return shlex.quote(f"./{text}" if text.startswith("-") else text)


def missing_modules():
    return [name for name in MODULES if importlib.util.find_spec(name) is None]


def default_output(source):
    """NAME.html beside the record or folder, which may be given as "."."""
    named = source.parent if source.name == "index.h5" else source
    named = named.resolve() if named.name in ("", "..") else named
    return named.with_name((named.stem if named.is_file() else named.name) + ".html")


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


def main(words):
    parser = argparse.ArgumentParser(prog="weir report")
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("-o", "--out", type=pathlib.Path)
    parser.add_argument("--reference", type=pathlib.Path)
    parser.add_argument("--summary", type=pathlib.Path)      # numbers and verdicts, from tools/lab/judge/report_summary.cpp
    parser.add_argument("--force", action="store_true")
    arguments = parser.parse_args(words)

    missing = missing_modules()
    if missing:
        packages = " ".join(MODULES[name] for name in missing)
        return complain(MISSING, f"the report needs modules that {sys.executable} lacks: {', '.join(missing)}; "
                        f"apt-get install {packages}, or name another Python by WEIR_PYTHON")
    sys.path.insert(1, str(pathlib.Path(__file__).parents[1] / "python"))      # the package weir, which reads records
    from number import size
    from record import FAULTS, ReportError, WeirError
    import page

    out = arguments.out or default_output(arguments.source)
    if out.is_dir():
        return complain(INVALID, f"{out} is a folder; a report is one file: name it with -o OUT.html")
    if refused := refusal(out, arguments):
        return complain(*refused)
    if not out.absolute().parent.is_dir():
        return complain(IO_FAILED, f"there is no folder {out.parent} to write {out.name} into; create it first")
    try:
        text = page.make(arguments.source, arguments.summary, arguments.reference)
        write(out, text)
    except ReportError as error:
        return complain(error.code, str(error))
    except WeirError as error:
        return complain(IO_FAILED, str(error))
    except OSError as error:
        return complain(IO_FAILED, f"cannot write {out}: {error.strerror or error}")
    except FAULTS as error:
        return complain(IO_FAILED, f"{arguments.source} is not as Weir writes it, and no page can be made of it: "
                        f"{type(error).__name__}: {' '.join(str(error).split())}\nwhat it holds: weir info {pasted(arguments.source)}")
    return tell(f"report  {out}   {size(out.stat().st_size)}")


sys.exit(main(sys.argv[1:]))
