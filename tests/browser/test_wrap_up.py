"""Wrap-up in a real browser, by keyboard alone: nothing that was typed is lost on the way."""

from playwright.async_api import expect

from tests.browser.page import STATIC, Browsers
from tests.stories.product import Product


async def test_by_keyboard_alone_a_call_is_noted_ended_disposed_of_and_finished(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    ana = await browsers.open(acme.ana, tone=700, board=STATIC)
    await ana.goes_available()
    caller = await acme.rings(tone=440)
    await ana.sees_ringing()
    page, keys = ana.page, ana.page.keyboard
    await keys.press("a")
    await caller.hears("voice", 700)
    await keys.press("n")
    await keys.type("Order 4711, has not come")
    await expect(page.get_by_label("Note")).to_be_focused()
    await keys.press("Escape")
    await expect(ana.zone("mine")).to_contain_text("Saved")

    await keys.press("Shift+H")
    await expect(ana.presence(acme.ana)).to_have_attribute("data-presence", "wrap_up")
    await expect(ana.zone("mine")).to_contain_text("left")
    await keys.press("r")
    await keys.press("2")
    chosen = page.get_by_role("button", name="Call back")
    await expect(chosen).to_have_attribute("aria-pressed", "true")
    await keys.press("n")
    await keys.press("End")
    await keys.type("; sent again")
    await page.reload()

    await expect(page.get_by_label("Note")).to_have_value("Order 4711, has not come; sent again")
    await expect(chosen).to_have_attribute("aria-pressed", "true")
    await keys.press("g")
    await expect(ana.presence(acme.ana)).to_have_attribute("data-presence", "available")
    await expect(ana.zone("mine")).to_contain_text("You are not on a call")
    await expect(ana.zone("recent")).to_contain_text("Call back")
    await acme.ana.signs_in()
    told = (await acme.ana.asks("GET", "/api/calls"))["calls"][0]
    notes = (await acme.ana.asks("GET", f"/api/calls/{told['id']}"))["notes"]
    assert [note["text"] for note in notes] == ["Order 4711, has not come; sent again"]
