"""One browser's signalling socket: listen, register, invite, hang up, come back."""

import asyncio
import secrets
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect, WebSocketException

from backend.local_carrier.exchange import CannotDial, Exchange
from backend.local_carrier.signalling.browser_phone import BrowserPhone
from backend.local_carrier.signalling.messages import (
    HEARTBEAT,
    Payload,
    error_body,
    read_message,
    written,
)
from backend.local_carrier.signalling.outgoing import place_call
from backend.local_carrier.signalling.tokens import Access, TokenRefused, read_token
from backend.local_carrier.webrtc import BadOffer

HEARTBEAT_SECONDS = 5.0
NOT_AUTHORIZED, DECLINED, NOT_FOUND, BAD_REQUEST, GENERAL = 31201, 31002, 31404, 31400, 31000

AnySocket = WebSocket[Any, Any, Any]


class Switchroom:
    """The browser calls of the exchange, by the SID and by the temporary id the page gave."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.phones: dict[str, BrowserPhone] = {}
        self.lines: set[SignalLine] = set()

    def find(self, sid: str, access: Access | None) -> BrowserPhone | None:
        """Only the account and identity that made a call may touch it."""
        phone = self.phones.get(sid)
        if phone is None or access is None:
            return None
        owner = (phone.access.account.sid, phone.access.identity)
        return phone if owner == (access.account.sid, access.identity) else None

    def forget_ended(self) -> None:
        ended = [s for s, p in self.phones.items() if p.leg is not None and not p.leg.is_live]
        for sid in ended:
            del self.phones[sid]


class SignalLine:
    def __init__(self, switchroom: Switchroom, socket: AnySocket) -> None:
        self._room, self._exchange, self._socket = switchroom, switchroom.exchange, socket
        self._access: Access | None = None

    async def serve(self) -> None:
        await self._socket.accept()
        self._room.lines.add(self)
        heart = asyncio.create_task(self._beat())
        try:
            while True:
                text = await self._socket.receive_data(mode="text")
                if text != HEARTBEAT:
                    await self._take(text)
        except WebSocketDisconnect:
            pass
        finally:
            heart.cancel()
            self._room.lines.discard(self)
            for phone in self._room.phones.values():
                phone.lose(self)

    async def send(self, kind: str, payload: dict[str, object]) -> None:
        # A socket that just went away is noticed by the reader; what it missed is told again
        # when the page comes back.
        with suppress(WebSocketException, RuntimeError):
            await self._socket.send_data(written(kind, payload))

    async def drop(self) -> None:
        with suppress(WebSocketException, RuntimeError):
            await self._socket.close(code=1011)

    async def _beat(self) -> None:
        """The SDK gives up a socket that is quiet for 15 s, and it cannot see WebSocket pings."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            with suppress(WebSocketException, RuntimeError):
                await self._socket.send_data(HEARTBEAT)

    async def _take(self, text: str | bytes) -> None:
        try:
            message = read_message(text if isinstance(text, str) else text.decode())
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            await self.send("error", error_body(BAD_REQUEST, f"not a message: {error}"))
            return
        payload = message.payload
        match message.type:
            case "listen":
                await self._listen(payload)
            case "register":
                await self._register(payload)
            case "invite" if payload.reconnect:
                await self._reconnect(payload)
            case "invite":
                await self._invite(payload)
            case "hangup" | "reject":
                await self._hang_up(payload)
            case "dtmf":
                self._press(payload)
            case "message":
                await self._acknowledge(payload)
            case "reinvite":
                refusal = error_body(GENERAL, "ICE restart is not supported by this carrier")
                await self.send("error", {"callsid": payload.callsid, **refusal})
            case _:
                pass  # as the SDK does with a type that it does not know

    async def _listen(self, payload: Payload) -> None:
        try:
            access = read_token(self._exchange.accounts, payload.token)
        except TokenRefused as refusal:
            await self.send("error", error_body(refusal.code, refusal.why))
            return
        self._access = access
        token: dict[str, object] = {
            "accountSid": access.account.sid,
            "identity": access.identity,
            "ttl": access.seconds_left,
        }
        where = {"edge": "local", "region": "local", "home": "us1", "gateway": "local-carrier"}
        await self.send("connected", {**where, "token": token})

    async def _register(self, payload: Payload) -> None:
        if self._access is None or not self._access.may_register:
            why = "the token does not allow incoming calls"
            await self.send("error", error_body(NOT_AUTHORIZED, why))
            return
        await self.send("ready" if payload.media.audio else "offline", {})

    async def _invite(self, payload: Payload) -> None:
        if self._access is None:
            await self._refuse(payload.callsid, NOT_AUTHORIZED, "listen with a token first")
            return
        if not payload.sdp or not payload.callsid:
            await self._refuse(payload.callsid, BAD_REQUEST, "an invite needs a callsid and an sdp")
            return
        self._room.forget_ended()
        phone = BrowserPhone(self._access, payload.callsid, payload.sdp, self)
        parameters = dict(parse_qsl(payload.twilio.params, keep_blank_values=True))
        try:
            await phone.ready_to_answer()
            leg = place_call(self._exchange, self._access, parameters, phone)
        except CannotDial as refusal:
            await phone.close()
            await self._refuse(payload.callsid, DECLINED, refusal.detail)
            return
        except BadOffer as refusal:
            await phone.close()
            await self._refuse(payload.callsid, BAD_REQUEST, f"cannot answer the sdp: {refusal}")
            return
        self._room.phones[leg.sid] = self._room.phones[payload.callsid] = phone
        await phone.rings(leg, self._exchange.calls)

    async def _reconnect(self, payload: Payload) -> None:
        phone = self._room.find(payload.callsid, self._access)
        if (
            phone is not None
            and phone.leg is not None
            and phone.leg.is_live
            and secrets.compare_digest(phone.reconnect_token, payload.reconnect)
        ):
            await phone.back_on(self)
        else:
            await self._refuse(payload.callsid, NOT_FOUND, "the call is over")

    async def _hang_up(self, payload: Payload) -> None:
        phone = self._room.find(payload.callsid, self._access)
        if phone is not None and phone.leg is not None:
            await self._exchange.calls.hung_up_by_far_end(phone.leg)

    def _press(self, payload: Payload) -> None:
        phone = self._room.find(payload.callsid, self._access)
        if phone is not None and phone.leg is not None:
            phone.leg.press(payload.dtmf)

    async def _acknowledge(self, payload: Payload) -> None:
        ack: dict[str, object] = {
            "acktype": "message",
            "callsid": payload.callsid,
            "voiceeventsid": payload.voiceeventsid,
        }
        await self.send("ack", ack)

    async def _refuse(self, callsid: str, code: int, why: str) -> None:
        await self.send("hangup", {"callsid": callsid, **error_body(code, why)})
