"""What a page weighs, whether it stands still, and whether everybody can use it: measured in the browser.

Run with `-s` to see the figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import drawn
from browsing import PATIENCE, browser, drop, listen, made, picture, running
from running_server import Running

pytest.importorskip("fastapi", reason="the serve extra is absent")
pytest.importorskip("playwright.sync_api", reason="the browser's driver is absent")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser", "running"]
MOST_BYTES = 150_000
LEAST_CONTRAST, LEAST_CONTRAST_OF_LARGE = 4.5, 3.0
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => { for (const one of list.getEntries()) {
  const named = ({ node }) => node?.id || node?.className || node?.nodeName;
  if (!one.hadRecentInput) window.shifts.push([one.value, ...one.sources.map(named)]);
} }).observe({ type: "layout-shift", buffered: true });
"""
CONTRASTS = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const linear = (c) => (c <= 10 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const below = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const [r, g, b, a = 1] = parts(getComputedStyle(one).backgroundColor);
      if (a > 0.99) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement, text = walk.currentNode.textContent.trim();
    if (!text || !node.checkVisibility()) continue;
    if (node.closest("svg, .unseen, .skip, .grip, :disabled")) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(parts(style.color)), light(below(node))].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    found.push({ text: text.slice(0, 40), ratio: (a + 0.05) / (b + 0.05), large });
  }
  return found;
}"""
STAMPED = """() => {
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, [tabindex='0']")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled);
  all.forEach((one, index) => { one.dataset.stamp = index; });
  return all.map((one) => one.outerHTML.slice(0, 120));
}"""


@pytest.fixture(scope="module")
def places(browser: Browser, running: Running) -> dict[str, str]:
    """Where each page is, with something on it: a video with a cover, and an experiment of two arms."""
    page = browser.new_page(base_url=running.address)
    page.set_default_timeout(PATIENCE)
    video = drop(page, drawn.pieces())
    cover = made(page)
    design = {"name": "Front page", "arms": ["still", "moving"]}
    experiment = page.request.post("/v1/experiments", data=design).json()["id"]
    variants = [{"video": video, "arm": "moving", "cover": cover, "spans": [[0.0, 2.0]]}]
    page.request.put(f"/v1/experiments/{experiment}/variants", data=variants)
    page.close()
    return {
        "videos": "/",
        "video": f"/videos/{video}",
        "queue": "/queue",
        "experiments": "/experiments",
        "experiment": f"/experiments/{experiment}",
    }


def opened(browser: Browser, running: Running, scheme: str, place: str) -> tuple[Page, list[str]]:
    """A page in a fresh browser, everything loaded."""
    page = browser.new_page(
        base_url=running.address,
        viewport={"width": 1100, "height": 850},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    listen(page, complaints)
    page.add_init_script(SHIFTS)
    page.goto(place)
    if place.startswith("/videos/"):
        made(page)
    page.wait_for_load_state("networkidle")
    return page, complaints


@pytest.mark.timeout(200)
def test_the_first_page_is_small(
    browser: Browser, running: Running, places: dict[str, str]
) -> None:
    page = browser.new_page(base_url=running.address)
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    page.goto("/")
    page.wait_for_load_state("networkidle")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    picture(page, "first")
    page.close()
    print(
        f"\nfirst page: {sum(sizes) / 1e3:.1f} kB in {len(sizes)} files, first paint {paint:.0f} ms"
    )
    assert len(sizes) >= 5
    assert sum(sizes) < MOST_BYTES


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["videos", "video", "queue", "experiments", "experiment"])
def test_nothing_moves_and_nothing_is_complained_of(
    browser: Browser, running: Running, places: dict[str, str], name: str
) -> None:
    page, complaints = opened(browser, running, "light", places[name])
    shifts = page.evaluate("window.shifts")
    page.close()
    print(
        f"\n{name}: layout shift {sum(shift[0] for shift in shifts):.4f}, {len(complaints)} complaints"
    )
    assert shifts == []
    assert complaints == []


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["videos", "video", "queue", "experiments", "experiment"])
def test_every_control_is_reached_by_keyboard_and_has_a_name(
    browser: Browser, running: Running, places: dict[str, str], name: str
) -> None:
    page, _ = opened(browser, running, "light", places[name])
    controls = page.evaluate(STAMPED)
    reached = set()
    for _ in range(len(controls) + 5):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.dataset.stamp ?? ''"))
    wire = page.context.new_cdp_session(page)
    nodes = wire.send("Accessibility.getFullAXTree")["nodes"]
    wanted = (
        "button",
        "link",
        "textbox",
        "slider",
        "spinbutton",
        "combobox",
        "checkbox",
        "img",
        "progressbar",
    )
    said = [node for node in nodes if not node["ignored"] and node["role"]["value"] in wanted]
    nameless = [node for node in said if not node.get("name", {}).get("value", "").strip()]
    page.close()
    missed = [control for stamp, control in enumerate(controls) if str(stamp) not in reached]
    print(
        f"\n{name}: {len(controls)} controls, {len(missed)} not reached, {len(nameless)} without a name"
    )
    assert missed == []
    assert nameless == []


@pytest.mark.timeout(300)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["videos", "video", "queue", "experiments", "experiment"])
def test_text_stands_out(
    browser: Browser, running: Running, places: dict[str, str], name: str, scheme: str
) -> None:
    page, _ = opened(browser, running, scheme, places[name])
    picture(page, f"{name}-{scheme}")
    texts = page.evaluate(CONTRASTS)
    page.close()
    weak = [
        text
        for text in texts
        if text["ratio"] < (LEAST_CONTRAST_OF_LARGE if text["large"] else LEAST_CONTRAST)
    ]
    least = min(text["ratio"] for text in texts)
    print(f"\n{name}, {scheme}: {len(texts)} texts, least contrast {least:.1f} to 1")
    assert weak == []
