"""A real browser before a real server, and other sites' pages beside it."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import drawn
from running_server import Running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE = 90_000
"""Milliseconds; a busy machine takes its time."""
PICTURES = os.environ.get("GIFWORTHY_SCREENSHOTS", "")
"""A folder for the screenshots, so that somebody can look at them."""
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140 Safari/537.36"
"""How a person's browser calls itself; one that is driven says so, and is not counted.

It is said when the browser starts: what a page sends as it goes is beyond what a driver can change.
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with a worker."""
    server = Running(tmp_path_factory.mktemp("service"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The distribution's Chromium, which does not say that it is driven."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the driver is absent")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("the browser is absent")
    words = [
        "--no-sandbox",
        "--disable-blink-features=AutomationControlled",
        f"--user-agent={PERSON}",
    ]
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=program, args=words)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, running: Running) -> Iterator[Page]:
    """A new page; whatever it complains of fails the test."""
    opened = browser.new_page(base_url=running.address, viewport={"width": 1100, "height": 850})
    opened.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    listen(opened, complaints)
    yield opened
    for video in opened.request.get("/v1/videos").json()["videos"]:
        opened.request.put(f"/v1/videos/{video['id']}/choice", data={})
    opened.close()
    assert complaints == []


def listen(page: Page, complaints: list[str]) -> None:
    """Collect what a page complains of."""
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)


def picture(page: Page, name: str) -> None:
    """A picture of the whole page, where pictures are wanted."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@cache
def shots() -> Path:
    """Four lively shots of three seconds, so that there is something to choose from."""
    pictures = chain.from_iterable(drawn.moving(seed, 75, 320, 180) for seed in (3, 11, 23, 42))
    return drawn.write(drawn.FOLDER / "shots.mp4", pictures)


@contextmanager
def remade(page: Page) -> Iterator[None]:
    """Wait until what is done inside has brought another cover than the one that was shown before."""
    before = made(page)
    yield
    page.wait_for_function(
        """old => document.querySelector('.preview').getAttribute('aria-busy') === 'false'
            && document.querySelector('#shown').getAttribute('src') !== old""",
        arg=before,
    )


def drop(page: Page, video: Path | None = None) -> str:
    """Drop a video on the first page and wait until it was looked at; its id."""
    page.goto("/")
    page.set_input_files("#file", video or shots())
    page.wait_for_url("**/videos/vid_*")
    page.wait_for_selector("#bench")
    return page.url.rsplit("/", 1)[1]


def made(page: Page) -> str:
    """Wait for the cover that is being made; its address."""
    page.wait_for_selector('.preview[aria-busy="false"] #shown[src]')
    return str(page.get_attribute("#shown", "src"))


class Site:
    """Another site: pages that a test writes, at another origin. Reached as `localhost`, not as 127.0.0.1."""

    def __init__(self) -> None:
        pages: dict[str, str] = {}

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                text = pages.get(self.path, "")
                self.send_response(200 if text else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                """Nothing: a test's site keeps no log."""

        self.pages = pages
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Where it is reached."""
        return f"http://localhost:{self._server.server_port}"

    def put(self, path: str, body: str) -> None:
        """A page with this body."""
        head = (
            '<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,">'
        )
        self.pages[path] = f"{head}<title>A site</title><body>{body}</body></html>"

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    """Another site."""
    opened = Site()
    yield opened
    opened.close()
