"""The real Voice SDK in a real browser, with audio measured by its pitch at both ends."""

import asyncio
import json
import shutil
from collections.abc import AsyncGenerator

import pytest
from playwright.async_api import Browser, async_playwright

from tests.local_carrier.customer import Customer, Reply
from tests.local_carrier.lab import Company, Phone
from tests.local_carrier.page import RINGS_ANA
from tests.local_carrier.sdk import ARGUMENTS, MICROPHONE_HZ, SDK, Tabs, pages, write_microphone
from tests.local_carrier.sounds import tone_wav
from tests.serving import eventually, served

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
ROOM = "<Dial><Conference beep='false' waitUrl=''>room</Conference></Dial>"
CALLER_HZ, HOLD_HZ = 440, 330

pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome is installed"),
    pytest.mark.skipif(not SDK.exists(), reason="the SDK is not installed: see `npm ci`"),
]


@pytest.fixture(scope="module")
async def chromium(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Browser, None]:
    microphone = tmp_path_factory.mktemp("microphone") / "tone.wav"
    write_microphone(microphone)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=BROWSER,
            args=[*ARGUMENTS, f"--use-file-for-fake-audio-capture={microphone}"],
        )
        yield browser
        await browser.close()


@pytest.fixture(scope="module")
async def page_address() -> AsyncGenerator[str, None]:
    async with served(pages()) as address:
        yield address


@pytest.fixture
async def tabs(chromium: Browser, page_address: str, acme: Company) -> AsyncGenerator[Tabs, None]:
    tabs = Tabs(chromium, page_address, acme)
    yield tabs
    await tabs.close()
    assert tabs.complaints == []


async def test_a_call_comes_in_with_its_parameters_and_is_talked_in(
    acme: Company, tabs: Tabs
) -> None:
    acme.answers_calls_with(
        "<Dial><Client><Identity>ana</Identity>"
        "<Parameter name='who' value='Zoë Müller &amp; Sons'/></Client></Dial>"
    )
    ana = await tabs.registered("ana")
    caller = await acme.is_called({"tone": CALLER_HZ})
    ringing = await ana.rings()
    assert ringing["custom"] == {"who": "Zoë Müller & Sons"}
    assert ringing["parameters"]["From"] == "+15557654321"
    assert ringing["parameters"]["To"] == "client:ana"
    assert ringing["verified"] is False
    await ana.answers()
    await ana.hears(CALLER_HZ)
    await caller.hears("voice", MICROPHONE_HZ)
    await ana.does("phone.call.mute(true)")
    await ana.saw("muted")
    await caller.hears("silence")
    await ana.does("phone.call.mute(false)")
    await caller.hears("voice", MICROPHONE_HZ)
    await ana.does("phone.call.sendDigits('12w#*9')")
    leg = Phone(acme.lab, ringing["sid"])
    await eventually(lambda: _digits(leg, "12w#*9"))
    await caller.hangs_up()
    await ana.saw("disconnect")
    assert "error" not in await ana.events()


async def _digits(phone: Phone, digits: str) -> bool:
    return (await phone.look())["digits"] == digits


async def test_a_page_calls_is_held_and_hangs_up(
    acme: Company, customer: Customer, tabs: Tabs
) -> None:
    acme.answers_calls_with(ROOM)
    customer.answers("/hold", Reply(tone_wav(HOLD_HZ), "audio/wav"))
    caller = await acme.is_called({"tone": CALLER_HZ})
    ana = await tabs.open(await acme.token("ana"))
    await ana.does("phone.connect({ params: { call_id: 'c 1', name: 'Zoë & co' } })")
    await ana.saw("accept")
    await ana.hears(CALLER_HZ)
    await caller.hears("voice", MICROPHONE_HZ)
    asked = customer.at(acme.voice_path)[-1].fields
    assert (asked["call_id"], asked["name"], asked["From"]) == ("c 1", "Zoë & co", "client:ana")
    sid = (await ana.call())["sid"]
    (room,) = await acme.twilio.conferences.list_async(status="in-progress")
    participants = acme.twilio.conferences(room.sid).participants
    await participants(sid).update_async(hold=True, hold_url=customer.url("/hold"))
    await ana.hears(HOLD_HZ)
    await caller.hears("silence")
    await participants(sid).update_async(hold=False)
    await ana.hears(CALLER_HZ)
    await ana.does("phone.call.disconnect()")
    await Phone(acme.lab, sid).becomes("completed")


