"""A past day in a real browser: scrubbed, played, and with nothing in it to change anything by."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from backend.domain.board import CallCard
from tests.browser.page import Browsers
from tests.browser.test_a_call_in_the_browser import faults_on
from tests.browser.test_statistics import tile
from tests.reports.replaying import at_noon
from tests.stories.company import Company
from tests.stories.product import Product

pytestmark = pytest.mark.usefixtures("statistics")

CALLER = "+15550001111"


@pytest.fixture
async def acme(office: Product) -> Company:
    return await office.company("Acme", at_noon())


async def a_call_is_over(acme: Company) -> CallCard:
    """One that rang, was answered by Ana, was parked, and ended; gives its card."""
    await acme.on_duty("Ana")
    caller = await acme.rings(CALLER)
    await acme.ana.answers(caller)
    await acme.ana.parks(caller)
    await acme.ana.sees_call(caller, "parked")
    await caller.hangs_up()
    card = await acme.ana.sees_call(caller, "ended")
    await acme.product.the_books_are_right()
    return card


def clock(moment: datetime, later: float = 0.0) -> str:
    """On the company's wall."""
    zone = ZoneInfo(at_noon().time_zone)
    return f"{moment.astimezone(zone) + timedelta(seconds=later):%H:%M:%S}"


def zone(page: Page, name: str) -> Any:
    """A zone of the board."""
    return page.locator(f"[data-zone={name}]")


async def test_a_day_is_scrubbed_to_and_fro_by_the_keyboard_and_its_address_leads_back(
    browsers: Browsers, acme: Company
):
    card = await a_call_is_over(acme)
    page = await browsers.reads(acme.sam, f"replay?at={clock(card.started_at, -60)}")
    await expect(page.get_by_text("Replay, read only")).to_be_visible(timeout=15_000)
    await expect(tile(page, "Answered today")).to_have_text("0")
    await expect(zone(page, "recent")).to_contain_text("No calls yet")
    slider = page.get_by_role("slider", name="Time of day")
    await slider.focus()
    await page.keyboard.press("End")
    await expect(tile(page, "Answered today")).to_have_text("1")
    await expect(zone(page, "recent").locator("[data-call]")).to_have_count(1)
    ends_at = await slider.get_attribute("aria-valuetext")
    await page.wait_for_url(lambda url: f"at={ends_at}" in url)
    await page.keyboard.press("Home")
    await expect(tile(page, "Answered today")).to_have_text("0")
    await expect(page.locator(".time")).to_have_text("00:00:00")
    await page.keyboard.press("End")
    await page.wait_for_url(lambda url: f"at={ends_at}" in url)
    await page.reload()
    await expect(tile(page, "Answered today")).to_have_text("1", timeout=15_000)
    await expect(page.locator(".time")).to_have_text(str(ends_at))


async def test_what_was_parked_then_is_parked_again_with_the_clock_of_then(
    browsers: Browsers, acme: Company
):
    await acme.on_duty("Ana")
    caller = await acme.rings(CALLER)
    await acme.ana.answers(caller)
    await acme.ana.parks(caller)
    card = await acme.ana.sees_call(caller, "parked")
    await acme.product.the_books_are_right()
    with acme.product.ahead():
        await acme.product.later(40)
        page = await browsers.reads(acme.sam, f"replay?at={clock(card.since, 31)}")
        parked = zone(page, "lot").locator("[data-call]")
        await expect(parked).to_contain_text("+1 555 000 1111", timeout=15_000)
        await expect(parked.locator(".clock")).to_have_text("0:31")
        await expect(tile(page, "Parked")).to_have_text("1")
    await caller.hangs_up()


async def test_a_day_is_played_until_it_ends_as_fast_as_one_likes(
    browsers: Browsers, acme: Company
):
    card = await a_call_is_over(acme)
    page = await browsers.reads(acme.sam, f"replay?at={clock(card.started_at, -1200)}&speed=60")
    play = page.get_by_role("button", name="Play")
    await play.click(timeout=15_000)
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()
    await page.get_by_role("button", name="300 times as fast").click()
    await expect(tile(page, "Answered today")).to_have_text("1", timeout=15_000)
    await expect(play).to_be_visible(timeout=15_000)
    await page.wait_for_url(lambda url: "speed=300" in url)


async def test_nothing_on_the_replayed_board_can_be_pressed_to_change_anything(
    browsers: Browsers, acme: Company
):
    card = await a_call_is_over(acme)
    page = await browsers.reads(acme.sam, f"replay?at={clock(card.ended_at or card.since, 2)}")
    await expect(zone(page, "recent").locator("[data-call]")).to_have_count(1, timeout=15_000)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    for name in ("incoming", "lot", "team", "recent"):
        await expect(zone(page, name).get_by_role("button")).to_have_count(0)
        await zone(page, name).click()
    for key in ("a", "p", "h", "g", "1", "?"):
        await page.keyboard.press(key)
    assert [one for one in asked if "/api/" in one] == []


async def test_an_analyst_replays_without_a_whole_number_and_an_agent_not_at_all(
    browsers: Browsers, acme: Company
):
    card = await a_call_is_over(acme)
    at = clock(card.ended_at or card.since, 2)
    page = await browsers.reads(acme.ada, f"replay?at={at}")
    await expect(zone(page, "recent")).to_contain_text("+1555•••••11", timeout=15_000)
    assert "0001111" not in await page.content()
    page = await browsers.reads(acme.ben, "replay")
    await expect(page.get_by_role("alert").last).to_contain_text("Your role", timeout=15_000)


async def test_a_replay_fits_a_telephone_in_the_dark_and_has_no_accessibility_finding(
    browsers: Browsers, acme: Company
):
    card = await a_call_is_over(acme)
    small = {"width": 390, "height": 844}
    at = clock(card.ended_at or card.since, 2)
    page = await browsers.reads(acme.sam, f"replay?at={at}", viewport=small, color_scheme="dark")
    await expect(zone(page, "recent").locator("[data-call]")).to_have_count(1, timeout=15_000)
    assert await page.evaluate("document.documentElement.scrollWidth") <= small["width"]
    assert await faults_on(page) == []


async def test_who_signs_out_of_a_replay_finds_the_way_in(browsers: Browsers, acme: Company):
    page = await browsers.reads(acme.sam, "replay")
    await expect(page.get_by_text("Replay, read only")).to_be_visible(timeout=15_000)
    office = acme.product
    signed_out = await page.context.request.post(
        f"{office.address}/api/sign-out", headers={"Origin": office.address}
    )
    assert signed_out.ok
    await page.wait_for_url("**/sign-in?next=/statistics/replay*", timeout=20_000)
