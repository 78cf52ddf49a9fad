"""The lab's page in a real browser: a person plays a caller."""

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from litestar import Litestar, post
from playwright.async_api import ConsoleMessage, Page, Route, async_playwright, expect

from backend.local_carrier.server import carrier
from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Lab
from tests.serving import eventually, served, served_on

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)

REBOUND = "rebound.example"
"""A name from elsewhere that leads to this machine."""
ROOM = "<Dial><Conference beep='false'>front desk</Conference></Dial>"

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome is installed")


@pytest.fixture
def complaints() -> list[str]:
    """What went wrong in the page. A story that makes it go wrong takes it out of here."""
    return []


@pytest.fixture
async def page(complaints: list[str]) -> AsyncGenerator[Page, None]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=BROWSER,
            args=["--no-sandbox", f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"],
        )
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.extend(_errors(message)))
        page.on("request", lambda request: complaints.extend(_foreign(request.url)))
        yield page
        assert complaints == []
        await browser.close()


def _errors(message: ConsoleMessage) -> list[str]:
    """A refusal of the lab's API is an answer, and the page says so itself."""
    is_refusal = "/lab/" in message.location["url"] and message.text.startswith("Failed to load")
    return [message.text] if message.type == "error" and not is_refusal else []


def _foreign(url: str) -> list[str]:
    return [] if re.match(rf"http://(127\.0\.0\.1|{REBOUND}):|data:", url) else [url]


async def test_a_person_dials_listens_presses_keys_and_hangs_up(
    page: Page, lab: Lab, acme: Company
) -> None:
    acme.answers_calls_with(ROOM)
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


async def test_a_webhook_that_waits_for_its_answer_hides_none_behind_it(
    page: Page, lab: Lab, acme: Company
) -> None:
    acme.answers_calls_with("<Hangup/>")
    await page.goto(f"{lab.address}/#webhooks")
    async with slow_customer() as (address, may_answer):
        body = {"account_sid": acme.account_sid, "url": f"{address}/slow", "fields": {"a": "b"}}
        sending = asyncio.create_task(lab.ask("POST", "/lab/webhooks", body))
        rows = page.locator("#deliveries > tr")
        slow = rows.filter(has_text="/slow")
        await expect(slow.locator(".status")).to_have_text("waits")
        await acme.is_called()
        await expect(rows.filter(has_text="/acme/voice").locator(".status")).to_have_text("200")
        await expect(rows.last).to_contain_text("/slow")
        await slow.locator("summary").click()
        may_answer.set()
        await sending
        await expect(slow.locator(".status")).to_have_text("202")
        await expect(slow.get_by_label("The answer")).to_be_visible()  # as the person left it
        await expect(slow.get_by_label("The answer")).to_have_text("at last")
        await expect(rows).to_have_count(2)


@asynccontextmanager
async def slow_customer() -> AsyncGenerator[tuple[str, asyncio.Event], None]:
    """A customer who answers when they may."""
    may_answer = asyncio.Event()

    @post("/slow", status_code=202, media_type="text/plain")
    async def slow() -> str:
        await may_answer.wait()
        return "at last"

    async with served(Litestar([slow], openapi_config=None, logging_config=None)) as address:
        yield address, may_answer


async def test_whoever_presses_keys_quickly_sees_each_webhook_once(
    page: Page, lab: Lab, acme: Company
) -> None:
    acme.answers_calls_with(ROOM)
    caller = await acme.is_called()
    await page.goto(f"{lab.address}/")
    key = page.get_by_role("button", name="Press 7")
    await expect(key).to_be_visible()
    async with held_back(page, "**/lab/deliveries*") as asked:
        await acme.is_called()  # a webhook that no look has told yet
        await eventually(lambda: asked)
        for _ in range(3):
            async with page.expect_response("**/digits"):
                await key.last.click()
        # What the presses ask for waits behind the look that is under way.
        await page.evaluate("new Promise(done => setTimeout(done))")
        assert len(asked) == 1
    await expect(page.get_by_text("pressed 777")).to_be_visible()
    await expect(page.locator("#total-webhooks")).to_have_text("2")
    await expect(page.locator("#deliveries > tr")).to_have_count(2)
    await caller.hangs_up()


@asynccontextmanager
async def held_back(page: Page, path: str) -> AsyncGenerator[list[str], None]:
    """What the page asks there waits until the block ends."""
    asked: list[str] = []
    may_go = asyncio.Event()

    async def hold(route: Route) -> None:
        asked.append(route.request.url)
        await may_go.wait()
        await route.continue_()

    await page.route(path, hold)
    yield asked
    may_go.set()
    await page.unroute_all(behavior="wait")


