"""The page in a real browser: a video dropped, its cover seen, edited and taken away; each page looked at."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import drawn
from running_server import Running

pytest.importorskip("fastapi", reason="the serve extra is absent")
playwright = pytest.importorskip("playwright.sync_api", reason="the browser's driver is absent")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE = 90_000
"""Milliseconds; a busy machine takes its time."""
PICTURES = os.environ.get("GIFWORTHY_SCREENSHOTS", "")
"""A folder for the screenshots, so that somebody can look at them."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    server = Running(tmp_path_factory.mktemp("service"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("the browser is absent")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, running: Running) -> Iterator[Page]:
    """A new page; whatever it complains of fails the test."""
    opened = browser.new_page(base_url=running.address, viewport={"width": 1100, "height": 850})
    opened.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console", lambda told: complaints.append(told.text) if told.type == "error" else None
    )
    yield opened
    opened.close()
    assert complaints == []


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def drop(page: Page) -> None:
    page.goto("/")
    page.set_input_files("#file", drawn.pieces())
    page.wait_for_url("**/videos/vid_*")
    page.wait_for_selector("#bench")


def made(page: Page) -> str:
    """Wait for the cover that is being made; its address."""
    page.wait_for_selector('.preview[aria-busy="false"] #shown[src]')
    return str(page.get_attribute("#shown", "src"))


@pytest.mark.timeout(300)
def test_a_video_that_is_dropped_gets_a_cover_that_can_be_changed_and_taken(page: Page) -> None:
    drop(page)
    first = made(page)
    assert first.endswith(".gif")
    assert page.text_content("#told")
    picture(page, "video")
    page.select_option('[name="format"]', "webp")
    page.wait_for_function(
        "old => document.querySelector('#shown').src.endsWith('.webp')", arg=first
    )
    with page.expect_download() as taken:
        page.click("#download")
    data = Path(taken.value.path()).read_bytes()
    assert (data[:4], data[8:12]) == (b"RIFF", b"WEBP")
    page.locator("#start").fill("2")
    page.locator("#end").fill("3")
    page.click("#pin")
    page.wait_for_function(
        "() => document.querySelector('#told').textContent.includes('from 0:02')"
    )
    assert "You chose 0:02.0 to 0:03.0" in str(page.text_content("#chosen"))
    assert "data-moving" in str(page.text_content("#snippet"))


@pytest.mark.timeout(300)
def test_every_page_fits_a_phone_in_the_dark_and_is_light(
    browser: Browser, running: Running
) -> None:
    page = browser.new_page(
        base_url=running.address, viewport={"width": 390, "height": 800}, color_scheme="dark"
    )
    page.set_default_timeout(PATIENCE)
    drop(page)
    made(page)
    sizes: list[int] = []
    page.on("response", lambda got: sizes.append(int(got.headers.get("content-length", 0))))
    for place in ("/", "/queue", page.url.removeprefix(running.address)):
        sizes.clear()
        page.goto(place)
        picture(page, f"phone{place.replace('/', '-')[:8]}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, f"{place} is {wide} pixels wide"
        if not place.startswith("/videos/"):
            assert sum(sizes) < 150_000, place
    page.close()


@pytest.mark.timeout(300)
def test_every_control_is_reached_by_keyboard_and_has_a_name(page: Page) -> None:
    drop(page)
    made(page)
    names = page.evaluate(
        """() => [...document.querySelectorAll('a[href], button, input, select')]
            .filter(one => one.offsetParent !== null && !one.disabled)
            .map(one => (one.labels?.[0]?.textContent || one.ariaLabel || one.textContent || '').trim())"""
    )
    assert all(names), names
    reached = set()
    for _ in range(3 * len(names)):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)"))
    assert len(reached) >= len(names)


def test_less_motion_is_honoured(browser: Browser, running: Running) -> None:
    page = browser.new_page(base_url=running.address, reduced_motion="reduce")
    page.set_default_timeout(PATIENCE)
    drop(page)
    made(page)
    page.goto("/")
    card = page.locator("img[data-moving]").first
    card.hover()
    assert str(card.get_attribute("src")).endswith(".jpg")
    page.close()
