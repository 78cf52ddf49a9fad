"""The lab's HTTP API: accounts, phones that dial, softphones that answer, and the webhook log."""

import re
from typing import Annotated

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from backend.local_carrier.audio.frames import FRAME_SECONDS
from backend.local_carrier.exchange import CannotDial, Exchange
from backend.local_carrier.handsets import Handset
from backend.local_carrier.lab.problems import LabProblem
from backend.local_carrier.lab.views import (
    AccountView,
    Answering,
    ConferenceView,
    Digits,
    HandsetManner,
    NewAccount,
    NewPhone,
    NewSoftphone,
    PhoneView,
    Speech,
    Whereabouts,
    account_view,
    address_of,
    conference_view,
    phone_view,
)
from backend.local_carrier.legs import HALF_A_SECOND, Leg, LegStatus
from backend.local_carrier.microphones import hang_up_when_gone
from backend.local_carrier.people import PhoneOfSomebody
from backend.local_carrier.phones import ScriptedPhone
from backend.local_carrier.signalling.outgoing import place_call
from backend.local_carrier.signalling.tokens import TokenRefused, read_token
from backend.local_carrier.voices import voice_in_a_call, voice_of
from backend.local_carrier.webhooks.log import Delivery

Lab = NamedDependency[Exchange]
SHOWN_PHONES, LISTENED_PHONES = 200, 30
"""More than a person looks at are listed, but not listened to."""
WITHHELD = "anonymous"
"""The number of a caller who does not show it."""
Heard = Annotated[float, QueryParameter(ge=0.1, le=0.5)]
"""How many of the last seconds tell what a phone hears: fewer notice a change sooner."""
REFUSALS = {"no-such-number": 404, "no-such-application": 404, "no-outgoing-grant": 403}


