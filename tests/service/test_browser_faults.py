"""What a page does when a video is too large, one of many, too dark, gone, or its cover is not there yet."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import drawn
from browsing import PATIENCE, browser, drop, made, page, picture, remade, running, shots
from running_server import Running

pytest.importorskip("fastapi", reason="the serve extra is absent")
pytest.importorskip("playwright.sync_api", reason="the browser's driver is absent")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

__all__ = ["browser", "page", "running"]
INSIDE = """() => {
  const measured = (one) => document.querySelector(one).getBoundingClientRect();
  const box = measured(".screen"), picture = measured("#shown");
  const sides = [box.left - picture.left, picture.right - box.right];
  const over = Math.max(box.top - picture.top, picture.bottom - box.bottom, ...sides);
  return { over, shape: picture.width / picture.height, height: picture.height };
}"""


@cache
def large() -> Path:
    """A video whose covers are larger than the box that they are shown in."""
    return drawn.write(drawn.FOLDER / "large.mp4", drawn.moving(5, 50, 960, 540))


@cache
def black() -> Path:
    """A video in which nothing is worth showing."""
    night = np.zeros((96, 160, 3), np.uint8)
    return drawn.write(drawn.FOLDER / "black night.mp4", [night] * 75)


@pytest.mark.timeout(300)
def test_the_whole_picture_is_seen(page: Page) -> None:
    drop(page, large())
    made(page)
    for name, shape in (("1.7778", 16 / 9), ("1", 1.0), ("0.5625", 9 / 16)):
        with remade(page):
            page.select_option('[name="aspect"]', name)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            page.wait_for_function("() => document.querySelector('#shown').complete")
            seen = page.evaluate(INSIDE)
            picture(page, f"aspect-{name}-{width}")
            assert seen["over"] < 1, (name, width, seen)
            assert seen["shape"] == pytest.approx(shape, rel=0.03)
            assert seen["height"] > 150


@pytest.mark.timeout(300)
def test_of_three_videos_dropped_at_once_none_is_lost(page: Page, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(drawn.pieces().read_bytes()[:2000])
    page.goto("/")
    page.set_input_files("#file", [shots(), drawn.pieces(), broken])
    lines = page.locator("#sendings li")
    assert lines.count() == 3
    page.wait_for_function("() => document.querySelectorAll('#sendings progress').length === 0")
    picture(page, "three")
    assert lines.locator("a").all_inner_texts() == ["shots.mp4", drawn.pieces().name]
    assert "cannot be read" in str(lines.nth(2).locator(".refused").text_content())
    listed = page.locator("#yours ~ ul .name").all_inner_texts()
    assert {"shots.mp4", drawn.pieces().name, "broken.mp4"} <= set(listed)
    lines.locator("a").first.click()
    page.wait_for_selector("#bench")


@pytest.mark.timeout(300)
def test_where_nothing_is_worth_showing_the_page_says_why_and_shows_it_all_the_same(
    page: Page,
) -> None:
    drop(page, black())
    said = page.inner_text("#nothing")
    picture(page, "black")
    assert "black" in said
    assert "--" not in page.inner_text("main")
    assert page.is_hidden("#shown")
    assert page.is_hidden("#waiting")
    assert page.is_hidden("#download")
    assert page.text_content("#chosen") == ""
    page.click("#allow")
    made(page)
    assert page.is_hidden("#nothing")
    assert page.is_checked('[name="allow_refused"]')
    page.click("#undo")
    page.wait_for_selector("#nothing:not([hidden])")
    assert not page.is_checked('[name="allow_refused"]')


@pytest.mark.timeout(300)
def test_a_cover_that_is_not_there_yet_is_not_offered(page: Page) -> None:
    drop(page)
    first = made(page)
    assert page.get_attribute("#download", "href") == first
    page.wait_for_selector("#candidates .stage img >> nth=-1")
    page.wait_for_function("() => !document.querySelector('#candidates .stage .state')")
    orders = "**/v1/videos/*/covers"

    def late(route: Route) -> None:
        page.wait_for_timeout(1500)
        route.continue_()

    page.route(orders, late, times=1)
    with remade(page):
        page.select_option('[name="format"]', "webp")
        assert page.inner_text("#download") == "Being made"
        assert page.get_attribute("#download", "href") is None
        assert page.is_hidden("#still")
        page.wait_for_function(
            "() => /since \\d+ s/.test(document.querySelector('#since').textContent)"
        )
    assert page.get_attribute("#download", "href") == made(page)
    assert page.inner_text("#since") == ""


@pytest.mark.timeout(300)
def test_a_line_that_is_refused_is_asked_for_again(page: Page) -> None:
    """A browser gives a line up for good at any answer but 200, such as a proxy's while a server starts."""
    drop(page)
    made(page)
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.fulfill(status=204)

    page.route("**/v1/jobs/*/events", refuse, times=1)
    with remade(page):
        page.select_option('[name="aspect"]', "1")
    assert len(refused) == 1


@pytest.mark.timeout(300)
def test_a_video_is_removed_when_it_was_said_twice(page: Page) -> None:
    video = drop(page, large())
    made(page)
    page.click("#remove")
    page.click('#removing button[value=""]')
    assert page.request.get(f"/v1/videos/{video}").status == 200
    page.click("#remove")
    picture(page, "remove")
    page.click('#removing button[value="remove"]')
    page.wait_for_url(lambda url: "/videos/" not in url)
    assert page.request.get(f"/v1/videos/{video}").status == 404
    assert "large.mp4" not in page.inner_text("main")


@pytest.mark.timeout(300)
def test_the_queue_lists_work_alone_and_shows_its_state_on_a_phone(page: Page) -> None:
    drop(page)
    made(page)
    page.wait_for_load_state("networkidle")
    page.goto("/queue")
    rows = page.locator("tbody tr").count()
    drop(page)
    made(page)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/queue")
    assert rows <= page.locator("tbody tr").count() <= rows + 6
    assert "known already" not in page.inner_text("main")
    for badge in page.locator(".badge").all():
        box = badge.bounding_box()
        assert box is not None
        assert 0 <= box["x"] < box["x"] + box["width"] <= 390


def test_a_page_that_is_not_there_leads_back(browser: Browser, running: Running) -> None:
    page = browser.new_page(base_url=running.address)
    page.set_default_timeout(PATIENCE)
    for place in ("/videos/vid_nope", "/nope", "/experiments/exp_nope"):
        answer = page.goto(place)
        assert answer is not None
        assert answer.status == 404
        picture(page, f"lost{place.replace('/', '-')}")
        page.click("main a")
        assert page.url == f"{running.address}/"
    page.close()


def test_the_picture_is_called_by_a_name_without_its_ending(page: Page) -> None:
    drop(page)
    assert page.input_value("#alt") == "shots"
