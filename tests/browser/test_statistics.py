"""Supervisors and analysts at the statistics pages, while calls come in."""

from pathlib import Path

import openpyxl
import pytest
from playwright.async_api import Locator, Page, expect
from pyarrow import parquet

from tests.browser.page import Browsers
from tests.browser.panel import PanelPart
from tests.browser.test_a_call_in_the_browser import faults_on
from tests.stories.company import Company
from tests.stories.product import Product

pytestmark = pytest.mark.usefixtures("statistics")

VIEWS = ("wallboard", "desk", "history", "staffing", "calls")


def tile(page: Page, title: str) -> Locator:
    """A tile's value."""
    return page.locator(".tile", has=page.get_by_text(title, exact=True)).locator(".value")


async def one_is_answered_and_one_gives_up(acme: Company) -> None:
    await acme.on_duty("Ana")
    answered = await acme.rings("+15550001111")
    await acme.ana.answers(answered)
    gives_up = await acme.rings("+15550002222")
    await acme.ana.sees_call(gives_up, "ringing")
    await gives_up.hangs_up()
    await acme.ana.hangs_up(answered)
    await acme.ana.sees_call(answered, "ended")
    await acme.product.the_books_are_right()


async def test_a_live_call_changes_the_wallboard_and_each_number_leads_to_its_calls_and_events(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    await acme.on_duty("Ana")
    wall = await browsers.reads(acme.sam, "wallboard?warn=1&bad=600")
    await expect(tile(wall, "Waiting")).to_have_text("0")
    caller = await acme.rings("+15550001111")
    await expect(tile(wall, "Waiting")).to_have_text("1")
    await expect(wall.locator(".tile.warn")).to_have_count(2)  # after a second
    await acme.ana.answers(caller)
    await expect(tile(wall, "Waiting")).to_have_text("0")
    await expect(wall.locator(".people li", has_text="Ana")).to_contain_text("on a call")
    await expect(tile(wall, "Answered today")).to_have_text("1")
    await acme.ana.hangs_up(caller)
    await expect(wall.locator(".people li", has_text="Ana")).to_contain_text("wrap-up")

    await wall.locator(".tile", has_text="Answered today").click()
    row = wall.get_by_role("row", name="+15550001111")
    await expect(row).to_contain_text("answered")
    await row.get_by_role("link").click()
    await expect(wall.get_by_role("list")).to_contain_text("call connected · Ana")
    assert await faults_on(wall) == []


async def test_the_desk_shows_every_call_queue_and_agent_as_they_are(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    await acme.on_duty("Ana", "Ben")
    desk = await browsers.reads(acme.sam, "desk")
    caller = await acme.rings("+15550001111")
    call = desk.get_by_role("row", name="+15550001111")
    await expect(call).to_contain_text("waiting")
    await acme.ana.answers(caller)
    await expect(call).to_contain_text("Ana")
    await acme.ana.parks(caller)
    await expect(call).to_contain_text("parked in slot 1")
    await acme.ben.picks_up(caller)
    await acme.ben.asks_for_help(caller)
    await expect(call).to_contain_text("asks for help")
    queue = desk.get_by_role("row", name=acme.number, exact=False).last
    await expect(queue).to_contain_text("100.0 %")
    await caller.hangs_up()
    await expect(desk.get_by_text("Nobody is on the line.")).to_be_visible()


async def test_what_is_shown_is_taken_along_and_adds_up_to_the_same(
    office: Product, browsers: Browsers, tmp_path: Path
):
    acme = await office.company("Acme")
    await one_is_answered_and_one_gives_up(acme)
    history = await browsers.reads(acme.sam, "history")
    await expect(tile(history, "Came in")).to_have_text("2")
    await expect(tile(history, "Gave up")).to_have_text("1")
    for name, ending in (("Excel", "xlsx"), ("Parquet", "parquet")):
        line = history.locator(".downloads", has_text="The calls")
        async with history.expect_download() as download:
            await line.get_by_role("link", name=name).click()
        await (await download.value).save_as(tmp_path / f"calls.{ending}")
    table = parquet.read_table(tmp_path / "calls.parquet")
    sheet = openpyxl.load_workbook(tmp_path / "calls.xlsx").active
    assert sheet is not None
    head, *rows = list(sheet.iter_rows(values_only=True))
    waits = [row[head.index("wait_seconds")] for row in rows]
    assert waits == pytest.approx(table["wait_seconds"].to_pylist())
    assert len(rows) == 2


async def test_another_companys_analyst_sees_nothing_by_any_view_or_address(
    office: Product, browsers: Browsers
):
    acme, globex = await office.company("Acme"), await office.company("Globex")
    await one_is_answered_and_one_gives_up(acme)
    caller = await acme.rings("+15550003333")
    await acme.ana.sees_call(caller, "ringing")
    await acme.sam.signs_in()
    (call, *_) = await acme.sam.asks("GET", "/api/reports/calls")
    ada = await browsers.reads(globex.ada, "wallboard")
    await expect(tile(ada, "Waiting")).to_have_text("0")
    for view in (*VIEWS, f"call?id={call['call_id']}"):
        await ada.goto(f"{office.address}/statistics/{view}")
        await expect(ada.locator(".card, .tile, .problem").first).to_be_visible(timeout=15_000)
        text = await ada.locator("main").inner_text()
        assert "+1555000" not in text
        assert "Ana" not in text or view in ("wallboard", "desk")  # Globex has an Ana of its own
    await expect(ada.locator(".problem")).to_be_visible()


async def test_a_page_whose_server_dies_says_so_and_comes_back_to_the_same_view(
    office: Product, browsers: Browsers, statistics: PanelPart
):
    acme = await office.company("Acme")
    await one_is_answered_and_one_gives_up(acme)
    page = await browsers.reads(acme.sam, "calls?outcome=abandoned")
    await expect(page.get_by_role("row", name="+15550002222")).to_be_visible()
    await statistics.is_killed()
    await expect(page.locator("#broken")).to_be_visible()
    await statistics.starts()
    await expect(page.locator("#broken")).to_be_hidden(timeout=15_000)
    await expect(page.get_by_role("row", name="+15550002222")).to_be_visible()
    await expect(page.get_by_role("row", name="+15550001111")).to_have_count(0)


async def test_who_signs_out_is_shown_nothing_more_and_finds_the_way_in(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    page = await browsers.reads(acme.sam, "wallboard?warn=1")
    await expect(tile(page, "Waiting")).to_have_text("0")
    signed_out = await page.context.request.post(
        f"{office.address}/api/sign-out", headers={"Origin": office.address}
    )
    assert signed_out.ok
    await page.wait_for_url("**/sign-in?next=/statistics/wallboard*", timeout=20_000)


async def test_every_view_fits_a_telephone_in_the_dark_and_has_no_accessibility_finding(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    await one_is_answered_and_one_gives_up(acme)
    small = {"width": 390, "height": 844}
    page = await browsers.reads(acme.sam, "desk", viewport=small, color_scheme="dark")
    for view in VIEWS:
        await page.goto(f"{office.address}/statistics/{view}")
        await expect(page.locator(".card, .tile").first).to_be_visible(timeout=15_000)
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        await expect(page.locator(".counting")).to_have_count(0)
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= small["width"], view
        assert await faults_on(page) == [], view
    await page.get_by_role("button", name="Colours: auto").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "light")