async def test_rest_brings_a_browser_into_a_conference(acme: Company, tabs: Tabs) -> None:
    acme.answers_calls_with(ROOM)
    caller = await acme.is_called({"tone": CALLER_HZ})
    ana = await tabs.registered("ana")
    made = await acme.twilio.conferences("room").participants.create_async(
        from_=acme.number, to="client:ana?call=7&who=Zo%C3%AB", beep="false"
    )
    ringing = await ana.rings()
    assert (ringing["sid"], ringing["custom"]) == (made.call_sid, {"call": "7", "who": "Zoë"})
    assert ringing["verified"] is True
    await ana.answers()
    await ana.hears(CALLER_HZ)
    await caller.hears("voice", MICROPHONE_HZ)


async def test_messages_go_both_ways(acme: Company, customer: Customer, tabs: Tabs) -> None:
    acme.answers_calls_with(ROOM)
    customer.twiml("/heard", "")
    ana = await tabs.open(await acme.token("ana"))
    await ana.does("phone.connect()")
    await ana.saw("accept")
    call = acme.twilio.calls((await ana.call())["sid"])
    await call.user_defined_message_subscriptions.create_async(callback=customer.url("/heard"))
    await ana.does(
        "phone.call.sendMessage({ content: { note: 'Zoë & co' },"
        " messageType: 'user-defined-message' }) && null"
    )
    assert (await ana.saw("messageSent"))["content"] == {"note": "Zoë & co"}
    (told,) = await eventually(lambda: customer.at("/heard"))
    assert json.loads(json.loads(told.body)["Content"]) == {"note": "Zoë & co"}
    assert told.is_signed_with(acme.auth_token)
    await call.user_defined_messages.create_async(content=json.dumps({"answer": "Ça va"}))
    assert (await ana.saw("messageReceived"))["content"] == {"answer": "Ça va"}
    await ana.does("phone.call.sendMessage({ content: 1, messageType: 'gossip' }) && null")
    assert (await ana.saw("error"))["code"] == 31210


async def test_two_tabs_ring_and_the_slower_one_is_told(acme: Company, tabs: Tabs) -> None:
    acme.answers_calls_with(RINGS_ANA)
    first, second = await tabs.registered("ana"), await tabs.registered("ana")
    caller = await acme.is_called({"tone": CALLER_HZ})
    assert (await first.rings())["sid"] == (await second.rings())["sid"]
    await second.answers()
    await first.saw("cancel")
    await second.hears(CALLER_HZ)
    await caller.hears("voice", MICROPHONE_HZ)


async def test_of_two_tabs_that_answer_in_one_instant_one_has_the_call(
    acme: Company, tabs: Tabs
) -> None:
    acme.answers_calls_with(RINGS_ANA)
    both = [await tabs.registered("ana"), await tabs.registered("ana")]
    caller = await acme.is_called({"tone": CALLER_HZ})
    for tab in both:
        await tab.rings()
    await asyncio.gather(*(tab.does("phone.answer()") for tab in both))
    await caller.hears("voice", MICROPHONE_HZ)

    async def ends() -> list[str] | None:
        states = [(await tab.call())["status"] for tab in both]
        return sorted(states) if "connecting" not in states else None

    assert await eventually(ends) == ["closed", "open"]
    (winner,) = [tab for tab in both if (await tab.call())["status"] == "open"]
    await winner.hears(CALLER_HZ)


