"""The calls of one page: what its browser says about them, a method for each message of the wire.

A page is also a tab that may be rung, once it is registered.
"""

import re
from urllib.parse import parse_qsl

from backend.local_carrier.exchange import CannotDial
from backend.local_carrier.legs import Leg, LegStatus
from backend.local_carrier.registrations import BrowsersRung, Invitation
from backend.local_carrier.signalling.browser_phone import BrowserPhone
from backend.local_carrier.signalling.incoming import Invited
from backend.local_carrier.signalling.messages import Payload, error_body
from backend.local_carrier.signalling.outgoing import place_call
from backend.local_carrier.signalling.switchroom import Line, Switchroom
from backend.local_carrier.webrtc import BadDescription

NOT_AUTHORIZED, EXPIRED, DECLINED, ENDED = 31201, 31205, 31002, 31008
NOT_FOUND, BAD_REQUEST, GENERAL, NOT_TO_RECONNECT = 31404, 31400, 31000, 31209
WRONG_MESSAGE_TYPE, TOO_LONG_A_MESSAGE = 31210, 31212
MESSAGE_TYPE = "user-defined-message"
LONGEST_MESSAGE = 10_240
"""Twilio has a limit, and does not say which."""
KEYS = re.compile(r"[0-9*#w]+")


class PageCalls:
    def __init__(self, room: Switchroom, line: Line) -> None:
        self._room, self._line, self._exchange = room, line, room.exchange
        self._temporary: dict[str, BrowserPhone] = {}
        """Calls of this page by the ids that it chose; no other page is ever found by them."""

    # Calls of the page's own

    async def invite(self, payload: Payload) -> None:
        access, sid = self._line.access, payload.callsid
        if access is None:
            await self._refuse(sid, NOT_AUTHORIZED, "listen with a token first")
            return
        if access.has_expired:
            await self._refuse(sid, EXPIRED, "the token has expired")
            return
        if not payload.sdp or not sid:
            await self._refuse(sid, BAD_REQUEST, "an invite needs a callsid and an sdp")
            return
        phone = BrowserPhone(access, sid, self._line)
        parameters = dict(parse_qsl(payload.twilio.params, keep_blank_values=True))
        try:
            await phone.answer(payload.sdp)
            leg = place_call(self._exchange, access, parameters, phone)
        except CannotDial as refusal:
            await phone.close()
            await self._refuse(sid, DECLINED, refusal.detail)
            return
        except BadDescription as refusal:
            await phone.close()
            await self._refuse(sid, BAD_REQUEST, f"cannot answer the sdp: {refusal}")
            return
        self._begin(leg, phone, sid)
        await phone.rings()

    # Calls to the page

    async def invitation(self, leg: Leg, rung: BrowsersRung) -> Invitation:
        access = self._line.access
        assert access is not None  # noqa: S101  nobody registers without one
        phone = BrowserPhone(access, leg.sid, self._line)
        invited = Invited(leg, rung, self, phone, self._room.invited)
        await invited.prepare()
        return invited

    async def answer(self, payload: Payload) -> None:
        invited = self._invited(payload.callsid)
        if invited is None:
            await self._refuse(payload.callsid, ENDED, "the call is over, or answered elsewhere")
            return
        try:
            await invited.phone.accept(payload.sdp)
        except BadDescription as refusal:
            await self._refuse(payload.callsid, BAD_REQUEST, f"cannot take the sdp: {refusal}")
            invited.rung.lost(self)
            await invited.give_up()
            return
        if not invited.rung.taken_by(self, invited.phone):
            await self._refuse(payload.callsid, ENDED, "the call is over, or answered elsewhere")
            await invited.give_up()
            return
        invited.stop_ringing()
        self._begin(invited.leg, invited.phone)

    async def hang_up(self, payload: Payload) -> None:
        """Also to reject a call that rings, or to give it up while the microphone opens."""
        invited = self._invited(payload.callsid)
        if invited is not None:
            invited.rung.refused_by(self)
            await invited.give_up()
            return
        phone = self._phone(payload.callsid)
        if phone is not None and phone.leg is not None:
            await self._exchange.calls.hung_up_by_far_end(phone.leg)

    # Coming back

    async def reconnect(self, payload: Payload) -> None:
        """With the token of a call that it had, or of one that still rings in another page."""
        sid, access = payload.callsid, self._line.access
        phone = self._room.find(sid, access)
        invited = self._room.ringing(sid, access, payload.reconnect)
        try:
            if phone is not None and phone.is_live and phone.proves(payload.reconnect):
                await phone.back_on(self._line, payload.sdp)
            elif invited is not None:
                await self._take_over(invited, payload.sdp)
            else:
                await self._refuse(sid, NOT_TO_RECONNECT, "the call is over, or not yours")
        except BadDescription as refusal:
            await self._refuse(sid, BAD_REQUEST, f"cannot answer the sdp: {refusal}")

    async def reinvite(self, payload: Payload) -> None:
        await self._complain(payload, GENERAL, "ICE restart is not supported by this carrier")

    # During a call

    async def press(self, payload: Payload) -> None:
        phone = self._phone(payload.callsid)
        if phone is None:
            return
        if KEYS.fullmatch(payload.dtmf):
            self._exchange.background.start(phone.press(payload.dtmf))
        else:
            why = f"{payload.dtmf!r} are not keys of a telephone"
            await self._complain(payload, BAD_REQUEST, why)

    async def take_message(self, payload: Payload) -> None:
        """For the customer's server; the page is told that it has arrived, or why not."""
        phone = self._phone(payload.callsid)
        if phone is None or phone.leg is None or not phone.is_live:
            await self._complain(payload, NOT_FOUND, "the page has no such call")
            return
        problem = _problem_of_message(payload)
        if problem is not None:
            await self._complain(payload, *problem)
            return
        content = bytes(payload.content).decode()
        self._exchange.call_messages.heard(phone.leg, payload.voiceeventsid, content)
        ack: dict[str, object] = {
            "acktype": "message",
            "callsid": payload.callsid,
            "voiceeventsid": payload.voiceeventsid,
        }
        await self._line.send("ack", ack)

    async def lose(self) -> None:
        """The socket is gone: what rang here is lost, what talked is kept for a while."""
        for phone in self._room.phones.values():
            phone.lose(self._line)
        for invited in [i for i in self._room.invited if i.tab is self]:
            invited.rung.lost(self)
            await invited.give_up_if_sent()

    # The rest, in the order in which it is called

    async def _refuse(self, sid: str, code: int, why: str) -> None:
        await self._line.send("hangup", {"callsid": sid, **error_body(code, why)})

    async def _complain(self, payload: Payload, code: int, why: str) -> None:
        """The call goes on; with the id of a message, only that message has failed."""
        names: dict[str, object] = {"callsid": payload.callsid}
        if payload.voiceeventsid:
            names["voiceeventsid"] = payload.voiceeventsid
        await self._line.send("error", {**names, **error_body(code, why)})

    def _begin(self, leg: Leg, phone: BrowserPhone, temporary: str = "") -> None:
        faults = self._exchange.faults
        if faults.strike(("no-media",), leg.account.sid, phone.access.identity):
            phone.without_media = True

        def forget_the_ended(leg: Leg, _: LegStatus) -> None:
            if not leg.is_live:
                self._room.phones.pop(leg.sid, None)
                self._temporary.pop(temporary, None)

        self._room.phones[leg.sid] = phone
        if temporary:
            self._temporary[temporary] = phone
        leg.watchers.append(forget_the_ended)
        phone.begins(leg, self._exchange.calls)

    def _invited(self, sid: str) -> Invited | None:
        here = (i for i in self._room.invited if i.tab is self and i.leg.sid == sid)
        return next(here, None)

    def _phone(self, sid: str) -> BrowserPhone | None:
        """A call of this page: another page of the same person has calls of its own."""
        access = self._line.access
        phone = self._temporary.get(sid)
        if phone is None or access is None or not access.is_of(phone.access):
            phone = self._room.find(sid, access)
        return phone if phone is not None and phone.line in (self._line, None) else None

    async def _take_over(self, invited: Invited, offer: str) -> None:
        access = self._line.access
        assert access is not None  # noqa: S101  it was found by it
        phone = BrowserPhone(access, invited.leg.sid, self._line)
        try:
            await phone.answer(offer)
            if not invited.rung.taken_by(None, phone):
                raise BadDescription("the call is over, or answered elsewhere")
        except BadDescription:
            await phone.close()
            raise
        self._begin(invited.leg, phone)


def _problem_of_message(payload: Payload) -> tuple[int, str] | None:
    if payload.messagetype != MESSAGE_TYPE:
        return WRONG_MESSAGE_TYPE, f"the only type of message is {MESSAGE_TYPE}"
    if payload.contenttype != "application/json":
        return BAD_REQUEST, "the only content is application/json"
    if len(bytes(payload.content)) > LONGEST_MESSAGE:
        return TOO_LONG_A_MESSAGE, f"it is longer than {LONGEST_MESSAGE} bytes"
    return None
