"""The whole way in a browser: a video dropped, a cover edited, taken, put on another site, clicks counted."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from browsing import (
    PATIENCE,
    Site,
    browser,
    drop,
    listen,
    made,
    page,
    picture,
    remade,
    running,
    site,
)
from running_server import Running

pytest.importorskip("fastapi", reason="the serve extra is absent")
pytest.importorskip("playwright.sync_api", reason="the browser's driver is absent")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

__all__ = ["browser", "page", "running", "site"]
LOG_LEAVING = """
const send = navigator.sendBeacon.bind(navigator);
navigator.sendBeacon = (place, told) => {
  sessionStorage.setItem("sent", (sessionStorage.getItem("sent") ?? "") + told);
  return send(place, told);
};
"""
DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


def person(browser: Browser, complaints: list[str], **more: Any) -> BrowserContext:
    """The browser of somebody new."""
    context = browser.new_context(**more)
    context.set_default_timeout(PATIENCE)
    context.on("page", lambda page: listen(page, complaints))
    return context


def told(page: Page, experiment: str) -> dict[str, Any]:
    answer = page.request.get(f"/v1/experiments/{experiment}/report")
    return {arm["arm"]: arm for arm in answer.json()["results"]}


def kept(running: Running, experiment: str) -> list[tuple[str, str, str, float]]:
    """What the server has kept, in order of time: kind, exposure, unit, value."""
    wanted = "SELECT kind, exposure, unit, value FROM events WHERE experiment = ? ORDER BY at"
    with closing(sqlite3.connect(running.folder / "records.sqlite")) as records:
        return list(records.execute(wanted, (experiment,)))


def until(page: Page, true: Callable[[], bool]) -> None:
    """Wait until something is true, while the browser goes on."""
    patience = time.monotonic() + PATIENCE / 1000
    while not true():
        assert time.monotonic() < patience
        page.wait_for_timeout(200)


def compared(page: Page) -> tuple[str, str]:
    """Two plans against the still, as an experiment; its id and what a site puts on its pages."""
    page.click("#rivals button")
    page.wait_for_selector("#trial:not([hidden])")
    page.click("#decide")
    page.wait_for_url("**/experiments/exp_*")
    snippet = page.inner_text("#snippet")
    assert "beacon.js?experiment=" in snippet
    return page.url.rsplit("/", 1)[1], snippet


@pytest.mark.timeout(400)
def test_from_a_dropped_video_to_a_counted_click(
    page: Page, browser: Browser, running: Running, site: Site
) -> None:
    drop(page)
    with remade(page):
        page.focus(".end.last")
        page.keyboard.press("PageDown")
    with page.expect_download() as taken:
        page.click("#download")
    assert Path(taken.value.path()).read_bytes()[:6] == b"GIF89a"
    assert taken.value.suggested_filename == "shots.gif"

    complaints: list[str] = []
    page.fill("#alt", 'A "lively" picture')
    page.wait_for_function(
        "() => document.querySelector('#snippet').textContent.includes('signature=')"
    )
    site.put("/embedded", page.inner_text("#snippet"))
    embedded(browser, site, complaints)

    experiment, snippet = compared(page)
    picture(page, "experiment")
    site.put("/", snippet.replace("your-still-1.jpg", DOT))
    site.put("/watch/1", snippet.split("</a>")[1])
    arms = [visit(browser, site, complaints) for _ in range(6)]

    def all_told() -> bool:
        kinds = [kind for kind, *_ in kept(running, experiment)]
        return [kinds.count(kind) for kind in ("impression", "viewable", "click")] == [6, 6, 6]

    until(page, all_told)
    counted = told(page, experiment)
    for name, arm in counted.items():
        assert arm["views"] == arms.count(name), (name, arms)
        assert arm["clicks"] == arms.count(name)
    assert complaints == []
    page.reload()
    picture(page, "experiment-counted")
    for name, arm in counted.items():
        row = page.locator(".experiment tbody tr", has_text=name).first.inner_text()
        assert row.split("\t")[3] == str(arm["clicks"])


def embedded(browser: Browser, site: Site, complaints: list[str]) -> None:
    """The embedded cover: a still first, moving when it is pointed at, and never for who wants it calm."""
    context = person(browser, complaints)
    page = context.new_page()
    page.goto(f"{site.address}/embedded")
    cover = page.locator("picture.gifworthy img")
    page.wait_for_function("() => document.querySelector('img').naturalWidth > 0")
    assert ".jpg?" in str(cover.get_attribute("src"))
    assert cover.get_attribute("alt") == 'A "lively" picture'
    cover.hover()
    page.wait_for_function("() => document.querySelector('img').src.includes('.gif?')")
    page.wait_for_function("() => document.querySelector('img').naturalWidth > 0")
    page.mouse.move(0, 600)
    page.wait_for_function("() => document.querySelector('img').src.includes('.jpg?')")
    context.close()
    calm = person(browser, complaints, reduced_motion="reduce")
    page = calm.new_page()
    page.goto(f"{site.address}/embedded")
    page.hover("picture.gifworthy img")
    page.wait_for_timeout(200)
    assert ".jpg?" in str(page.get_attribute("picture.gifworthy img", "src"))
    calm.close()


def visit(browser: Browser, site: Site, complaints: list[str]) -> str:
    """Somebody new sees the cover for more than a second, clicks it, and reads on; the arm they got."""
    context = person(browser, complaints)
    page = context.new_page()
    with page.expect_request(lambda request: "viewable" in (request.post_data or "")):
        page.goto(f"{site.address}/")
    arm = str(page.get_attribute("[data-gifworthy]", "data-gifworthy-arm"))
    page.click("[data-gifworthy]")
    page.wait_for_url("**/watch/1")
    page.wait_for_timeout(300)
    context.close()
    return arm


@pytest.mark.timeout(300)
def test_the_beacon_tells_each_thing_once_and_keeps_its_viewer(
    page: Page, browser: Browser, running: Running, site: Site
) -> None:
    video = drop(page)
    made(page)
    experiment, snippet = compared(page)
    script = snippet.split("</a>")[1]
    inside = f'<img src="{DOT}" width="320" height="180" alt="A cover"><b data-gifworthy-hide>x</b>'
    cover = f'<a href="/watch" data-gifworthy="{video}">{inside}</a>'
    site.put("/", cover + '<div style="height: 3000px"></div>' + cover + script)
    design = {"name": "B", "arms": ["x", "y"]}
    another = page.request.post("/v1/experiments", data=design).json()["id"]
    theirs = page.request.get(f"/v1/experiments/{another}/beacon").json()["snippet"]
    site.put("/watch", script + theirs.split("</a>")[1])
    complaints: list[str] = []
    context = person(browser, complaints)
    context.add_init_script(LOG_LEAVING)
    visitor = context.new_page()
    visitor.goto(site.address)
    visitor.wait_for_selector("[data-gifworthy-arm]")

    def kinds() -> list[str]:
        return sorted(kind for kind, *_ in kept(running, experiment))

    until(visitor, lambda: kinds() == ["impression", "impression", "viewable"])
    hide = visitor.locator("[data-gifworthy-hide]").first
    hide.evaluate("one => one.addEventListener('click', (event) => event.preventDefault())")
    hide.click()
    visitor.focus("[data-gifworthy]")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/watch")
    visitor.wait_for_timeout(500)
    visitor.evaluate("gifworthy.tell('conversion', 9.9)")
    visitor.goto(f"{site.address}/")
    followed = ("click", "hide", "conversion", "dwell")
    until(visitor, lambda: set(followed) <= set(kinds()))
    events = kept(running, experiment)
    assert [kinds().count(kind) for kind in followed] == [1, 1, 1, 1]
    sent = visitor.evaluate("sessionStorage.getItem('sent')")
    assert another not in sent
    assert [sent.count(f'"kind":"{kind}"') for kind in followed] == [1, 1, 1, 1]
    clicked = next(exposure for kind, exposure, *_ in events if kind == "click")
    after = {kind: (exposure, value) for kind, exposure, _, value in events}
    assert after["conversion"] == (clicked, 9.9)
    assert after["dwell"][0] == clicked
    assert 0.3 < after["dwell"][1] < 60
    assert len({unit for _, _, unit, _ in events}) == 1
    assert complaints == []
    context.close()


@pytest.mark.timeout(300)
def test_what_could_not_be_sent_is_sent_later_and_counts_once(
    page: Page, browser: Browser, running: Running, site: Site
) -> None:
    drop(page)
    made(page)
    experiment, snippet = compared(page)
    site.put("/", snippet.replace("your-still-1.jpg", DOT))
    context = person(browser, [])
    visitor = context.new_page()
    down = True

    def lost(route: Any) -> None:
        route.abort() if down else route.continue_()

    context.route("**/v1/events*", lost)
    visitor.goto(site.address)
    visitor.wait_for_selector("[data-gifworthy-arm]")
    visitor.wait_for_timeout(2500)
    assert kept(running, experiment) == []
    down = False
    until(visitor, lambda: len(kept(running, experiment)) == 2)
    assert sorted(kind for kind, *_ in kept(running, experiment)) == ["impression", "viewable"]
    context.close()


@pytest.mark.timeout(200)
@pytest.mark.parametrize(
    "wish", ["navigator.doNotTrack = '1'", "navigator.globalPrivacyControl = true", "no storage"]
)
def test_who_asks_not_to_be_tracked_takes_no_part(
    browser: Browser, running: Running, site: Site, wish: str
) -> None:
    name, value = wish.split(" = ") if "=" in wish else ("", "")
    script = "Object.defineProperty(Storage.prototype, 'setItem', { value() { throw new Error('full'); } });"
    if name:
        script = (
            f"Object.defineProperty(navigator, '{name.split('.')[1]}', {{ get: () => {value} }});"
        )
    place = f"{running.address}/static/beacon.js?experiment=exp_1&amp;beacon=ours.1"
    site.put(
        "/",
        f'<img data-gifworthy="v" src="{DOT}" alt=""><script type="module" src="{place}"></script>',
    )
    context = browser.new_context()
    context.add_init_script(script)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.address)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    assert any("beacon.js" in address for address in asked)
    assert not [address for address in asked if "/v1/" in address]
    assert page.get_attribute("img", "src") == DOT
    assert page.evaluate("Object.keys(localStorage).length") == 0
    context.close()
