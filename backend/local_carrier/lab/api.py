"""The lab's HTTP API: accounts, phones that dial, softphones that answer, and the webhook log."""

import asyncio
import base64
import binascii

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.local_carrier.audio.frames import RATE
from backend.local_carrier.exchange import CannotDial, Exchange
from backend.local_carrier.lab.problems import LabProblem
from backend.local_carrier.lab.views import (
    AccountView,
    ConferenceView,
    Digits,
    NewAccount,
    NewPhone,
    NewSoftphone,
    PhoneView,
    VoiceChoice,
    account_view,
    conference_view,
    phone_view,
)
from backend.local_carrier.legs import Leg
from backend.local_carrier.phones import ScriptedPhone, Voice
from backend.local_carrier.signalling.outgoing import place_call
from backend.local_carrier.signalling.tokens import TokenRefused, read_token
from backend.local_carrier.sounds import NoSound
from backend.local_carrier.webhooks.delivery import Delivery

Lab = NamedDependency[Exchange]
REFUSALS = {"no-such-number": 404, "no-such-application": 404, "no-outgoing-grant": 403}


class LabApi(Controller):
    path = "/lab"

    @get("/accounts", summary="All accounts, with their tokens: it is a lab")
    async def accounts(self, exchange: Lab) -> list[AccountView]:
        return [account_view(account) for account in exchange.accounts.all()]

    @post("/accounts", status_code=200, summary="Make an account, or add numbers to it")
    async def open_account(self, exchange: Lab, data: JSONBody[NewAccount]) -> AccountView:
        for number in data.numbers:
            if not number.startswith("+") or not number[1:].isdigit():
                raise LabProblem(400, "not-a-number", f"{number} is not like +15550100001.")
        return account_view(exchange.accounts.open(data.friendly_name, data.numbers))

    @get("/phones", summary="All phones, the newest first; browsers too")
    async def phones(self, exchange: Lab, live: FromQuery[bool] = False) -> list[PhoneView]:
        legs = exchange.calls.live() if live else exchange.calls.all()[-200:]
        return [_view(exchange, leg) for leg in reversed(legs)]

    @post("/phones", summary="A caller dials a number")
    async def dial(self, exchange: Lab, data: JSONBody[NewPhone]) -> PhoneView:
        phone = ScriptedPhone("caller", _voice(exchange, data.voice))
        try:
            leg = exchange.dial_number(data.caller, data.to, phone)
        except CannotDial as refusal:
            raise _refused(refusal) from refusal
        if data.patience is not None:
            exchange.background.start(_lose_patience(exchange, leg, data.patience))
        return _view(exchange, leg)

    @post("/softphones", summary="An agent's browser phone, played by the carrier itself")
    async def connect(self, exchange: Lab, data: JSONBody[NewSoftphone]) -> PhoneView:
        phone = ScriptedPhone("softphone", _voice(exchange, data.voice))
        try:
            access = read_token(exchange.accounts, data.token)
            leg = place_call(exchange, access, data.params, phone)
        except TokenRefused as refusal:
            raise LabProblem(401, f"token-{refusal.code}", refusal.why) from refusal
        except CannotDial as refusal:
            raise _refused(refusal) from refusal
        return _view(exchange, leg)

    @get("/phones/{sid:str}", summary="One phone: its state, and what it hears now")
    async def phone(self, exchange: Lab, sid: FromPath[str]) -> PhoneView:
        return _view(exchange, _leg(exchange, sid))

    @post("/phones/{sid:str}/digits", status_code=200, summary="Press keys")
    async def press(self, exchange: Lab, sid: FromPath[str], data: JSONBody[Digits]) -> PhoneView:
        leg = _live(exchange, sid)
        leg.press(data.digits)
        return _view(exchange, leg)

    @delete("/phones/{sid:str}", summary="Hang up")
    async def hang_up(self, exchange: Lab, sid: FromPath[str]) -> None:
        await exchange.calls.hung_up_by_far_end(_live(exchange, sid))

    @get("/conferences", summary="Live conferences")
    async def conferences(self, exchange: Lab) -> list[ConferenceView]:
        return [conference_view(conference) for conference in exchange.conferences.live()]

    @get("/deliveries", summary="The webhook log, from the number after `since`")
    async def deliveries(self, exchange: Lab, since: FromQuery[int] = 0) -> list[Delivery]:
        return [delivery for delivery in exchange.webhooks.log if delivery.id > since]


def _view(exchange: Exchange, leg: Leg) -> PhoneView:
    seat = exchange.conferences.seat_of(leg)
    return phone_view(leg, seat.conference if seat is not None else None)


def _leg(exchange: Exchange, sid: str) -> Leg:
    leg = exchange.calls.find(sid)
    if leg is None:
        raise LabProblem(404, "no-such-phone", f"There is no phone {sid}.")
    return leg


def _live(exchange: Exchange, sid: str) -> Leg:
    leg = _leg(exchange, sid)
    if not leg.is_live:
        raise LabProblem(409, "already-ended", f"That call has ended: {leg.status}.")
    return leg


def _refused(refusal: CannotDial) -> LabProblem:
    return LabProblem(REFUSALS.get(refusal.code, 409), refusal.code, refusal.detail)


def _voice(exchange: Exchange, choice: VoiceChoice) -> Voice:
    if choice.wav is not None:
        try:
            return Voice.recording(exchange.sounds.decoded(base64.b64decode(choice.wav)))
        except (NoSound, binascii.Error) as error:
            raise LabProblem(400, "not-a-wav", f"The voice is not a WAV file: {error}.") from error
    if choice.tone is None:
        return Voice.silent()
    if not 50 <= choice.tone < RATE / 2:
        raise LabProblem(400, "not-a-voice", "A tone is from 50 to 3999 Hz on a telephone.")
    return Voice.tone(choice.tone)


async def _lose_patience(exchange: Exchange, leg: Leg, seconds: float) -> None:
    """The caller hangs up, unless somebody is with them when their patience ends."""
    try:
        await asyncio.wait_for(leg.over.wait(), seconds)
    except TimeoutError:
        seat = exchange.conferences.seat_of(leg)
        attended = seat is not None and seat.talks and len(seat.conference.participants) > 1
        if not attended:
            leg.note("lost patience")
            await exchange.calls.hung_up_by_far_end(leg)