async def test_a_socket_that_is_lost_in_a_call_is_not_heard(acme: Company, tabs: Tabs) -> None:
    acme.answers_calls_with(RINGS_ANA)
    acme.customer.twiml("/after", "<Hangup/>")
    ana = await tabs.registered("ana")
    caller = await acme.is_called({"tone": CALLER_HZ})
    await ana.rings()
    await ana.answers()
    await ana.hears(CALLER_HZ)
    await ana.loses_its_socket()
    assert (await ana.saw("reconnecting"))["code"] == 53001
    await ana.saw("reconnected")
    await ana.saw("registered", times=2)
    await ana.hears(CALLER_HZ)
    await caller.hears("voice", MICROPHONE_HZ)
    await ana.does("phone.call.disconnect()")
    await caller.becomes("completed")


async def test_a_socket_that_is_lost_out_of_a_call_is_opened_again_and_rings(
    acme: Company, tabs: Tabs
) -> None:
    acme.answers_calls_with(RINGS_ANA)
    ana = await tabs.registered("ana")
    await ana.loses_its_socket()
    await ana.saw("unregistered")
    await ana.saw("registered", times=2)
    await acme.is_called()
    await ana.rings()


async def test_a_socket_that_is_lost_while_it_rings_loses_the_call(
    acme: Company, customer: Customer, tabs: Tabs
) -> None:
    acme.answers_calls_with(RINGS_ANA)
    customer.twiml("/after", "<Hangup/>")
    ana = await tabs.registered("ana")
    await acme.is_called()
    await ana.rings()
    await ana.loses_its_socket()
    (after,) = await eventually(lambda: customer.at("/after"))
    assert after.fields["DialCallStatus"] == "no-answer"
    assert await ana.does("phone.device.calls.length") == 0


async def test_a_token_is_renewed_in_time_or_expires(acme: Company, tabs: Tabs) -> None:
    acme.answers_calls_with(ROOM)
    caller = await acme.is_called({"tone": CALLER_HZ})
    ana, ben = await tabs.registered("ana"), await tabs.registered("ben")
    await ana.does("phone.connect()")
    await ana.saw("accept")
    # Both are short of time now. Ben's page has another token ready when it is told so.
    await ben.renews_with(await acme.token("ben", incoming=True))
    await ben.listens_with(await acme.token("ben", incoming=True, ttl=4))
    await ben.saw("tokenWillExpire")
    await ana.listens_with(await acme.token("ana", incoming=True, ttl=4))
    assert (await ana.saw("device-error"))["code"] == 20104
    await ana.saw("unregistered")
    assert "device-error" not in await ben.events()
    # Ana's call goes on, but nobody reaches her any more; Ben rings as before.
    await ana.hears(CALLER_HZ)
    await caller.hears("voice", MICROPHONE_HZ)
    acme.answers_calls_with("<Dial><Client>ana</Client><Client>ben</Client></Dial>")
    await acme.is_called()
    await ben.rings()
    assert "incoming" not in await ana.events()
    await ana.listens_with(await acme.token("ana", incoming=True))
    await ana.saw("registered", times=2)


async def test_a_rejected_call_is_busy_and_a_caller_who_gives_up_cancels(
    acme: Company, customer: Customer, tabs: Tabs
) -> None:
    acme.answers_calls_with(RINGS_ANA)
    customer.twiml("/after", "<Hangup/>")
    ana = await tabs.registered("ana")
    await acme.is_called()
    await ana.rings()
    await ana.does("phone.incoming.at(-1).reject()")
    (after,) = await eventually(lambda: customer.at("/after"))
    assert after.fields["DialCallStatus"] == "busy"
    second = await acme.is_called()
    await ana.saw("incoming", times=2)
    await second.hangs_up()
    await ana.saw("cancel")


