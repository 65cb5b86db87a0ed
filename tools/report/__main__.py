# tools/report/__main__.py -- what `weir report` runs: a record or a sweep's folder becomes one HTML page.
import argparse
import contextlib
import os
import pathlib
import shlex
import sys

from files import INVALID, IO_FAILED, MISSING, default_output, refusal, write
from needed import lacking


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


def faulty_output(out, arguments):
    """Why no page can be written there, and the exit code; None if one can, or none is to be."""
    if out is None:
        return None
    if out.is_dir():
        return INVALID, f"{out} is a folder; a report is one file: name it with -o OUT.html"
    if refused := refusal(out, arguments):
        return refused
    if not out.absolute().parent.is_dir():
        return IO_FAILED, f"there is no folder {out.parent} to write {out.name} into; create it first"
    return None


def main(words):
    parser = argparse.ArgumentParser(prog="weir report")
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("-o", "--out", type=pathlib.Path)
    parser.add_argument("--reference", type=pathlib.Path)
    parser.add_argument("--summary", type=pathlib.Path)      # numbers and verdicts, from tools/lab/judge/report_summary.cpp
    parser.add_argument("--force", action="store_true")
    parser.add_argument("--watch", action="store_true")
    parser.add_argument("--port", type=int)
    parser.add_argument("--every", type=float, default=3)
    parser.add_argument("--weir", type=pathlib.Path)         # the program, which makes each page of a watch
    arguments = parser.parse_args(words)

    if words := lacking("the report needs", "numpy", "h5py", "matplotlib", "jinja2"):
        return complain(MISSING, words)
    sys.path.insert(1, str(pathlib.Path(__file__).parents[1] / "python"))      # the package weir, which reads records
    from number import size
    from record import FAULTS, ReportError, WeirError
    import page

    out = arguments.out or (None if arguments.watch else default_output(arguments.source))
    if faulty := faulty_output(out, arguments):
        return complain(*faulty)
    if arguments.watch:
        import watch
        return watch.follow(arguments, complain, tell)
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
