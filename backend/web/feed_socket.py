"""One open board: a snapshot, then numbered events, for as long as its page answers."""

import asyncio
import contextlib
from urllib.parse import urlsplit

import msgspec
import structlog
from litestar import websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect, WebSocketException

from backend.clock import Clock
from backend.feed.attendance import Attendance
from backend.feed.hub import Goodbye, Hub, Listener, Numbered, Resync, Word
from backend.settings import Settings
from backend.store import boards
from backend.store.people import TAKES_CALLS
from backend.store.tenancy import Database, DatabaseAway
from backend.web import feed_messages
from backend.web.connections import Socket
from backend.web.feed_messages import Farewell, Hello, Live, Ping, Pong, Resume, Stale, text_of
from backend.web.problems import SignedOut
from backend.web.visitor import Visitor, identify

log = structlog.stdlib.get_logger("feed")

PING_SECONDS = 10.0
PATIENCE_SECONDS = 25.0
SEND_SECONDS = 10.0
LARGEST_FRAME = 16 * 1024

SIGNED_OUT, FOREIGN, NOT_UNDERSTOOD, SILENT, AWAY, DONE = 4401, 4403, 4400, 4408, 4503, 1000


@websocket("/api/feed")
async def feed(
    socket: Socket,
    database: NamedDependency[Database],
    hub: NamedDependency[Hub],
    attendance: NamedDependency[Attendance],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
) -> None:
    """The feed of the visitor's company."""
    if _is_foreign(socket, settings):
        raise WebSocketException(code=FOREIGN, detail="another site's page")
    try:
        visitor = await identify(socket, database, clock)
    except SignedOut as out:
        await _turn_away(socket, Farewell("signed-out", out.detail), SIGNED_OUT)
        return
    except DatabaseAway:
        await _turn_away(socket, Stale(_why_stale()), AWAY)
        return
    await socket.accept()
    listener = Listener(visitor.tenant, visitor.person.id, visitor.session.token.hash)
    board = Board(socket, visitor, listener, database, hub, clock)
    counted = visitor.role in TAKES_CALLS
    hub.enter(listener)
    try:
        if counted:
            with contextlib.suppress(DatabaseAway):
                await attendance.come(visitor.tenant, visitor.person.id)
        await board.run()
    finally:
        hub.leave(listener)
        if counted:
            attendance.go(visitor.tenant, visitor.person.id)


class Board:
    """The conversation with one page."""

    def __init__(
        self,
        socket: Socket,
        visitor: Visitor,
        listener: Listener,
        database: Database,
        hub: Hub,
        clock: Clock,
    ) -> None:
        self._socket = socket
        self._visitor = visitor
        self._listener = listener
        self._database = database
        self._hub = hub
        self._clock = clock
        self._sent: int | None = None

    async def run(self) -> None:
        """Until the page leaves, falls silent, or is dismissed."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                first = await self._receive()
            if not isinstance(first, Hello):
                raise msgspec.ValidationError("a feed begins with hello")
            self._sent = first.since
            if self._hub.stale is not None:
                await self._send(text_of(Stale(self._hub.stale)))
            else:
                await self._catch_up()
            await self._converse()
        except msgspec.MsgspecError as problem:
            await self._close(NOT_UNDERSTOOD, str(problem))
        except TimeoutError:
            await self._close(SILENT, "the page does not answer")
        except (WebSocketDisconnect, RuntimeError):
            return  # the page is gone; uvicorn says so by either

    async def _converse(self) -> None:
        """Whichever of the two directions ends first ends the other."""
        async with asyncio.TaskGroup() as both:
            listening = both.create_task(self._listen())
            speaking = both.create_task(self._speak())
            pinging = both.create_task(self._ping())
            tasks = (listening, speaking, pinging)
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()

    async def _listen(self) -> None:
        """What the page says; one that is silent for too long is not there."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                try:
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        message = await self._receive()
                except TimeoutError:
                    await self._close(SILENT, "the page does not answer")
                    return
                except msgspec.MsgspecError as problem:
                    await self._close(NOT_UNDERSTOOD, str(problem))
                    return
                match message:
                    case Pong():
                        continue
                    case Resume() | Hello():
                        self._sent = message.since
                        self._listener.tell(Resync.NOW)

    async def _speak(self) -> None:
        """What the hub says, in the journal's order, without gaps."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                match await self._listener.next():
                    case Numbered(number, text):
                        if self._sent is not None and number <= self._sent:
                            continue
                        if self._sent is None or number != self._sent + 1:
                            await self._catch_up()
                            continue
                        await self._send(text)
                        self._sent = number
                    case Word(text):
                        await self._send(text)
                    case Resync.NOW:
                        await self._catch_up()
                    case Goodbye(code, detail):
                        await self._send(text_of(Farewell(code, detail)))
                        await self._close(DONE, code)
                        return

    async def _ping(self) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
            while True:
                await asyncio.sleep(PING_SECONDS)
                await self._send(text_of(Ping()))

    async def _catch_up(self) -> None:
        """Send what the page lacks: the events after its last, or a snapshot."""
        try:
            async with self._database.work(self._visitor.tenant) as work:
                missing = (
                    None
                    if self._sent is None
                    else await boards.announcements_after(work, self._sent)
                )
                snapshot = (
                    await boards.snapshot(work, self._visitor.person.id, self._clock())
                    if missing is None
                    else None
                )
        except DatabaseAway:
            await self._send(text_of(Stale(_why_stale())))
            return
        if snapshot is not None:
            await self._send(text_of(snapshot))
            self._sent = snapshot.number
            return
        for text in missing or ():
            await self._send(text)
        self._sent = (self._sent or 0) + len(missing or ())
        await self._send(text_of(Live()))

    async def _receive(self) -> feed_messages.FromClient:
        text = await self._socket.receive_text()
        if len(text) > LARGEST_FRAME:
            raise msgspec.ValidationError("that message is too large")
        return feed_messages.read(text)

    async def _send(self, text: str) -> None:
        async with asyncio.timeout(SEND_SECONDS):
            await self._socket.send_text(text)

    async def _close(self, code: int, reason: str) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self._socket.close(code=code, reason=reason[:120])


def _is_foreign(socket: Socket, settings: Settings) -> bool:
    """Litestar does not check a websocket's origin; a browser always sends it."""
    origin = socket.headers.get("origin")
    return origin is not None and urlsplit(origin)[:2] != urlsplit(settings.public_url)[:2]


async def _turn_away(socket: Socket, message: Farewell | Stale, code: int) -> None:
    await socket.accept()
    await socket.send_text(text_of(message))
    await socket.close(code=code)


def _why_stale() -> str:
    return "The database does not answer. Calls go on; what you see may be out of date."
