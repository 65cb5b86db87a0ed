# tests/tools/watch.test.py -- weir report --watch: pages of a sweep that goes on, served and as a file; it ends with the sweep.
#
# Exit 77: Python lacks what the report needs (apt-get install python3-h5py python3-matplotlib python3-jinja2).
import base64
import contextlib
import hashlib
import importlib.util
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

missing = [name for name in ("h5py", "matplotlib", "jinja2") if importlib.util.find_spec(name) is None]
if missing:
    print(f"skipped: {sys.executable} lacks {', '.join(missing)}")
    sys.exit(77)

ROOT = pathlib.Path(os.environ["WEIR_SOURCE_DIR"])
WEIR = pathlib.Path(os.environ["WEIR_BIN_DIR"]) / "weir"
ENVIRONMENT = os.environ | {"WEIR_PYTHON": sys.executable}
# A run of it grows until it is stopped, if it has many steps.
SWEEP = """
name: grow
nodes:
  base:  {plugin: source/gaussian, dim: 2}
  pairs: {plugin: coupling/affine, source: base, angle: 90 deg, draw: {fixed: 16}}
  task:  {plugin: objective/flow_matching, coupling: pairs}
  train: {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 8, depth: 1}, steps: STEPS, batch: 8}
  flow:  {plugin: integrator/euler, field: train.field, start: pairs.x0, steps: 2}
  recall: {plugin: metric/memorisation, generated: flow.end, pairs: pairs}
report: {train.loss: last, recall.share: mean}
sweep:
  seed: {count: 2}
"""


def begin(*words):
    return subprocess.Popen([WEIR, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)


def grow(work, name, steps):
    (work / f"{name}.yaml").write_text(SWEEP.replace("STEPS", str(steps)))
    return begin("run", work / f"{name}.yaml", "-o", work / name, "--progress", "none", "--jobs", "1", "--threads", "1")


def stop(process):
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)


@contextlib.contextmanager
def stopped(*processes):
    try:
        yield
    finally:
        for each in processes:
            stop(each)


def asked(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
        return answer.read().decode(), answer.headers


def refused(url, **headers):
    """The code of what is no page; None of a page."""
    try:
        asked(url, **headers)
        return None
    except urllib.error.HTTPError as error:
        return error.code


def until(what, seconds=90):
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.1)
    return found


class Follower(threading.Thread):
    """Asks as a page does, every so often and for what has changed; it ends with the last page, or where it cannot reach the server."""

    def __init__(self, url, every):
        super().__init__(daemon=True)
        self.url, self.every, self.last = url, every, None
        self.start()

    def run(self):
        tag = {}
        with contextlib.suppress(OSError):
            while True:
                with contextlib.suppress(urllib.error.HTTPError):      # 304
                    text, headers = asked(self.url, **tag)
                    tag = {"If-None-Match": headers["ETag"]}
                    if "data-every" not in text:
                        self.last = text
                        return
                time.sleep(self.every)


def steps(page):
    """Of the table of what there is so far: run -> last step."""
    table = re.search(r'<table id="so-far">.*?</table>', page, re.S)
    rows = re.findall(r'scope="row">([^<]+)</th><td class="text">(\w+( \w+)?)</td><td>(\d+) of \d+</td>', table[0]) if table else []
    return {run: int(step) for run, _, _, step in rows}


def keeps_to_itself(page):
    """No address of another machine; and what the head allows are its own scripts, by their hashes."""
    outside = [each for each in re.findall(r'(?:src|href)="([^"]*)"', page) if not each.startswith(("#", "data:"))]
    assert not outside, outside[:3]
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.startswith("default-src 'none'; img-src data:; ") and "unsafe-inline" not in policy.split("script-src")[1], policy
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", page, re.S)
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in scripts]
    assert scripts and all(each in policy for each in hashes), hashes
    return len(scripts)


def test_served(work):
    """Watched before it begins and by a link: pages whose numbers grow, to this machine alone; the watch ends with the sweep."""
    (work / "latest").symlink_to("grow")
    watch = begin("report", work / "latest", "--watch", "--every", "0.2")
    url = re.search(r"http://127\.0\.0\.1:\d+/", watch.stdout.readline())[0]
    waiting, _ = asked(url)
    assert "Nothing is recorded yet" in waiting and keeps_to_itself(waiting) == 2
    run = grow(work, "grow", 10_000_000)
    with stopped(run, watch):
        first = until(lambda: steps(asked(url)[0]))
        later = until(lambda: (now := steps(asked(url)[0])) and any(now[run] > first.get(run, now[run]) for run in now) and now)
        page, headers = asked(url)
        assert keeps_to_itself(page) == 2 and 'data-every="0.2"' in page and 'class="status going"' in page
        assert "1 running, 1 not begun, of 2 runs" in page and "The sweep goes on. Figures" in page, (first, later)
        assert headers["X-Frame-Options"] == "DENY" and headers["Cache-Control"] == "no-cache" and "Access-Control-Allow-Origin" not in headers
        assert refused(url, Host="weir.example") == 403 and refused(url, Host="127.0.0.1.weir.example:80") == 403
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=30) as head:      # as GET, without the body
            assert head.status == 200 and int(head.headers["Content-Length"]) > 1000 and head.headers["ETag"] and not head.read()
        assert refused(url + "etc/passwd") == 404 and refused(url, Host="localhost:1") is None
        until(lambda: refused(url, **{"If-None-Match": asked(url)[1]["ETag"]}) == 304)      # unless another page came between
        assert watch.poll() is None, "the watch ends before the run"
        followers = [Follower(url, every) for every in (0.05, 0.2, 0.2)]
        stop(run)
        out, err = watch.communicate(timeout=30)
        for each in followers:
            each.join(30)
    assert watch.returncode == 0 and not err.replace(f"weir: {work / 'latest'} is not there yet; waiting 60 s for it\n", ""), (out, err)
    assert out.startswith(f"ended    {work / 'latest'}   ") and "interrupted" in out, out
    taken = followers[0].last      # the last one is a page like any other
    assert taken and all(each.last == taken for each in followers), [each.last and len(each.last) for each in followers]
    plain = subprocess.run([WEIR, "report", work / "grow"], env=ENVIRONMENT, capture_output=True, text=True)
    assert plain.returncode == 0, plain.stderr
    assert (work / "grow.html").read_text() == taken and keeps_to_itself(taken) == 1