async def test_a_page_on_a_call_ignores_another_and_that_rings_on(
    acme: Company, tabs: Tabs
) -> None:
    acme.answers_calls_with(RINGS_ANA)
    acme.customer.twiml("/after", "<Hangup/>")
    ana = await tabs.registered("ana")
    first = await acme.is_called({"tone": CALLER_HZ})
    await ana.rings()
    await ana.answers()
    second = await acme.is_called({"tone": 1200})
    await eventually(lambda: _rings_for(acme, second))
    await ana.hears(CALLER_HZ)
    await first.hears("voice", MICROPHONE_HZ)
    assert (await ana.events()).count("incoming") == 1
    assert await _rings_for(acme, second)


async def _rings_for(company: Company, caller: Phone) -> bool:
    phones = await company.lab.ask("GET", "/lab/phones")
    return [p["status"] for p in phones if p["parent_sid"] == caller.sid] == ["ringing"]


async def test_a_ringing_call_is_passed_on_to_another_device(acme: Company, tabs: Tabs) -> None:
    acme.answers_calls_with(RINGS_ANA)
    ana, second = await tabs.registered("ana"), await tabs.open(await acme.token("ana"))
    caller = await acme.is_called({"tone": CALLER_HZ})
    await ana.rings()
    token = await ana.does("phone.incoming.at(-1).connectToken")
    await second.does(f"phone.connect({{ connectToken: '{token}' }})")
    await second.saw("accept")
    await ana.saw("cancel")
    await second.hears(CALLER_HZ)
    await caller.hears("voice", MICROPHONE_HZ)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret": "another secret, long enough to sign"}, 20101),
        ({"incoming": False}, 20151),
        ({"ttl": -10}, 20104),
        ({"ttl": 25 * 3600}, 31207),
        ({"identity": "ana.smith"}, 31105),
    ],
)
async def test_a_token_that_is_not_good_is_told_in_the_sdks_own_words(
    acme: Company, tabs: Tabs, changes: dict[str, object], code: int
) -> None:
    token = await acme.token(**{"incoming": True, "identity": "ana", **changes})
    ana = await tabs.open(token)
    await ana.does("void phone.register()")
    assert (await ana.saw("device-error"))["code"] == code


@pytest.mark.parametrize(
    ("verbs", "code"),
    [
        ("<Reject/>", 31603),
        ("<Reject reason='busy'/>", 31486),
        ("<Dial answerOnBridge='true'><Client>nobody</Client></Dial>", 31480),
    ],
)
async def test_a_call_that_nobody_answers_says_why(
    acme: Company, tabs: Tabs, verbs: str, code: int
) -> None:
    acme.answers_calls_with(verbs)
    ana = await tabs.open(await acme.token("ana"))
    await ana.does("phone.connect()")
    assert (await ana.saw("error"))["code"] == code
    await ana.saw("disconnect")


async def test_a_person_talks_to_the_lab_through_the_microphone_of_its_page(
    acme: Company, chromium: Browser
) -> None:
    acme.answers_calls_with(ROOM)
    agent = await acme.connects(tone=1200)
    context = await chromium.new_context(permissions=["microphone"])
    page = await context.new_page()
    await page.goto(f"{acme.lab.address}/")
    await page.get_by_text("Mine", exact=True).click()
    await page.get_by_role("button", name="Dial").click()
    await agent.hears("voice", MICROPHONE_HZ)
    (phone,) = [p for p in await acme.lab.ask("GET", "/lab/phones") if p["kind"] == "caller"]
    caller = Phone(acme.lab, phone["sid"])
    await caller.hears("voice", 1200)
    await eventually(lambda: page.evaluate(SPEAKER_IS_LOUD), within=20)
    await context.close()
    await eventually(lambda: _is_over(caller), within=15)  # a page that is closed says no word


SPEAKER_IS_LOUD = """() => {
  if (!globalThis.ear) {
    const context = new AudioContext();
    globalThis.ear = new AnalyserNode(context);
    context.createMediaStreamSource(document.getElementById("speaker").srcObject).connect(ear);
  }
  const levels = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(levels);
  return Math.max(...levels) > -60;
}"""


async def _is_over(phone: Phone) -> bool:
    return (await phone.look())["status"] == "completed"
