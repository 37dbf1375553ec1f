"""The page in a real browser, opened from the folder: what it asks for, what it shows, whether it fits."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from lero_coordinator.landscape import Published, publish
from support.releases import england

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is absent")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Published:
    out = tmp_path_factory.mktemp("landscape") / "out"
    return publish(england(), out, publisher_key=None, notice=None, made_on=date(2026, 5, 1))


@pytest.fixture(scope="module")
def every_kind(tmp_path_factory: pytest.TempPathFactory) -> Published:
    out = tmp_path_factory.mktemp("every-kind") / "out"
    return publish(england(bundle="every kind"), out, publisher_key=None, notice=None, made_on=date(2026, 5, 1))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def opened_page(browser: Browser, shown: Published, width: int = 1200) -> tuple[Page, list[str], list[str]]:
    """The page, the addresses it asked for, and what the browser complained of."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(shown.index.as_uri())
    return page, asked, complaints


def test_the_page_opens_from_the_folder_and_asks_for_nothing_else(browser: Browser, shown: Published) -> None:
    page, asked, complaints = opened_page(browser, shown)
    assert asked == [shown.index.as_uri()]
    assert complaints == []
    assert page.title().startswith("Made-up data: ")
    assert page.inner_text("h1").startswith("Made-up data")
    assert shown.headline in page.inner_text("main")


def test_the_tiles_on_the_page_are_those_of_each_layer(browser: Browser, shown: Published) -> None:
    page, _, _ = opened_page(browser, shown)
    said = page.eval_on_selector_all(
        ".map svg [role=graphics-symbol]", "marks => marks.map(mark => mark.getAttribute('aria-label'))"
    )
    words = Counter(text.rpartition("; ")[2].rpartition(": ")[2] for text in said)
    in_words = {
        "shown": "shown",
        "region": "shown for the region",
        "not answered": "not answered",
        "stale": "records out of date",
        "none": "no LERO here",
    }
    assert {layer: words[text] for layer, text in in_words.items()} == shown.tiles
    assert words.total() == 156


@pytest.mark.parametrize("width", [320, 1200])
def test_nothing_overflows_sideways(browser: Browser, shown: Published, width: int) -> None:
    page, _, _ = opened_page(browser, shown, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_scrolling_part_can_be_reached_by_keyboard_and_has_a_name(browser: Browser, shown: Published) -> None:
    page, _, _ = opened_page(browser, shown, 320)
    parts = page.eval_on_selector_all(
        ".scroll", "all => all.map(e => [e.tabIndex, e.getAttribute('role'), e.getAttribute('aria-label')])"
    )
    assert parts
    assert all(index == 0 and role == "region" and name for index, role, name in parts)
    assert len({name for _, _, name in parts}) == len(parts)


@pytest.mark.parametrize("width", [320, 1200])
def test_a_page_of_every_kind_of_table_fits_and_complains_of_nothing(
    browser: Browser, every_kind: Published, width: int
) -> None:
    page, asked, complaints = opened_page(browser, every_kind, width)
    assert (asked, complaints) == ([every_kind.index.as_uri()], [])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    names = page.eval_on_selector_all(".scroll", "all => all.map(e => e.getAttribute('aria-label'))")
    assert len(set(names)) == len(names)


def test_words_of_a_chart_do_not_run_into_its_drawing(browser: Browser, every_kind: Published) -> None:
    page, _, _ = opened_page(browser, every_kind)
    overlaps = page.eval_on_selector_all(
        ".chart svg",
        """all => all.flatMap(svg => {
            const texts = [...svg.querySelectorAll('text')].map(t => t.getBoundingClientRect());
            const room = svg.getBoundingClientRect();
            return texts.filter(r => r.left < room.left - 1 || r.right > room.right + 1
                || texts.some(o => o !== r && o.left < r.right - 1 && r.left < o.right - 1
                    && o.top < r.bottom - 2 && r.top < o.bottom - 2)).map(() => svg.getAttribute('aria-label'));
        })""",
    )
    assert overlaps == []
