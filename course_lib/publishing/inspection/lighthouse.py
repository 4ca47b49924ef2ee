"""Lighthouse's four scores for pages of the built book, served on this machine for as long as they are looked at."""

import contextlib
import gzip
import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from course_lib.publishing.inspection.browsing import OPTIONS, PACKED, browser_path

VERSION = "12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


class NotMeasured(Exception):
    """Why there are no scores on this machine."""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback, packed as web servers do, and say at which address."""
    handler = type("Handler", (_Packing,), {"root": folder})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Packing(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    root = Path()

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments, directory=str(self.root))  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        packs = path.suffix not in PACKED
        data = gzip.compress(path.read_bytes()) if packs else path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(data)))
        if packs:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: object) -> None:
        """Nobody reads along."""


def scores(html: Path, page: Path) -> dict[str, int]:
    """Return the four scores of a page, out of 100. Raises `NotMeasured` where Node, npm or Chromium fails."""
    npx = shutil.which("npx")
    if npx is None or browser_path() is None:
        raise NotMeasured(f"{'Node with npx' if npx is None else 'Chromium'} is not installed")
    with served(html) as address, tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        command = (
            npx,
            "--yes",
            f"lighthouse@{VERSION}",
            f"{address}/{page.relative_to(html)}",
            "--quiet",
            "--output=json",
            f"--output-path={result}",
            f"--only-categories={','.join(CATEGORIES)}",
            f"--chrome-flags=--headless=new {' '.join(OPTIONS)}",
        )
        env = os.environ | {"CHROME_PATH": str(browser_path())}
        ran = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=False)
        if not result.exists():
            raise NotMeasured(f"Lighthouse failed: {(ran.stderr or ran.stdout).strip()[-300:]}")
        found = json.loads(result.read_text(encoding="utf-8"))["categories"]
    return {name: round(100 * (found[name]["score"] or 0)) for name in CATEGORIES}
