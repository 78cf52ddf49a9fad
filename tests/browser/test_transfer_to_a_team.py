"""A call is handed to a team in real browsers: by mouse, menu, keyboard alone and touch."""

import asyncio
from typing import Any

from playwright.async_api import Locator, expect

from tests.browser.page import STATIC, Browsers, Desk
from tests.browser.test_a_call_in_the_browser import faults_on
from tests.browser.test_hold_and_transfer import comes_on_duty, talks_to
from tests.stories.company import Caller, Company
from tests.stories.product import Product


def team(desk: Desk, name: str) -> Locator:
    """That team's header."""
    return desk.zone("team").locator("[data-team]").filter(has_text=name)


async def a_talk_and_a_free_colleague(
    office: Product, browsers: Browsers, **context: Any
) -> tuple[Company, Caller, Desk, Desk]:
    """Ana talks; Ben is free, and one of Sales; nobody of Support is."""
    acme = await office.company("Acme")
    await acme.has_team("Sales", "Ana", "Ben")
    await acme.has_team("Support", "Chloe")
    ana, ben = await asyncio.gather(
        browsers.open(acme.ana, tone=700, board=STATIC, **context),
        browsers.open(acme.ben, tone=1200, board=STATIC),
    )
    await ana.goes_available()
    caller = await talks_to(ana, acme)
    await comes_on_duty(ben, ana)
    return acme, caller, ana, ben


async def has_it(caller: Caller, ben: Desk) -> None:
    """Ben sees who handed it to what, answers, and talks with the caller."""
    await expect(ben.zone("incoming")).to_contain_text("Handed to Sales by Ana")
    await caller.hears("music")
    await ben.answers()
    await asyncio.gather(caller.hears("voice", 1200), ben.hears(440))


async def test_by_mouse_the_card_is_dropped_on_a_team_and_not_on_one_of_which_nobody_is_free(
    office: Product, browsers: Browsers
):
    _, caller, ana, ben = await a_talk_and_a_free_colleague(office, browsers)
    await expect(team(ana, "Sales")).to_contain_text("1 free")
    await expect(team(ana, "Support")).to_contain_text("nobody free")
    card = ana.zone("mine").locator("[data-call]").first
    await ana.drags(card, team(ana, "Support"))
    await caller.hears("voice", 700)
    await ana.drags(card, team(ana, "Sales"))
    await expect(ana.zone("incoming")).to_contain_text("Handed to Sales by you")
    await ana.is_silent()
    assert await faults_on(ana.page) == []
    await has_it(caller, ben)


async def test_by_menu_a_team_declines_and_the_call_comes_back(office: Product, browsers: Browsers):
    _, caller, ana, ben = await a_talk_and_a_free_colleague(office, browsers)
    await ana.button("Transfer to a colleague").click()
    assert await faults_on(ana.page) == []
    await expect(ana.page.get_by_role("menuitem", name="Support")).to_be_disabled()
    await ana.page.get_by_role("menuitem", name="Sales").click()
    await ben.sees_ringing()
    await ben.button("Decline").click()
    await expect(ana.zone("incoming")).to_contain_text("Sales declined: back to you")
    await ana.answers()
    await asyncio.gather(caller.hears("voice", 700), ana.is_talking())


async def test_by_keyboard_alone_a_call_is_handed_to_a_team_by_menu_and_by_lifting_the_card(
    office: Product, browsers: Browsers
):
    _, caller, ana, ben = await a_talk_and_a_free_colleague(office, browsers)
    await ana.page.keyboard.press("t")
    await expect(ana.page.get_by_role("menuitem", name="Sales")).to_be_focused()
    await ana.page.keyboard.press("Enter")
    await ben.sees_ringing()
    await ana.button("Take back").press("Enter")
    await asyncio.gather(caller.hears("voice", 700), ana.is_talking())

    await ana.lifts_by_keys(ana.zone("mine"))
    steps = (("Right", "the parking lot"), ("Right", "Sales"), ("Right", "Ben"), ("Left", "Sales"))
    for arrow, target in steps:
        await ana.page.keyboard.press(f"Arrow{arrow}")
        await expect(ana.page.get_by_text(f"Over {target}.")).to_have_count(1)
    await ana.page.keyboard.press("Space")
    await has_it(caller, ben)


async def test_by_touch_a_card_is_dropped_on_a_team(office: Product, browsers: Browsers):
    _, caller, ana, ben = await a_talk_and_a_free_colleague(
        office, browsers, has_touch=True, viewport={"width": 1180, "height": 820}
    )
    handle = ana.zone("mine").locator("[data-drag-handle]")
    await ana.drags_by_touch(handle, team(ana, "Sales"))
    await has_it(caller, ben)


async def test_a_supervisor_reads_everybodys_name_and_state_whole(
    office: Product, browsers: Browsers
):
    acme, _, ana, _ = await a_talk_and_a_free_colleague(office, browsers)
    sam = await browsers.open(acme.sam, board=STATIC)
    await ana.page.keyboard.press("Shift+G")
    row = sam.presence(acme.ana)
    await expect(row).to_contain_text("On a call, then Away · +1 555 765 4321")
    for width in (1280, 1440, 1920, 390):
        await sam.page.set_viewport_size({"width": width, "height": 900})
        cut_off = await row.evaluate(
            "row => [...row.querySelectorAll('.who > *')].filter("
            "part => part.scrollWidth > part.clientWidth || part.offsetHeight === 0).length"
        )
        assert cut_off == 0, width
