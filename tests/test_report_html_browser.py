"""The page of HTML in a browser without a screen, opened from a file; skipped where there is none."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from html_pages import parse, skeleton, strange
from report_samples import NASTY, reviewed
from selectolax.lexbor import LexborNode

from nalyqor_tui import cli
from nalyqor_tui.report import html
from nalyqor_tui.report.selection import Selection

SAMPLE = Path(__file__).parent.parent / "sample_traces" / "production.jsonl"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-pdf-header-footer",
)  # fmt: skip


def browse(folder: Path, address: str, *how: str) -> str:
    """Open an address in a browser of its own, and return what it prints."""
    assert CHROMIUM is not None
    profile = folder / "profile"
    command = [CHROMIUM, *QUIET, f"--user-data-dir={profile}", *how, address]
    done = subprocess.run(command, capture_output=True, check=True, timeout=180)
    shutil.rmtree(profile, ignore_errors=True)
    return done.stdout.decode("utf-8")


def seen(folder: Path, address: str) -> LexborNode:
    """Return the page as the browser holds it."""
    return parse(browse(folder, address, "--dump-dom"))


def sample(folder: Path, *args: str) -> Path:
    """Write the page of the sample, under a name that an address must escape."""
    path = folder / "a report, 100% #1 – ü.html"
    assert cli.main(["export", str(SAMPLE), "--html", "-o", str(path), *args]) == 0
    return path


def pages(folder: Path, page: Path) -> int:
    """Print a page, and return on how many sheets."""
    out = folder / "out.pdf"
    browse(folder, page.as_uri(), f"--print-to-pdf={out}")
    return len(re.findall(rb"/Type\s*/Page\b", out.read_bytes()))


def test_it_opens_from_a_file_and_a_link_unfolds_its_decision(tmp_path: Path) -> None:
    path = sample(tmp_path)
    whole = parse(path.read_text("utf-8"))
    found = seen(tmp_path, f"{path.as_uri()}#d-2.1")
    assert found.css_first("title").text() == "Decisions of production.jsonl"
    assert [row.text(deep=True) for row in found.css("tr")] == [
        row.text(deep=True) for row in whole.css("tr")
    ]
    unfolded = {node.attributes["id"] for node in found.css("details[open] > .anchor")}
    assert unfolded - {node.attributes["id"] for node in whole.css("details[open] > .anchor")} == {"d-2.1"}
    assert {"d-9.1", "d-10.2"} <= unfolded and "d-1.1" not in unfolded


def test_it_reads_hostile_text_as_text(tmp_path: Path) -> None:
    text = (
        "".join(NASTY)
        + "</code></td></table></title></style></svg><script>document.body.remove()</script>" * 2
    )
    lines = "\n".join(html.render(reviewed(tmp_path, text), Selection()))
    path = tmp_path / "hostile.html"
    path.write_text(lines, "utf-8")
    found = seen(tmp_path, path.as_uri())
    assert strange(found) == []
    assert skeleton(found) == skeleton(parse(lines))
    assert found.text(deep=True).count("document.body.remove()") > 20


def test_what_is_folded_is_printed_too(tmp_path: Path) -> None:
    path = sample(tmp_path, "--turns", "2-3")
    folded = pages(tmp_path, path)
    text = path.read_text("utf-8")
    assert text.count("<details>") == 5
    path.write_text(text.replace("<details>", "<details open>"), "utf-8")
    assert folded == pages(tmp_path, path) > 3


class Asked(BaseHTTPRequestHandler):
    """Notes what is asked for."""

    paths: list[str]

    def do_GET(self) -> None:
        self.paths.append(self.path)
        self.send_response(404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the base class has
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    handler = type("Handler", (Asked,), {"paths": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{found.server_port}", handler.paths
        found.shutdown()


def test_even_with_a_hole_in_it_a_page_runs_and_fetches_nothing(
    tmp_path: Path, server: tuple[str, list[str]]
) -> None:
    address, asked = server
    hole = (
        f"<img src={address}/img><script src={address}/script></script><link rel=stylesheet href={address}/css>"
        f"<iframe src={address}/frame></iframe><script>document.title = 'ran'</script>"
        f"<style>main {{ background: url({address}/style) }}</style>"
    )
    path = sample(tmp_path, "--at", "9.1")
    text = path.read_text("utf-8").replace("<main>", f"<main>{hole}", 1)
    path.write_text(text, "utf-8")
    assert seen(tmp_path, path.as_uri()).css_first("title").text() == "Decisions of production.jsonl"
    assert asked == []
    path.write_text(re.sub(r"<meta http-equiv[^>]*>", "", text), "utf-8")
    assert seen(tmp_path, path.as_uri()).css_first("title").text() == "ran"
    assert set(asked) >= {"/img", "/script", "/css", "/frame", "/style"}
