"""One browser's signalling socket: who listens, whether they are registered, and its frames."""

import asyncio
import time
from contextlib import suppress
from typing import Any

import msgspec
from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect, WebSocketException

from backend.local_carrier.signalling.messages import (
    HEARTBEAT,
    Payload,
    error_body,
    read_message,
    written,
)
from backend.local_carrier.signalling.page_calls import (
    BAD_REQUEST,
    EXPIRED,
    NOT_AUTHORIZED,
    PageCalls,
)
from backend.local_carrier.signalling.switchroom import Switchroom
from backend.local_carrier.signalling.tokens import Access, TokenRefused, read_token

HEARTBEAT_SECONDS = 5.0

AnySocket = WebSocket[Any, Any, Any]


class SignalLine:
    def __init__(self, switchroom: Switchroom, socket: AnySocket) -> None:
        self._room, self._exchange, self._socket = switchroom, switchroom.exchange, socket
        self.id = switchroom.next_id()
        self.opened_at = self._exchange.clock.now()
        self.access: Access | None = None
        self.reconnect_seconds = 0.0
        self._calls = PageCalls(switchroom, self)
        self._registered: Access | None = None
        self._expiry: asyncio.Task[None] | None = None

    @property
    def is_registered(self) -> bool:
        return self._registered is not None

    async def serve(self) -> None:
        await self._socket.accept()
        self._room.lines[self.id] = self
        heart = asyncio.create_task(self._beat())
        try:
            while True:
                text = await self._socket.receive_data(mode="text")
                if text != HEARTBEAT:
                    with self._exchange.clock.work():
                        await self._take(text)
        except WebSocketDisconnect:
            pass
        finally:
            heart.cancel()
            if self._expiry is not None:
                self._expiry.cancel()
            del self._room.lines[self.id]
            self._unregister()
            await self._calls.lose()

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
            await self._complain(BAD_REQUEST, f"not a message: {error}")
            return
        account_sid = self.access.account.sid if self.access is not None else ""
        if self._exchange.faults.strike(("socket-lost",), account_sid, message.type):
            await self.drop()
            return
        calls, payload = self._calls, message.payload
        match message.type:
            case "listen":
                await self._listen(payload)
            case "register":
                await self._register(payload)
            case "invite" if payload.reconnect:
                await calls.reconnect(payload)
            case "invite":
                await calls.invite(payload)
            case "answer":
                await calls.answer(payload)
            case "hangup" | "reject":
                await calls.hang_up(payload)
            case "dtmf":
                await calls.press(payload)
            case "message":
                await calls.take_message(payload)
            case "reinvite":
                await calls.reinvite(payload)
            case _:
                pass  # as the SDK does with a type that it does not know

    async def _listen(self, payload: Payload) -> None:
        """Also with a new token: registration and calls go on, if they are the same person's."""
        try:
            access = read_token(self._exchange.accounts, payload.token)
        except TokenRefused as refusal:
            await self._complain(refusal.code, refusal.why)
            return
        registered = self._registered
        if registered is not None and not (registered.is_of(access) and access.may_register):
            self._unregister()
            await self.send("offline", {})
        self.access, self.reconnect_seconds = access, payload.reconnect_seconds
        if self._expiry is not None:
            self._expiry.cancel()
        self._expiry = asyncio.create_task(self._expire(access))
        token: dict[str, object] = {
            "accountSid": access.account.sid,
            "identity": access.identity,
            "ttl": access.seconds_left,
        }
        where = {"edge": "local", "region": "local", "home": "us1", "gateway": "local-carrier"}
        await self.send("connected", {**where, "token": token})

    async def _register(self, payload: Payload) -> None:
        access = self.access
        if not payload.media.audio:
            self._unregister()
            await self.send("offline", {})
        elif access is None or not access.may_register:
            await self._complain(NOT_AUTHORIZED, "the token does not allow incoming calls")
        elif access.has_expired:
            await self._complain(EXPIRED, "the token has expired")
        else:
            self._registered = access
            sid, identity = access.account.sid, access.identity
            self._exchange.registrations.register(sid, identity, self._calls)
            await self.send("ready", {})

    def _unregister(self) -> None:
        if self._registered is not None:
            sid, identity = self._registered.account.sid, self._registered.identity
            self._exchange.registrations.unregister(sid, identity, self._calls)
            self._registered = None

    async def _expire(self, access: Access) -> None:
        """Nobody reaches the page any more, and it calls nobody; calls in progress go on."""
        await asyncio.sleep(access.expires_at - time.time())
        await self._complain(EXPIRED, "the token has expired")
        if self._registered is not None:
            self._unregister()
            await self.send("offline", {})

    async def _complain(self, code: int, why: str) -> None:
        await self.send("error", error_body(code, why))
