"""The page in a real browser, which has no network: what it shows, finds, opens and does not run."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from crosspatch.figures.rendering import logits
from described_studies import EMOJI, HEBREW, MARKUP, REASON, described_of, drawn_of, page_of, tables_of

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None and "CI" not in os.environ, reason="needs Debian's chromium")
SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 360, "height": 780}}
PAIRS = {"a": described_of("a", 40), "b": described_of("b", 30, seed=1)}


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Return the page of a study of two pairs."""
    return written(tmp_path_factory.mktemp("study"), page_of(tables_of(), PAIRS))


@pytest.fixture
def opened(browser, study) -> Iterator:
    """Return a function that opens a page; a message of the console, an error or a request fails the test."""
    said, contexts = [], []

    def open_page(path: Path = study, *, size="wide", scheme="light", key=""):
        context = browser.new_context(viewport=SIZES[size], color_scheme=scheme, offline=True)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url) if is_foreign(request.url) else None)
        page.goto(f"{path.as_uri()}{key}")
        page.wait_for_selector("html[data-ready=yes]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


def is_foreign(url):
    return not re.match(r"(file:.*\.html|data:|blob:)", url)


def written(folder, text):
    (folder / "findings.html").write_text(text, encoding="utf-8")
    return folder / "findings.html"


def column(page, title):
    titles = [text.strip() for text in page.locator("#table thead th").all_inner_texts()]
    return page.locator(f"#table tbody td:nth-child({titles.index(title) + 1})").all_inner_texts()


def numbers(texts):
    return [float(text.replace("\N{MINUS SIGN}", "-")) for text in texts]


def key_of(pair, row):
    return f"#event={pair}/{row['prompt_id']}"


def test_every_prompt_of_every_family_is_in_the_table(opened):
    page = opened()
    assert page.inner_text("#shown") == "70 of 70 prompts"
    assert page.locator("#views canvas").count() == 1


def test_the_numbers_of_the_answer_are_those_of_the_figure(opened):
    page = opened()
    means = drawn_of(2).query("panel == 'A' and method == 'prompt'").set_index("effect")
    for effect in ("portable", "matched", "interaction"):
        assert page.inner_text(f".numbers .{effect} b") == logits(means.loc[effect].to_dict(), "value")


def test_an_event_shows_the_numbers_of_its_table(opened):
    row = PAIRS["a"].iloc[1]
    page = opened(key=key_of("a", row))
    cells = page.locator("#event table.cells td b").all_inner_texts()
    margins = [f"{margin:z.3f}" for margin in row["margins"]]
    base, tuned = [*margins[:2], f"{row['portable']:z.3f}"], [*margins[2:], f"{row['matched']:z.3f}"]
    assert [text.replace("\N{MINUS SIGN}", "-") for text in cells] == [*base, *tuned, f"{row['interaction']:z.3f}"]
    assert f"native shift {row['native_shift']:z.3f}" in page.inner_text("#event").replace("\N{MINUS SIGN}", "-")
    swept = page.inner_text("#swept").replace("\N{MINUS SIGN}", "-")
    assert swept.startswith(f"boundary 1: {row['boundary_interactions'][0]:z.3f}; boundary 2: ")
    assert page.locator("#sweep canvas").count() == 1


def test_an_event_shows_what_was_said_and_the_controls_that_have_it(opened):
    page = opened(key=key_of("a", PAIRS["a"].iloc[2]))
    text = page.inner_text("#event")
    assert f"{EMOJI} (2) So {EMOJI}" in text
    assert f"base {EMOJI}" in text
    assert f"tuned {EMOJI}" in text
    assert "tuned path" in text
    assert "With its own cells it counts in\n\ntokens: same class" in text


def test_filters_leave_what_they_say(opened):
    page = opened()
    page.select_option("#filters [name=family]", "Family b")
    page.select_option("#filters [name=category]", "format")
    assert set(column(page, "Family")) == {"Family b"}
    assert set(column(page, "Category")) == {"format"}
    page.select_option("#filters [name=state]", REASON)
    excluded = PAIRS["b"][~PAIRS["b"]["usable"] & (PAIRS["b"]["category"] == "format")]
    assert page.inner_text("#shown") == f"{len(excluded)} of 70 prompts"
    page.click("text=Show all")
    assert page.inner_text("#shown") == "70 of 70 prompts"
    page.select_option("#filters [name=consistent]", "no")
    page.fill("#filters [name=from]", "5")
    page.fill("#filters [name=to]", "12")
    rows = [rows[(rows["consistent"] == False) & rows["step"].between(5, 12)] for rows in PAIRS.values()]  # noqa: E712
    assert page.inner_text("#shown") == f"{sum(map(len, rows))} of 70 prompts"
    assert all(5 <= step <= 12 for step in numbers(column(page, "Position")))


def test_the_table_is_sorted_by_an_effect_and_excluded_prompts_come_last_when_it_falls(opened):
    page = opened()
    for effect in ("Interaction", "Native shift"):
        page.click(f"#table thead th:has-text('{effect}')")
        shown = numbers(column(page, effect))
        assert shown == sorted(shown, reverse=True)
        name = effect.lower().replace(" ", "_")
        assert shown[0] == round(max(rows[name].max() for rows in PAIRS.values()), 3)


def test_all_texts_are_searched(opened):
    page = opened()
    page.fill(".dt-search input", "tuned שאלה")
    page.wait_for_function("document.querySelector('#shown').textContent !== '70 of 70 prompts'")
    said = [rows["tuned_went_on"].str.contains("שאלה", na=False).sum() for rows in PAIRS.values()]
    assert page.inner_text("#shown") == f"{sum(said)} of 70 prompts"


def test_a_row_opens_by_keyboard_and_the_keys_lead_on_and_out(opened):
    page = opened()
    page.focus("#table tbody a >> nth=0")
    page.keyboard.press("Enter")
    page.wait_for_selector("#event[open]")
    first = page.url
    page.keyboard.press("ArrowRight")
    page.wait_for_function("address => location.href !== address", arg=first)
    assert "facts" in first
    assert "format" in page.url
    page.keyboard.press("Escape")
    page.wait_for_selector("#event:not([open])", state="attached")
    assert "#" not in page.url


def test_a_click_on_a_row_opens_it(opened):
    page = opened()
    page.click("#table tbody tr >> nth=2 >> td >> nth=0")
    page.wait_for_selector("#event[open]")
    assert page.url.endswith("#event=a/reasoning_0002")


def test_a_link_to_no_event_opens_nothing(opened):
    assert opened(key="#event=a/nothing").locator("#event[open]").count() == 0


def test_an_excluded_prompt_says_why_it_has_no_cells(opened):
    page = opened(key=key_of("a", PAIRS["a"].iloc[4]))
    assert f"Excluded: {REASON}. No cells were measured." in page.inner_text("#event")
    assert page.locator("#event table").count() == 0


def test_markup_in_texts_is_text(opened):
    page = opened(key=key_of("a", PAIRS["a"].iloc[0]))
    assert MARKUP in page.inner_text("#event .said")
    page.keyboard.press("Escape")
    page.fill(".dt-search input", "onerror")
    page.wait_for_function("document.querySelector('#shown').textContent !== '70 of 70 prompts'")
    assert page.evaluate("window.injected") is None
    assert page.locator("img:not([src^='data:'])").count() == 0


def test_right_to_left_texts_run_from_the_right(opened):
    page = opened(key=key_of("a", PAIRS["a"].iloc[1]))
    assert page.evaluate("getComputedStyle(document.querySelector('#event .said')).direction") == "rtl"
    assert HEBREW in page.inner_text("#event .said")


def test_a_brush_leaves_the_same_events_in_the_table(opened):
    page = opened()
    page.locator("#views").scroll_into_view_if_needed()
    box = page.locator("#views canvas").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 190, box["y"] + 110, steps=5)
    page.mouse.up()
    page.wait_for_function("document.querySelector('#shown').textContent !== '70 of 70 prompts'")
    count = int(page.inner_text("#shown").split()[0])
    assert 0 < count < 56
    assert max(numbers(column(page, "Position"))) < 20
    assert min(numbers(column(page, "Interaction"))) > 0
    page.click("text=Show all")
    page.wait_for_function("document.querySelector('#shown').textContent === '70 of 70 prompts'")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_no_part_is_wider_than_the_screen(opened, size, scheme):
    page = opened(size=size, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.evaluate("location.hash = document.querySelector('#table tbody a').hash")
    page.wait_for_selector("#event[open] canvas")
    assert page.evaluate("document.querySelector('#event').scrollWidth <= window.innerWidth")


def test_dark_is_dark(opened):
    shades = {}
    for scheme in ("light", "dark"):
        page = opened(scheme=scheme)
        shades[scheme] = [
            page.evaluate(f"getComputedStyle(document.body).{name}") for name in ("backgroundColor", "color")
        ]
        texts = page.evaluate("getComputedStyle(document.querySelector('#table tbody td')).color")
        assert texts == shades[scheme][1]
    light, dark = ([sum(map(int, re.findall(r"\d+", shade))) for shade in shades[scheme]] for scheme in shades)
    assert light[0] > 600 > 150 > light[1]
    assert dark[0] < 150 < 600 < dark[1]


def test_a_study_of_one_family_without_controls(opened, tmp_path):
    one = {"a": described_of("a", 3, boundaries=0)}
    page = opened(written(tmp_path, page_of({}, one)))
    assert page.inner_text("#shown") == "3 of 3 prompts"
    assert "above zero in 1 of 1 family" in page.inner_text("#answer")
    page.click("#table tbody tr >> nth=0 >> td >> nth=0")
    page.wait_for_selector("#event[open]")
    assert page.locator("#sweep").count() == 0
