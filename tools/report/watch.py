# tools/report/watch.py -- what `weir report --watch` runs: the page of a run that goes on, made anew every few seconds until it ends.
#
# Each page is that of `weir report`, made by a process of its own: a page that fails costs no watch. It is served on loopback or written
# to a file, with a script that takes over what has changed; the last one is without it.
import contextlib
import dataclasses
import hashlib
import html
import http.server
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time

import policy
from files import INVALID, IO_FAILED, MISSING, folder_of, goes_on, write

SHARE = 3              # pages take a third of a core at most, whatever --every says: the machine is the run's
PATIENCE = 60          # seconds for the run to begin
LINGER = 10            # seconds, beside those of --every, for browsers that follow to take the last page

# Its head and scripts are those of the pages to come, which change what is in its body.
WAITING = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy.PLAIN}">
<title>A Weir report that waits</title>
<link rel="icon" href="data:,">
<style>{(policy.HERE / "style.css").read_text(encoding="utf-8")}</style>
</head>
<body>
<header><h1>Nothing is recorded yet</h1></header>
<main></main>
<script>{policy.ZOOM}</script>
</body>
</html>
"""


@dataclasses.dataclass
class Shown:
    text: bytes
    tag: str
    since: float
    taken: float = 0.0         # when last; 0 before


class Page:
    """What is served, and when it was last asked for."""

    def __init__(self, every):
        self.set(policy.watched(WAITING, every))
        self.asked = 0.0       # when
        self.plain = None      # without the script; None before there is one

    def set(self, text):
        """At once for those who ask meanwhile: a text never stands with the tag of another."""
        text = text.encode()
        self.shown = Shown(text, f'"{hashlib.sha256(text).hexdigest()[:32]}"', time.monotonic())


class Handler(http.server.BaseHTTPRequestHandler):
    """GET / alone, for whoever names this machine: a page of the web whose name leads here (DNS rebinding) names another."""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        if re.sub(r":\d+$", "", self.headers.get("Host", "")) not in ("127.0.0.1", "localhost"):
            return self.answer(403, b"ask for http://127.0.0.1\n", "text/plain")
        if self.path.partition("?")[0] != "/":
            return self.answer(404, b"there is one page: /\n", "text/plain")
        page = self.server.page
        shown = page.shown
        if self.command == "GET":
            page.asked = time.monotonic()
        if self.headers.get("If-None-Match") == shown.tag:
            self.answer(304, b"", None, shown.tag)
        else:
            self.answer(200, shown.text, "text/html; charset=utf-8", shown.tag)
        if self.command == "GET":
            shown.taken = time.monotonic()

    def answer(self, code, body, kind, tag=None):
        self.send_response(code)
        if kind:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        for name, value in (("ETag", tag), ("Cache-Control", "no-cache"), ("X-Frame-Options", "DENY"),
                            ("X-Content-Type-Options", "nosniff"), ("Cross-Origin-Resource-Policy", "same-origin")):
            if value:
                self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port, page):
        super().__init__(("127.0.0.1", port), Handler)
        self.page = page

    def handle_error(self, *_):      # a browser that went away
        pass


def mark(source):
    """Changes when the page would."""
    folder = folder_of(source)
    files = [source] if folder is None else [*folder.glob("runs/*.h5"), folder / "weir-sweep.json", folder / "summary.json"]
    marks = []
    for file in sorted(files):
        with contextlib.suppress(OSError):
            found = file.stat()
            marks.append((file.name, found.st_size, found.st_mtime_ns))
    return marks


def made(source, arguments, work):
    """(the page, or None; what was said instead; exit code)."""
    out = work / "page.html"
    words = [arguments.weir, "report", source, "--force", "--out", out]
    if arguments.reference:
        words += ["--reference", arguments.reference]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if done.returncode:
        return None, done.stderr.strip().removeprefix("weir: "), done.returncode
    return out.read_text(encoding="utf-8"), "", 0


def cost():
    """Seconds of a core that pages have taken so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def status(text):
    found = re.search(r'<p class="status \w+">(.*?)</p>', text, re.S)
    return html.unescape(found[1]) if found else ""


def follow(arguments, complain, tell):
    for each in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(each) != signal.SIG_IGN:      # nohup
            signal.signal(each, signal.default_int_handler)
    page, server = Page(arguments.every), None
    try:
        if arguments.port is not None or arguments.out is None:
            try:
                server = Server(arguments.port or 0, page)
            except (OSError, OverflowError) as error:
                return complain(IO_FAILED, f"cannot serve on port {arguments.port}: {getattr(error, 'strerror', None) or error}; "
                                "choose another with --port, or none, and any free one is taken")
            threading.Thread(target=server.serve_forever, daemon=True).start()
        places = [f"http://127.0.0.1:{server.server_port}/"] if server else []
        places += [str(arguments.out)] if arguments.out else []
        tell(f"watching {arguments.source}   {'   '.join(places)}   until it ends; Ctrl-C ends the watch alone")
        with tempfile.TemporaryDirectory(prefix="weir-watch.") as work:
            return until_the_end(arguments, page, server, pathlib.Path(work), complain, tell)
    except KeyboardInterrupt:
        if arguments.out and page.plain:      # what stays is a page that asks for nothing
            with contextlib.suppress(OSError):
                write(arguments.out, page.plain)
        tell("the watch ends; the run goes on, if it did")
        return 0


def begun(source):
    """Has it been there within the time that one waits?"""
    until = time.monotonic() + PATIENCE
    if not source.exists():
        print(f"weir: {source} is not there yet; waiting {PATIENCE} s for it", file=sys.stderr, flush=True)
    while not source.exists():
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    time.sleep(0 if goes_on(source, source.resolve()) else 0.5)      # between a folder and its lock
    return True


def until_the_end(arguments, page, server, work, complain, tell):
    if not begun(arguments.source):
        return complain(INVALID, f"there is no file or folder {arguments.source}: give a record (HDF5 file) or the folder of a sweep")
    source = arguments.source.resolve()      # what a link leads to now: that may be another run before this one ends
    before, said = None, ""
    while True:
        spent, on, now = cost(), goes_on(arguments.source, source), mark(source)
        if not on or now != before:
            text, words, code = made(source, arguments, work)
            if text is None and code == MISSING:
                return complain(code, words)
            if text is None and not on:
                return complain(code, words)
            if text is not None:
                before, page.plain = now, text
                shown = policy.watched(text, arguments.every) if on else text
                page.set(shown)
                if arguments.out:
                    try:
                        write(arguments.out, shown)
                    except OSError as error:
                        return complain(IO_FAILED, f"cannot write {arguments.out}: {error.strerror or error}")
            elif words != said and "has no runs yet" not in words:
                print(f"weir: no page just now: {words}", file=sys.stderr, flush=True)
                said = words
        if not on:
            return last(arguments, page, server, tell)
        time.sleep(max(arguments.every, (SHARE - 1) * (cost() - spent)))


def last(arguments, page, server, tell):
    """Browsers that follow take the last page before the server ends: each asks within the time of --every, and then no more."""
    shown, every = page.shown, arguments.every
    late = shown.since + every + LINGER
    if server:
        followed = lambda now: page.asked and now - page.asked < 3 * every + 5
        waits = lambda now: not shown.taken or now < max(shown.since + every, shown.taken) + 1
        while (now := time.monotonic()) < late and followed(now) and waits(now):
            time.sleep(0.05)
    keep = f"   {arguments.out}" if arguments.out else ""
    return tell(f"ended    {arguments.source}   {status(page.shown.text.decode())}{keep}")