async def test_a_page_that_stays_open_shows_what_the_carrier_does_after_a_restart(
    page: Page, tmp_path: Path, customer: Customer
) -> None:
    async def calls(lab: Lab, *numbers: str) -> None:
        acme = await lab.company("Acme", "+15550100001", customer)
        acme.answers_calls_with("<Hangup/>")
        for number in numbers:
            await acme.is_called(None, **{"from": number})
            await acme.is_texted(f"It is {number}", **{"from": number})

    rows, texts = page.locator("#deliveries > tr"), page.locator("#messages > li")
    async with carrier_on(0, tmp_path) as lab:
        await calls(lab, "+15551110001", "+15551110002")
        await page.goto(f"{lab.address}/")
        await expect(rows).to_have_count(2)
        await expect(texts).to_have_count(2)
        await lab.arms("no-media")
        await expect(page.locator("#faults > li")).to_contain_text("Browsers have no audio")
        port = int(lab.address.rpartition(":")[2])
    await expect(page.locator("#link")).to_have_text("out of reach")
    await expect(page.get_by_role("button", name="Dial")).to_be_disabled()
    # The page finds the carrier again only when that has new things to tell, with ids that the old
    # ones had.
    await page.route("**/lab/**", lambda route: route.abort())
    async with carrier_on(port, tmp_path) as lab:
        await calls(lab, "+15551110003")
        await lab.arms("rest-slow")
        await page.unroute("**/lab/**")
        await expect(page.locator("#link")).to_have_text("live")
        await expect(page.locator("#faults > li")).to_contain_text("REST is slow")
        await expect(rows).to_have_count(1)
        await expect(rows).to_contain_text("+15551110003")
        await expect(texts).to_have_count(1)
        await expect(texts).to_contain_text("It is +15551110003")
        await expect(page.get_by_role("button", name="Dial")).to_be_enabled()
        await page.goto("about:blank")


@asynccontextmanager
async def carrier_on(port: int, state: Path) -> AsyncGenerator[Lab, None]:
    with socket.create_server(("127.0.0.1", port)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with (
            served_on(listener, carrier(state, media="null"), ws_ping_interval=None),
            Lab.at(address) as lab,
        ):
            yield lab


async def test_whoever_writes_at_a_card_writes_on_when_the_cards_before_it_go(
    page: Page, lab: Lab, acme: Company
) -> None:
    acme.answers_calls_with(ROOM)
    await acme.is_called(None, **{"from": "+15551112222"})
    await acme.is_called(None, **{"from": "+15551110000"})
    before = await acme.is_called(None, **{"from": "+15551113333"})
    await page.goto(f"{lab.address}/")
    words = page.get_by_role("group", name="+15551112222").get_by_label("Words to say")
    await words.press_sequentially("two of ")
    await before.hangs_up()
    await expect(page.get_by_role("group", name="+15551113333")).to_have_count(0)
    await expect(words).to_be_focused()
    await page.keyboard.type("them")
    await expect(words).to_have_value("two of them")


async def test_what_a_card_refuses_is_said_at_that_card(
    page: Page, lab: Lab, acme: Company
) -> None:
    acme.answers_calls_with(ROOM)
    caller = await acme.is_called(None, **{"from": "+15551112222"})
    await acme.is_called(None, **{"from": "+15551113333"})
    await page.goto(f"{lab.address}/")
    card = page.get_by_role("group", name="+15551112222")
    await expect(card).to_contain_text("in-progress")
    async with held_back(page, "**/lab/phones") as asked:  # it does not know that the call ended
        await eventually(lambda: asked)
        await caller.hangs_up()
        await card.get_by_role("button", name="Press 7").click()
        await expect(card.get_by_role("alert")).to_have_text("That call has ended: completed.")
        await expect(page.get_by_role("alert").filter(has_text="ended")).to_have_count(1)
    await expect(card).to_have_count(0)


async def test_what_the_page_cannot_draw_is_not_hidden_and_the_next_look_goes_on(
    page: Page, lab: Lab, acme: Company, complaints: list[str]
) -> None:
    async def nonsense(route: Route) -> None:
        await route.fulfill(json=[{"sid": "CF1"}])

    await page.route("**/lab/conferences", nonsense)
    await page.goto(f"{lab.address}/")
    await eventually(lambda: len(complaints) > 1)
    assert all("undefined" in complaint for complaint in complaints)
    await expect(page.locator("#link")).to_have_text("live")
    await page.unroute_all(behavior="wait")
    await expect(page.locator("#conferences > li")).to_have_count(0)
    complaints.clear()


async def test_a_page_whose_name_was_made_to_lead_here_is_refused_and_says_why(
    page: Page, lab: Lab, acme: Company
) -> None:
    await page.goto(f"{lab.address}/".replace("127.0.0.1", REBOUND))
    await expect(page.locator("#link")).to_have_text("refused")
    await expect(page.get_by_role("alert").filter(has_text=REBOUND)).to_contain_text("--public-url")
    await expect(page.get_by_role("button", name="Dial")).to_be_disabled()
    assert acme.number not in await page.content()
