"""One open board: a snapshot, then numbered events, for as long as its page answers."""

import asyncio
import contextlib
from itertools import count

import msgspec
from litestar import websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect, WebSocketException
from msgspec import Struct

from backend.clock import Clock
from backend.feed.attendance import Attendance
from backend.feed.hub import Goodbye, Hub, Listener, Numbered, Resync, Word
from backend.logs import logger
from backend.settings import Settings
from backend.store import boards
from backend.store.people import TAKES_CALLS
from backend.store.sessions import is_live
from backend.store.tenancy import Database, DatabaseAway
from backend.web import feed_messages
from backend.web.connections import Socket
from backend.web.direct_frames import write_at_once
from backend.web.feed_messages import Farewell, Hello, Live, Ping, Pong, Stale, text_of
from backend.web.problems import SignedOut
from backend.web.protection import is_our_page
from backend.web.visitor import Visitor, identify

log = logger("feed")

LARGEST_FRAME = 16 * 1024

GONE = (WebSocketDisconnect, RuntimeError, TimeoutError)
"""How it shows that a page is gone: uvicorn says so by either of two, or it takes nothing."""

SIGNED_OUT, FOREIGN, NOT_UNDERSTOOD, SILENT, AWAY, DONE = 4401, 4403, 4400, 4408, 4503, 1000


class Pace(Struct, frozen=True):
    """How often a page is asked, and how long it may take; in seconds."""

    ping: float = 10.0
    patience: float = 25.0
    """A page that says nothing for so long is not there."""
    send: float = 10.0
    """A page that takes no message for so long is not there either."""
    again: float = 0.5
    """After a failed look into the database the next one follows."""
    doubt: int = 6
    """After so many pings the session is looked up again: it may have run out, or been ended
    where our hub did not hear of it."""


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
    if not is_our_page(socket.headers.get("origin"), settings.public_url):
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
    listener = Listener(
        visitor.tenant,
        visitor.person.id,
        visitor.session.token.hash,
        write_at_once(socket),
    )
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
        pace: Pace = Pace(),  # noqa: B008  it is frozen
    ) -> None:
        self._socket = socket
        self._visitor = visitor
        self._listener = listener
        self._database = database
        self._hub = hub
        self._clock = clock
        self._pace = pace
        self._is_stale = False
        self._greeted = False
        self._to_resync = False

    async def run(self) -> None:
        """Until the page leaves, falls silent, or is dismissed: what ends first ends the rest."""
        async with asyncio.TaskGroup() as all_of_them:
            parts = (self._listen(), self._speak(), self._ping())
            tasks = [all_of_them.create_task(part) for part in parts]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()

    async def _listen(self) -> None:
        """What the page says; one that is silent for too long is not there."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            try:
                while True:
                    async with asyncio.timeout(self._pace.patience):
                        message = await self._receive()
                    self._greeted = self._greeted or isinstance(message, Hello)
                    if not self._greeted:
                        raise msgspec.ValidationError("a feed begins with hello")
                    if not isinstance(message, Pong):
                        self._listener.sent = message.since
                        self._resync_soon()
            except TimeoutError:
                await self._close(SILENT, "the page does not answer")
            except msgspec.MsgspecError as problem:
                await self._close(NOT_UNDERSTOOD, str(problem))

    async def _speak(self) -> None:
        """What the hub says, in the journal's order, without gaps; before hello only goodbye."""
        with contextlib.suppress(*GONE):
            while True:
                match await self._listener.next():
                    case Goodbye(code, detail):
                        await self._send(text_of(Farewell(code, detail)))
                        await self._close(DONE, code)
                        return
                    case _ if not self._greeted:
                        continue
                    case Numbered(number=number, text=text):
                        if self._listener.sent is not None and number <= self._listener.sent:
                            continue
                        if self._listener.sent is None or number != self._listener.sent + 1:
                            await self._catch_up()
                            continue
                        await self._send(text)
                        self._listener.sent = number
                    case Word(text):
                        await self._send(text)
                    case Resync.NOW:
                        self._to_resync = False
                        await self._catch_up()

    async def _ping(self) -> None:
        """Ask whether the page is there, and now and then whether it may be."""
        with contextlib.suppress(*GONE):
            for turn in count(1):
                await asyncio.sleep(self._pace.ping)
                if turn % self._pace.doubt == 0 and not await self._may_stay():
                    await self._send(text_of(Farewell("session-ended", SignedOut().detail)))
                    await self._close(DONE, "session-ended")
                    return
                await self._send(text_of(Ping()))

    async def _may_stay(self) -> bool:
        try:
            async with self._database.work(self._visitor.tenant) as work:
                return await is_live(work, self._visitor.session.token, self._clock())
        except DatabaseAway:
            return True

    def _resync_soon(self) -> None:
        """At most one wish waits: however often a page asks, it cannot push out what else does."""
        if not self._to_resync:
            self._to_resync = True
            self._listener.tell(Resync.NOW)

    async def _catch_up(self) -> None:
        """Send what the page lacks: the events after its last, or a snapshot."""
        if self._hub.stale is not None:
            await self._say_stale(self._hub.stale)
            return
        try:
            async with (
                self._hub.catching_up,
                self._database.work(self._visitor.tenant) as work,
            ):
                since = self._listener.sent
                missing = None
                if since is not None:
                    missing = await boards.announcements_after(work, since)
                snapshot = None
                if missing is None:
                    snapshot = await boards.snapshot(work, self._visitor.person.id, self._clock())
        except DatabaseAway:
            # The hub may not have noticed (one connection failed), so nobody else calls us back.
            await self._say_stale(_why_stale())
            again = asyncio.get_running_loop().call_later
            again(self._pace.again, self._resync_soon)
            return
        self._is_stale = False
        if snapshot is not None:
            await self._send(text_of(snapshot))
            self._listener.sent = snapshot.number
            self._hub.note(self._visitor.tenant, snapshot.number)
            return
        for text in missing or ():
            await self._send(text)
        self._listener.sent = (since or 0) + len(missing or ())
        self._hub.note(self._visitor.tenant, self._listener.sent)
        await self._send(text_of(Live()))

    async def _say_stale(self, why: str) -> None:
        if not self._is_stale:
            self._is_stale = True
            await self._send(text_of(Stale(why)))

    async def _receive(self) -> feed_messages.FromClient:
        text = await self._socket.receive_text()
        if len(text) > LARGEST_FRAME:
            raise msgspec.ValidationError("that message is too large")
        return feed_messages.read(text)

    async def _send(self, text: str) -> None:
        async with asyncio.timeout(self._pace.send):
            await self._socket.send_text(text)

    async def _close(self, code: int, reason: str) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self._socket.close(code=code, reason=reason[:120])


async def _turn_away(socket: Socket, message: Farewell | Stale, code: int) -> None:
    await socket.accept()
    await socket.send_text(text_of(message))
    await socket.close(code=code)


def _why_stale() -> str:
    return "The database does not answer. Calls go on; what you see may be out of date."
