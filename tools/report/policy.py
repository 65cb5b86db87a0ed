# tools/report/policy.py -- the page's scripts, and what its head allows: these scripts by their hashes, and no request to anywhere.
import base64
import hashlib
import pathlib
import secrets

HERE = pathlib.Path(__file__).parent
ZOOM, WATCH = ((HERE / name).read_text(encoding="utf-8") for name in ("zoom.js", "watch.js"))


def policy(*scripts, more=""):
    """A Content-Security-Policy: text of a record that passed for markup could neither run nor load anything."""
    allowed = [f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in scripts]
    return f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {' '.join(allowed)}{more}"


KEY = secrets.token_hex(16)      # of this watch
PLAIN = policy(ZOOM)
# A page that is watched asks for itself: by HTTP, or in a frame where it is a file.
WATCHED = policy(ZOOM, WATCH, more="; connect-src 'self'; frame-src 'self' file:")


def watched(page, every):
    """The page of a run that goes on, which asks for itself anew every so many seconds."""
    assert PLAIN in page, "the page has another policy"
    before, _, after = page.replace(PLAIN, WATCHED, 1).rpartition("</body>")
    return f'{before}<script data-every="{every:g}" data-key="{KEY}">{WATCH}</script>\n</body>{after}'