class LabApi(Controller):
    path = "/lab"

    @get("/accounts", summary="All accounts, with their tokens: it is a lab")
    async def accounts(self, exchange: Lab) -> list[AccountView]:
        return [account_view(account) for account in exchange.accounts.all()]

    @post("/accounts", status_code=200, summary="Make an account, or add numbers to it")
    async def open_account(self, exchange: Lab, data: JSONBody[NewAccount]) -> AccountView:
        for number in data.numbers:
            _check_number(number)
        return account_view(exchange.accounts.open(data.friendly_name, data.numbers))

    @get("/phones", summary="All phones, the newest first; browsers too")
    async def phones(self, exchange: Lab, live: FromQuery[bool] = False) -> list[PhoneView]:
        legs = exchange.calls.live() if live else exchange.calls.all()[-SHOWN_PHONES:]
        newest_first = list(reversed(legs))
        for leg in newest_first[:LISTENED_PHONES]:
            leg.listen()
        return [_view(exchange, leg) for leg in newest_first]

    @post("/phones", summary="A caller dials a number")
    async def dial(self, exchange: Lab, data: JSONBody[NewPhone]) -> PhoneView:
        if data.caller != WITHHELD:
            _check_number(data.caller)
        voice = await voice_in_a_call(exchange.sounds, data.voice)
        try:
            leg = exchange.dial_number(data.caller, data.to, ScriptedPhone("caller", voice))
        except CannotDial as refusal:
            await voice.close()
            raise _refused(refusal) from refusal
        exchange.people.follow(leg, data.script, data.patience)
        exchange.background.start(hang_up_when_gone(leg, voice, exchange.calls))
        return _view(exchange, leg)

    @post("/softphones", summary="An agent's browser phone, played by the carrier itself")
    async def connect(self, exchange: Lab, data: JSONBody[NewSoftphone]) -> PhoneView:
        try:
            access = read_token(exchange.accounts, data.token)
        except TokenRefused as refusal:
            raise LabProblem(401, f"token-{refusal.code}", refusal.why) from refusal
        voice = await voice_in_a_call(exchange.sounds, data.voice)
        try:
            leg = place_call(exchange, access, data.params, ScriptedPhone("softphone", voice))
        except CannotDial as refusal:
            await voice.close()
            raise _refused(refusal) from refusal
        exchange.background.start(hang_up_when_gone(leg, voice, exchange.calls))
        return _view(exchange, leg)

    @get("/phones/{sid:str}", summary="One phone: its state, and what it hears now")
    async def phone(self, exchange: Lab, sid: FromPath[str], heard: Heard = 0.5) -> PhoneView:
        leg, frames = _leg(exchange, sid), round(heard / FRAME_SECONDS)
        await _listen(exchange, leg, frames)
        return _view(exchange, leg, frames)

    @post("/phones/{sid:str}/answer", status_code=200, summary="Answer a phone that rings")
    async def answer(
        self, exchange: Lab, sid: FromPath[str], data: JSONBody[Answering | None] = None
    ) -> PhoneView:
        leg, phone = _ringing(exchange, sid)
        if data is not None and data.voice is not None:
            voice = await voice_in_a_call(exchange.sounds, data.voice)
            if leg.outcome.done():
                await voice.close()
                raise LabProblem(409, "already-ended", "It does not ring any more.")
            phone.speak_with(voice)
            exchange.background.start(hang_up_when_gone(leg, voice, exchange.calls))
        leg.pick_up()
        return _view(exchange, leg)

    @post("/phones/{sid:str}/rejection", status_code=200, summary="Reject a call that rings")
    async def reject(self, exchange: Lab, sid: FromPath[str]) -> PhoneView:
        leg, _ = _ringing(exchange, sid)
        leg.refuse(LegStatus.BUSY)
        return _view(exchange, leg)

    @post("/phones/{sid:str}/digits", status_code=200, summary="Press keys")
    async def press(self, exchange: Lab, sid: FromPath[str], data: JSONBody[Digits]) -> PhoneView:
        leg = _live(exchange, sid)
        leg.press(data.digits)
        return _view(exchange, leg)

    @post("/phones/{sid:str}/speech", status_code=200, summary="Say words to a <Gather>")
    async def speak(self, exchange: Lab, sid: FromPath[str], data: JSONBody[Speech]) -> PhoneView:
        leg = _live(exchange, sid)
        leg.speak(data.text)
        return _view(exchange, leg)

    @delete("/phones/{sid:str}", summary="Hang up")
    async def hang_up(self, exchange: Lab, sid: FromPath[str]) -> None:
        await exchange.calls.hung_up_by_far_end(_live(exchange, sid))

    @get("/handsets", summary="How telephones outside behave, magic numbers among them")
    async def handsets(self, exchange: Lab) -> list[Handset]:
        return exchange.handsets.all()

    @put("/handsets/{number:str}", summary="Say how the telephone at that number behaves")
    async def set_handset(
        self, exchange: Lab, number: FromPath[str], data: JSONBody[HandsetManner]
    ) -> Handset:
        _check_number(number)
        voice_of(exchange.sounds, data.voice)
        handset = Handset(
            number=number,
            manner=data.manner,
            after=data.after,
            voice=data.voice,
            script=tuple(data.script),
            texts=data.texts,
        )
        exchange.handsets.set(handset)
        return handset

    @delete("/handsets/{number:str}", summary="Let that telephone be as usual again")
    async def forget_handset(self, exchange: Lab, number: FromPath[str]) -> None:
        if not exchange.handsets.forget(number):
            raise LabProblem(404, "no-such-handset", f"Nothing was said about {number}.")

    @get("/conferences", summary="Live conferences")
    async def conferences(self, exchange: Lab) -> list[ConferenceView]:
        return [conference_view(conference) for conference in exchange.conferences.live()]

    @get("/deliveries", summary="The webhook log, from the number after `since`")
    async def deliveries(self, exchange: Lab, since: FromQuery[int] = 0) -> list[Delivery]:
        return [delivery for delivery in exchange.webhooks.log if delivery.id > since]


def _view(exchange: Exchange, leg: Leg, heard_frames: int = HALF_A_SECOND) -> PhoneView:
    seat = exchange.conferences.seat_of(leg)
    bridge, member = exchange.bridges.of(leg), exchange.queues.member(leg)
    whereabouts = Whereabouts(
        conference=seat.conference if seat is not None else None,
        talks_with=address_of(bridge.other(leg)) if bridge is not None else None,
        queue=member.queue.name if member is not None else None,
    )
    return phone_view(leg, whereabouts, heard_frames)


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


def _check_number(number: str) -> None:
    if not re.fullmatch(r"\+[0-9]{1,15}", number):
        raise LabProblem(400, "not-a-number", f"{number} is not like +15550100001.")


def _ringing(exchange: Exchange, sid: str) -> tuple[Leg, PhoneOfSomebody]:
    leg = _live(exchange, sid)
    if not isinstance(leg.far_end, PhoneOfSomebody) or leg.status is not LegStatus.RINGING:
        raise LabProblem(409, "does-not-ring", "That phone does not ring for anybody here.")
    return leg, leg.far_end


async def _listen(exchange: Exchange, leg: Leg, frames: int) -> None:
    """What is heard is made only while somebody asks; the first to ask waits for so much of it."""
    leg.listen()
    if not exchange.audible or leg.status is not LegStatus.IN_PROGRESS:
        return
    while len(leg.heard) < frames and leg.is_live:
        await exchange.clock.sleep(FRAME_SECONDS)