def test_file(work):
    """Replaced as a whole while the sweep goes on, and in the end the page that `weir report` makes."""
    run = grow(work, "short", 1500)
    page = work / "page.html"
    watch = begin("report", work / "short", "--watch", "--every", "0.1", "-o", page)
    with stopped(run, watch):
        seen = set()
        while watch.poll() is None:
            if page.exists():
                text = page.read_text()
                assert text.endswith("</html>\n") or text.endswith("</html>"), text[-80:]
                seen.add(hashlib.sha256(text.encode()).hexdigest())
            time.sleep(0.05)
        out, err = watch.communicate()
        run.communicate()
    assert watch.returncode == 0 and not err, err
    said = out.splitlines()
    assert said[0] == f"watching {work / 'short'}   {page}   until it ends; Ctrl-C ends the watch alone" and "http:" not in out, said
    assert said[-1] == f"ended    {work / 'short'}   all 2 runs finished   {page}", said
    assert "data-every" not in page.read_text() and 'id="cases"' in page.read_text() and len(seen) >= 2, len(seen)
    # It is over: a page at once, and the watch ends.
    once = subprocess.run([WEIR, "report", work / "short", "--watch", "-o", page, "--force"], env=ENVIRONMENT, capture_output=True, text=True)
    assert once.returncode == 0 and "all 2 runs finished" in once.stdout, once


def test_record(work):
    """Of a single run. Ctrl-C ends the watch alone, and the file that stays asks for nothing; a run that was killed has ended."""
    (work / "one.yaml").write_text(SWEEP.replace("STEPS", "10000000").split("sweep:")[0])
    run = begin("run", work / "one.yaml", "-o", work / "one.h5", "--progress", "none", "--threads", "1")
    page = work / "one.html"
    with stopped(run):
        watch = begin("report", work / "one.h5", "--watch", "--every", "0.1", "-o", page)
        with stopped(watch):
            until(lambda: page.exists() and "data-every" in page.read_text())
            watch.send_signal(signal.SIGINT)
            out, err = watch.communicate(timeout=30)
        assert watch.returncode == 0 and out.endswith("the watch ends; the run goes on, if it did\n"), (out, err)
        assert run.poll() is None and "data-every" not in page.read_text() and not list(work.glob(".one.html*"))
        (work / "link.h5").symlink_to(work / "one.h5")
        watch = begin("report", work / "link.h5", "--watch", "--every", "0.1", "--port", "0", "-o", page, "--force")
        with stopped(watch):
            url = re.search(r"http://127\.0\.0\.1:\d+/   \S*one\.html", watch.stdout.readline())[0].split()[0]
            first = until(lambda: steps(asked(url)[0]))
            until(lambda: steps(asked(url)[0]) != first)
            run.kill()
            out, err = watch.communicate(timeout=60)
    assert watch.returncode == 0 and not err and re.match(rf"ended    {re.escape(str(work / 'link.h5'))}   \w+.*   {re.escape(str(page))}\n", out), (out, err)


def test_refusals(work):
    def said(*words, code):
        done = subprocess.run([WEIR, "report", work / "short", *map(str, words)], env=ENVIRONMENT, capture_output=True, text=True)
        assert done.returncode == code, done
        return done.stderr
    assert "--port and --every are of a page that follows a run: give --watch" in said("--port", "0", code=2)
    assert "page.html exists\nwrite over it with --force" in said("--watch", "-o", work / "page.html", code=4)
    assert "--port" in said("--watch", "--port", "70000", code=2)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"cannot serve on port {port}: Address already in use; choose another with --port" in said("--watch", "--port", port, code=4)


def test_scripts(_):
    node = shutil.which("node")
    for script in sorted((ROOT / "tools/report").glob("*.js")) if node else []:
        subprocess.run([node, "--check", script], check=True)


with tempfile.TemporaryDirectory(prefix="weir-watch.") as folder:
    for test in [each for name, each in list(globals().items()) if name.startswith("test_")]:
        start = time.monotonic()
        test(pathlib.Path(folder))
        print(f"{test.__name__} {time.monotonic() - start:.1f} s", flush=True)
print("fine")
