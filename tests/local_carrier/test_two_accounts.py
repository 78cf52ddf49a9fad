"""Whatever one account has does not exist for another: every route, asked by every stranger.

The clock is moved by hand, and there is no audio.
"""

import itertools
import re
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from backend.local_carrier.clock import MovedClock
from backend.local_carrier.rest.api import ROUTES
from backend.local_carrier.rest.asking import ROOT, Route
from tests.local_carrier.customer import Customer, Got, Reply
from tests.local_carrier.lab import Company, Lab
from tests.local_carrier.page import page
from tests.serving import eventually

NAMED = re.compile(r"\{(\w+)\}")
SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
WAITS_IN_A_QUEUE = "+15557770009"
EVERY_FIELD = {
    "Body": "",
    "Content": "{}",
    "Callback": "http://x.y/",
    "FriendlyName": "Mine now",
    "IncludeSubaccounts": "true",
    "MaxSize": "3",
    "Muted": "true",
    "Status": "completed",
    "To": "+15005550010",
    "Url": "http://x.y/",
    "VoiceUrl": "http://x.y/",
}
"""So that a change that got through would change something."""


@pytest.fixture
async def lab(still_lab: Lab) -> Lab:
    return still_lab


@dataclass
class Things:
    """One of everything that an account may have, by the collection that it is in."""

    of: dict[str, list[str]]
    names: dict[str, list[str]]

    def named_by(self, route: Route) -> list[list[str]]:
        """What to put in the place of each name in the route's path."""
        return [self._choices(route, name) for name in NAMED.findall(route.path)]

    def all(self) -> set[str]:
        listed = itertools.chain(*self.of.values(), *self.names.values())
        return {thing for thing in listed if SID.fullmatch(thing)}

    def _choices(self, route: Route, name: str) -> list[str]:
        if name != "Sid":
            return self.names[name]
        collection = route.path.removesuffix(".wav").split("/")[-2]
        return self.of[collection]


async def things_of(acme: Company, customer: Customer, clock: MovedClock) -> Things:
    def voice(got: Got) -> Reply:
        if got.fields["From"] == WAITS_IN_A_QUEUE:
            return Reply("<Response><Enqueue>support</Enqueue></Response>")
        room = "<Conference record='record-from-start'>room</Conference>"
        return Reply(f"<Response><Dial>{room}</Dial></Response>")

    customer.answers(acme.voice_path, voice)
    await acme.takes_texts_at("/sms")
    talking = await acme.is_called()
    await acme.is_called()
    from_another: dict[str, Any] = {"from": WAITS_IN_A_QUEUE}
    waiting = await acme.is_called(**from_another)
    await clock.move(5)
    twilio = acme.twilio
    recording = await twilio.calls(talking.sid).recordings.create_async()
    picture = {"content_type": "image/png", "data": "aGVsbG8="}
    text = await acme.is_texted("Hi", media=[picture])
    key = await twilio.new_keys.create_async(friendly_name="tokens")
    await twilio.validation_requests.create_async(phone_number="+15005550010")
    await clock.move(60)
    (conference,) = await twilio.conferences.list_async()
    (queue,) = await twilio.queues.list_async()
    (caller_id,) = await twilio.outgoing_caller_ids.list_async()
    recordings = [each.sid for each in await twilio.recordings.list_async()]
    assert {recording.sid} < set(recordings)
    return Things(
        of={
            "Applications": [acme.application_sid],
            "Calls": [talking.sid, waiting.sid],
            "Conferences": [conference.sid, "room"],
            "IncomingPhoneNumbers": [acme.number_sid],
            "Keys": [key.sid],
            "Media": [text["media"][0]["sid"]],
            "Messages": [text["sid"]],
            "OutgoingCallerIds": [caller_id.sid],
            "Queues": [queue.sid],
            "Recordings": [*recordings, "Twilio.CURRENT"],
            "UserDefinedMessageSubscriptions": ["ZY" + "0" * 32],
        },
        names={
            "CallSid": [talking.sid, waiting.sid, "Front"],
            "ConferenceSid": [conference.sid, "room"],
            "CountryCode": ["US"],
            "MessageSid": [text["sid"]],
            "QueueSid": [queue.sid],
        },
    )


def address(route: Route, account_sid: str, things: tuple[str, ...]) -> str:
    left = iter(things)
    path = NAMED.sub(lambda _: next(left), route.path)
    return f"{ROOT}/{account_sid}/{path}".rstrip("/") + (".json" if route.json else "")


def never_was(thing: str) -> str:
    return thing[:2] + "0" * 32 if SID.fullmatch(thing) else f"no-{thing}"


