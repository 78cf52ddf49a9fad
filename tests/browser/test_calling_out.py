"""Calling a number outside from the board, by mouse, by keyboard alone and by touch."""

from playwright.async_api import expect

from tests.browser.page import STATIC, Browsers
from tests.stories.product import Product


async def test_by_mouse_a_number_is_typed_called_and_later_called_again_from_the_history(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    callee = await acme.telephone(tone=523)
    ana = await browsers.open(acme.ana, tone=700, board=STATIC)
    await ana.goes_available()
    await ana.button("Call").click()
    pad = ana.page.get_by_role("dialog", name="Call")
    await pad.get_by_label("Telephone number").fill(callee.number.removeprefix("+1"))
    await expect(pad.get_by_text("United States")).to_be_visible()
    await pad.get_by_role("button", name="Call", exact=True).click()
    await callee.is_rung()
    await callee.hears("voice", 700)
    await ana.hears(523)
    await expect(ana.zone("mine").get_by_role("button", name="Hold")).to_be_enabled()
    await ana.zone("mine").get_by_role("button", name="Hang up").click()
    await callee.is_off()
    await ana.zone("recent").get_by_role("button", name="Call").first.click()
    await expect(pad.get_by_label("Telephone number")).to_have_value(callee.number)
    await pad.get_by_role("button", name="Call", exact=True).click()
    await callee.is_rung()
    await callee.hears("voice", 700)


async def test_by_keyboard_alone_a_busy_number_is_told_and_another_one_is_called(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    busy, callee = await acme.telephone("busy"), await acme.telephone(tone=523)
    ana = await browsers.open(acme.ana, tone=700, board=STATIC)
    await ana.goes_available()
    keys = ana.page.keyboard
    await keys.press("Shift+D")
    await keys.type(busy.number)
    await keys.press("Enter")
    await expect(ana.zone("mine").get_by_text("Busy")).to_be_visible(timeout=10_000)
    await expect(ana.zone("mine").get_by_role("button", name="Call again")).to_be_visible()
    await keys.press("Shift+D")
    await keys.type("+49 30 901820")
    pad = ana.page.get_by_role("dialog", name="Call")
    await expect(pad.get_by_text("does not call numbers of that country")).to_be_visible()
    await expect(pad.get_by_role("button", name="Call", exact=True)).to_be_disabled()
    await keys.press("Control+a")
    await keys.type(callee.number)
    await keys.press("Enter")
    await callee.is_rung()
    await callee.hears("voice", 700)
    await keys.press("Shift+H")
    await callee.is_off()


async def test_by_touch_on_a_phone_a_number_is_pressed_and_called(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    callee = await acme.telephone(tone=523)
    small = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    ana = await browsers.open(acme.ana, tone=700, board=STATIC, **small)
    await ana.goes_available()
    await ana.button("Call").tap()
    pad = ana.page.get_by_role("dialog", name="Call")
    for digit in callee.number.removeprefix("+1"):
        await pad.get_by_role("button", name=digit, exact=True).tap()
    await pad.get_by_role("button", name="Call", exact=True).tap()
    await callee.is_rung()
    await callee.hears("voice", 700)
    await ana.zone("mine").get_by_role("button", name="Hang up").tap()
    await callee.is_off()


async def test_a_caller_is_handed_outside_after_a_word_by_menu_and_keys(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    outside = await acme.telephone(tone=523)
    ana = await browsers.open(acme.ana, tone=700, board=STATIC)
    await ana.goes_available()
    caller = await acme.rings(tone=440)
    await ana.answers()
    await caller.hears("voice", 700)
    await ana.page.keyboard.press("c")
    await ana.page.get_by_role("menuitem", name="A number outside").click()
    await ana.page.get_by_label("Telephone number").fill(outside.number)
    await ana.page.keyboard.press("Enter")
    await outside.is_rung()
    await outside.hears("voice", 700)
    await caller.hears("music")
    await ana.page.keyboard.press("s")
    await caller.hears("voice", 700)
    await outside.hears("music")
    await ana.page.keyboard.press("t")
    await caller.hears("voice", 523)
    await ana.is_silent()
    await expect(ana.zone("team").get_by_text("Outside", exact=True)).to_be_visible()
    await outside.hangs_up()
    await caller.is_off()


async def test_a_reload_while_the_callee_rings_comes_back_into_the_call(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    callee = await acme.telephone("by-hand", tone=523)
    ana = await browsers.open(acme.ana, tone=700, board=STATIC)
    await ana.goes_available()
    await ana.page.keyboard.press("Shift+D")
    await ana.page.keyboard.type(callee.number)
    await ana.page.keyboard.press("Enter")
    await callee.is_rung()
    await ana.page.reload()
    await ana.is_talking()
    await expect(ana.zone("mine").get_by_text("Ringing")).to_be_visible()
    await callee.answers()
    await callee.hears("voice", 700)
    await ana.hears(523)
