"""The lab's page in a real browser: a person plays a caller."""

import re
import shutil
from collections.abc import AsyncGenerator

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Lab

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome is installed")


@pytest.fixture
async def page() -> AsyncGenerator[Page, None]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.extend(_foreign(request.url)))
        yield page
        assert complaints == []
        await browser.close()


def _foreign(url: str) -> list[str]:
    return [] if re.match(r"http://127\.0\.0\.1:|data:", url) else [url]


async def test_a_person_dials_listens_presses_keys_and_hangs_up(
    page: Page, lab: Lab, acme: Company
) -> None:
    acme.answers_calls_with("<Dial><Conference beep='false'>front desk</Conference></Dial>")
    await page.goto(f"{lab.address}/")
    await expect(page.get_by_text("Simulated telephony")).to_be_visible()
    await page.get_by_label("Caller's number").fill("+15551112222")
    await page.get_by_role("button", name="Dial").click()
    card = page.get_by_role("listitem").filter(has_text="+15551112222").last
    await expect(card).to_contain_text("in-progress")
    await expect(card.locator(".hears")).to_contain_text("music")
    await acme.connects(tone=700)
    await expect(card.locator(".hears")).to_contain_text(re.compile("voice, (699|700|701) Hz"))
    await card.get_by_role("button", name="Press 7").click()
    await expect(card).to_contain_text("pressed 7")
    await page.get_by_role("link", name="Webhooks").click()
    await expect(page.get_by_text("ringing · +15551112222")).to_be_visible()
    await page.get_by_role("link", name="Rooms").click()
    await expect(page.get_by_text("front desk", exact=True)).to_be_visible()
    await page.get_by_role("link", name="Calls").click()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await card.get_by_role("button", name="Hang up").click()
    await expect(card).to_contain_text("completed")


async def test_a_person_texts_and_sees_how_far_each_text_has_come(
    page: Page, lab: Lab, acme: Company, customer: Customer
) -> None:
    customer.twiml("/sms", "<Message>Thank you, we will call</Message>")
    await acme.twilio.incoming_phone_numbers(acme.number_sid).update_async(
        sms_url=customer.url("/sms")
    )
    await page.goto(f"{lab.address}/#messages")
    await page.get_by_label("Telephone's number").fill("+15551112222")
    await page.get_by_label("Words").fill("Where is my parcel?")
    await page.get_by_role("button", name="Send").click()
    texts = page.locator("#messages > li")
    await expect(texts.filter(has_text="Where is my parcel?")).to_contain_text("received")
    reply = texts.filter(has_text="Thank you, we will call")
    await expect(reply).to_contain_text("delivered", timeout=15_000)
    await reply.get_by_role("button", name="Reply as this telephone").click()
    await expect(page.get_by_label("Words")).to_be_focused()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_a_person_breaks_something_sees_it_break_and_mends_it(
    page: Page, lab: Lab, acme: Company
) -> None:
    acme.answers_calls_with("<Hangup/>")
    await page.goto(f"{lab.address}/#faults")
    await page.locator("select[name=kind]").select_option("Answers to webhooks are lost")
    await page.get_by_role("button", name="Break it").click()
    fault = page.locator("#faults > li")
    await expect(fault).to_contain_text("always")
    await acme.is_called()
    await expect(page.locator("#strikes > li").first).to_contain_text("/acme/voice")
    await fault.get_by_role("button", name="Mend").click()
    await expect(page.get_by_text("Nothing goes wrong on purpose.")).to_be_visible()
    await page.locator("input[name=calls]").fill("2")
    await page.locator("input[name=rate]").fill("36000")
    await page.get_by_role("button", name="Let them call").click()
    await expect(page.locator("#generators > li")).to_contain_text("2 offered")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