async def answer(
    company: Company, login: tuple[str, str], method: str, path: str, fields: dict[str, str]
) -> tuple[int, str]:
    """The status and the words, without the path that it repeats."""
    basic = {"Authorization": aiohttp.encode_basic_auth(*login)}
    how: Any = {"data": fields} if method == "POST" else {"params": fields}
    async with company.lab.http.request(method, path, headers=basic, **how) as response:
        return response.status, (await response.text()).replace(path, "")


@pytest.mark.parametrize("stranger", ["another", "its key", "its subaccount", "a subaccount"])
async def test_no_route_tells_a_stranger_anything_that_it_does_not_tell_of_what_never_was(
    acme: Company, globex: Company, customer: Customer, clock: MovedClock, stranger: str
) -> None:
    """A subaccount of Acme is a stranger to Acme too; the other way round it is no stranger."""
    things = await things_of(acme, customer, clock)
    login = home = (globex.account_sid, globex.auth_token)
    if stranger == "its key":
        key = await globex.twilio.new_keys.create_async()
        login = (key.sid, key.secret)
    elif stranger.endswith("subaccount"):
        owner = acme if stranger == "a subaccount" else globex
        made = await owner.twilio.api.accounts.create_async(friendly_name="A branch")
        login = home = (made.sid, made.auth_token)
    told: list[str] = []
    attempts = 0
    for route in ROUTES:
        if route.path == "Accounts":
            continue  # the list of one's own, which has a story of its own
        for chosen in itertools.product(*things.named_by(route)):
            for account_sid in {acme.account_sid, home[0]}:
                if account_sid == home[0] and not any(map(_is_acmes, chosen)):
                    continue  # the stranger's own collection
                fields = {name: EVERY_FIELD[name] for name in route.fields if name in EVERY_FIELD}
                path = address(route, account_sid, chosen)
                got = await answer(acme, login, route.method, path, fields)
                unknown = account_sid if account_sid == home[0] else never_was(account_sid)
                nowhere = address(route, unknown, tuple(map(never_was, chosen)))
                expected = await answer(acme, login, route.method, nowhere, fields)
                attempts += 1
                if got != expected or got[0] < 400 or any(sid in got[1] for sid in things.all()):
                    told.append(f"{route.method} {path}: {got}, not {expected}")
    assert told == []
    assert attempts > len(ROUTES)
    live = await acme.twilio.calls.list_async(status="in-progress")
    assert len(live) == 3


def _is_acmes(thing: str) -> bool:
    return thing not in ("US", "Twilio.CURRENT", "Front")


async def test_no_list_of_one_account_holds_anothers(
    acme: Company, globex: Company, customer: Customer, clock: MovedClock
) -> None:
    things = await things_of(acme, customer, clock)
    login = (globex.account_sid, globex.auth_token)
    lists = [r for r in ROUTES if r.method == "GET" and not NAMED.search(r.path) and r.path]
    for route in lists:
        path = f"{ROOT}.json" if route.path == "Accounts" else address(route, login[0], ())
        status, text = await answer(acme, login, "GET", path, {})
        assert status == 200, path
        assert [sid for sid in things.all() if sid in text] == [], path
    assert len(lists) > 8


async def test_a_page_of_one_account_cannot_take_a_call_of_another(
    lab: Lab, acme: Company, globex: Company, customer: Customer
) -> None:
    """By the call's SID, by the id that its page chose, or by the very same id of its own."""
    for company in (acme, globex):
        company.answers_calls_with("<Dial><Conference>room</Conference></Dial>")
    async with page(acme) as ana, page(globex) as eve:
        await ana.listens(await acme.token("ana"))
        await eve.listens(await globex.token("ana"))
        sid = await ana.connects()
        answered = await ana.is_answered()
        for name in (sid, "TJSabc"):
            await eve.says("hangup", callsid=name)
            await eve.says("dtmf", callsid=name, dtmf="1")
            await eve.says("invite", callsid=name, reconnect=answered["reconnect"], sdp="")
            assert (await eve.is_told("hangup"))["error"]["code"] in (31209, 31400)
        theirs = await eve.connects()
        assert theirs != sid
        await eve.is_answered()
        await eve.says("hangup", callsid="TJSabc")
        await eventually(lambda: _has_ended(lab, theirs))
        call = await lab.ask("GET", f"/lab/phones/{sid}")
        assert (call["status"], call["digits"]) == ("in-progress", "")


async def _has_ended(lab: Lab, sid: str) -> bool:
    return (await lab.ask("GET", f"/lab/phones/{sid}"))["status"] == "completed"
