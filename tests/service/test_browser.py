"""The page in a real browser: a video dropped, its cover seen, edited and taken away; each page looked at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import drawn
from browsing import PATIENCE, browser, drop, made, page, picture, remade, running
from running_server import Running

pytest.importorskip("fastapi", reason="the serve extra is absent")
pytest.importorskip("playwright.sync_api", reason="the browser's driver is absent")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser", "page", "running"]


def times(page: Page) -> list[float]:
    """The ends of the windows on the timeline, seconds."""
    ends = page.locator(".end").all()
    return [float(end.get_attribute("aria-valuenow") or "nan") for end in ends]


@pytest.mark.timeout(300)
def test_what_is_changed_is_made_at_once_and_undone(page: Page) -> None:
    drop(page)
    first = made(page)
    assert first.endswith(".gif")
    assert "The plan chose this" in str(page.text_content("#chosen"))
    picture(page, "video")
    with remade(page):
        page.select_option('[name="format"]', "webp")
    second = made(page)
    assert second.endswith(".webp")
    with remade(page):
        page.select_option('[name="aspect"]', "1")
    size = page.evaluate(
        "(({ width, height }) => [width, height])(document.querySelector('#shown'))"
    )
    assert size[0] == size[1]
    with remade(page):
        page.click("#undo")
    assert made(page) == second
    with remade(page):
        page.click("#undo")
    assert made(page) == first
    assert page.is_disabled("#undo")


@pytest.mark.timeout(300)
def test_the_ends_are_dragged_by_mouse_and_moved_by_key(page: Page) -> None:
    drop(page)
    made(page)
    start, end = times(page)
    page.locator(".end.last").scroll_into_view_if_needed()
    box, film = page.locator(".end.last").bounding_box(), page.locator("#film").bounding_box()
    assert box is not None
    assert film is not None
    second = film["width"] / 12
    with remade(page):
        page.mouse.move(box["x"] + 8, box["y"] + 80)
        page.mouse.down()
        page.mouse.move(box["x"] + 8 - second, box["y"] + 80, steps=5)
        page.mouse.up()
    assert times(page) == [start, pytest.approx(end - 1, abs=0.11)]
    assert "You chose" in str(page.text_content("#chosen"))
    assert page.is_disabled('[name="seconds"]')
    with remade(page):
        page.focus(".end.first")
        for _ in range(4):
            page.keyboard.press("ArrowRight")
        assert times(page)[0] == pytest.approx(start + 0.4)
        said = page.get_attribute(".end.first", "aria-valuetext")
        assert said == f"0:{start + 0.4:04.1f}"
    assert page.evaluate("document.activeElement.className") == "end first"
    with remade(page):
        page.click("#free")
    assert times(page) == [start, end]


@pytest.mark.timeout(300)
def test_a_finger_drags_too(browser: Browser, running: Running) -> None:
    context = browser.new_context(
        base_url=running.address, viewport={"width": 390, "height": 800}, has_touch=True
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    video = drop(page)
    made(page)
    start, end = times(page)
    handle = page.locator(".end.last")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box is not None
    wire = context.new_cdp_session(page)
    x, y = box["x"] + 6, box["y"] + 80
    moves = (("touchStart", x), ("touchMove", x - 10), ("touchMove", x - 25), ("touchEnd", None))
    with remade(page):
        for kind, place in moves:
            points = [] if place is None else [{"x": place, "y": y}]
            wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert times(page)[0] == start
    assert times(page)[1] < end - 0.5
    page.request.put(f"/v1/videos/{video}/choice", data={})
    context.close()


@pytest.mark.timeout(300)
def test_a_span_is_banned_and_allowed_again(page: Page) -> None:
    drop(page)
    made(page)
    start, end = times(page)
    with remade(page):
        page.click("#ban")
    shown = times(page)
    assert shown[0] >= end - 0.01 or shown[1] <= start + 0.01
    assert page.locator(".banned").count() == 1
    with remade(page):
        page.click("#never button")
    assert times(page) == [start, end]
    assert page.locator(".banned").count() == 0


@pytest.mark.timeout(300)
def test_candidates_play_and_are_pinned_and_added(page: Page) -> None:
    drop(page)
    made(page)
    page.wait_for_function(
        """() => [...document.querySelectorAll('#candidates .stage')]
            .every(one => one.querySelector('img'))"""
    )
    cards = page.locator("#candidates .card")
    assert cards.count() >= 2
    picture(page, "candidates")
    second = cards.nth(1)
    with remade(page):
        second.get_by_text("Show", exact=True).click()
    want = [float(second.get_attribute(f"data-{end}") or 0) for end in ("start", "end")]
    assert times(page) == want
    with remade(page):
        cards.nth(0).get_by_text("Add", exact=True).click()
    assert len(times(page)) == 4
    assert page.locator('.end[aria-label="Start of shot 2"]').count() == 1


@pytest.mark.timeout(300)
def test_the_curve_says_why_by_pointing_and_by_key(page: Page) -> None:
    drop(page)
    made(page)
    page.focus(".curve")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    last = page.text_content("#reading")
    assert "0:12.0" in str(last)
    assert page.get_attribute(".curve", "aria-valuetext")
    page.hover(".curve", position={"x": 40, "y": 50})
    assert page.text_content("#reading") != last
    page.keyboard.press("Home")
    end = float(page.locator(".curve g").first.get_attribute("data-end") or 0)
    with remade(page):
        page.keyboard.press("Enter")
    assert times(page) == [0, end]


@pytest.mark.timeout(300)
def test_plans_are_compared_and_one_is_chosen(page: Page) -> None:
    drop(page)
    made(page)
    page.click("#rivals button")
    page.wait_for_selector("#trial:not([hidden])")
    assert page.locator("#covers .stage img").count() == 2
    assert page.locator("#covers .where span").count() >= 3
    picture(page, "plans")
    with remade(page):
        page.locator("#covers .card", has_text="storyline").locator("button").click()
    assert len(times(page)) >= 4
    assert "You chose" in str(page.text_content("#chosen"))


@pytest.mark.timeout(300)
def test_a_viewer_is_met_taught_and_forgotten(page: Page) -> None:
    drop(page)
    made(page)
    page.fill("#viewer-name", "alice")
    page.click("#who button")
    page.wait_for_selector("#theirs img")
    assert page.is_visible("#no-history")
    page.click("#add-to-history")
    page.wait_for_selector("#history .chip")
    page.wait_for_selector('#theirs[aria-busy="false"] img')
    page.click("#address-theirs")
    page.wait_for_selector("#addressed:not([hidden])")
    theirs = page.inner_text("#address")
    assert page.request.get(theirs).status in (200, 202)
    picture(page, "viewer")
    page.click("#forget")
    page.click('#forgetting button[value=""]')
    assert page.is_visible("#history .chip")
    page.click("#forget")
    page.click('#forgetting button[value="forget"]')
    page.wait_for_selector("#viewer", state="hidden")
    assert "is forgotten" in str(page.text_content("#forgotten"))
    assert page.request.get("/v1/viewers").json()["viewers"] == []
    assert page.request.get(theirs).status == 410


@pytest.mark.timeout(300)
def test_every_page_fits_a_phone_in_the_dark(browser: Browser, running: Running) -> None:
    page = browser.new_page(
        base_url=running.address, viewport={"width": 390, "height": 800}, color_scheme="dark"
    )
    page.set_default_timeout(PATIENCE)
    drop(page)
    made(page)
    for place in ("/", "/queue", "/experiments", page.url.removeprefix(running.address)):
        page.goto(place)
        if place.startswith("/videos/"):
            made(page)
        picture(page, f"phone{place.replace('/', '-')[:8]}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, f"{place} is {wide} pixels wide"
    page.close()


def test_less_motion_is_honoured(browser: Browser, running: Running) -> None:
    page = browser.new_page(base_url=running.address, reduced_motion="reduce")
    page.set_default_timeout(PATIENCE)
    drop(page)
    assert made(page).endswith(".jpg")
    page.goto("/")
    card = page.locator("img[data-moving]").first
    card.hover()
    page.wait_for_timeout(200)
    assert "/stills/" in str(card.get_attribute("src"))
    page.close()


def test_what_cannot_be_read_is_said(browser: Browser, running: Running, tmp_path: Path) -> None:
    page = browser.new_page(base_url=running.address)
    page.set_default_timeout(PATIENCE)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(drawn.pieces().read_bytes()[:2000])
    page.goto("/")
    page.set_input_files("#file", broken)
    page.wait_for_selector(".refused:not([hidden])")
    picture(page, "refused")
    assert len(str(page.text_content(".refused:not([hidden])"))) > 10
    page.close()
