"""Every open board of this process, by tenant, and what they have to be told.

The hub keeps no history and decides no order: events carry the journal's numbers, and each
board's socket sees for itself when it lacks one. So nothing is lost when the hub, its process,
or its connection to the others is.
"""

import asyncio
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from enum import Enum
from uuid import UUID

from msgspec import Struct
from websockets.frames import Frame, Opcode

CATCHING_UP = 3
QUEUE = 256
"""More unsent messages than this, and a board starts again from a snapshot."""


class Numbered(Struct, frozen=True):
    """An announcement as it is sent; its websocket frame is made once for all boards."""

    number: int
    text: str
    frame: bytes

    @classmethod
    def of(cls, number: int, text: str) -> "Numbered":
        frame = Frame(Opcode.TEXT, text.encode()).serialize(mask=False)
        return cls(number, text, frame)


class Word(Struct, frozen=True):
    """A message beside the numbered ones."""

    text: str


class Resync(Enum):
    """Look into the journal: something may have been missed."""

    NOW = "now"


class Goodbye(Struct, frozen=True):
    """Say why, then close."""

    code: str
    detail: str


Message = Numbered | Word | Resync | Goodbye


class Listener:
    """One open board. Messages wait here until its socket has sent them.

    `sent` is the last number that the board has. While its socket is at rest, the next number
    goes out at once by `write`, if there is such a short cut.
    """

    def __init__(
        self,
        tenant: UUID,
        person: UUID,
        session: bytes,
        write: Callable[[bytes], bool] | None = None,
    ) -> None:
        self.tenant = tenant
        self.person = person
        self.session = session
        self.sent: int | None = None
        self._write = write
        self._at_rest = False
        self._queue: asyncio.Queue[Message] = asyncio.Queue(QUEUE)

    def tell(self, message: Message) -> None:
        """Send or queue a message. A board that cannot keep up loses them and resyncs."""
        if isinstance(message, Numbered) and self._goes_at_once(message):
            return
        if self._queue.full():
            for each in self.take_all():
                if isinstance(each, Goodbye):
                    self._queue.put_nowait(each)
            message = Resync.NOW if isinstance(message, Numbered) else message
        self._queue.put_nowait(message)

    async def next(self) -> Message:
        """The next message to send. Asking for it says that the one before is sent."""
        self._at_rest = True
        message = await self._queue.get()
        self._at_rest = False
        return message

    def take_all(self) -> list[Message]:
        """What waits, at once: for whoever wants to know that something happened, and not what."""
        return [self._queue.get_nowait() for _ in range(self._queue.qsize())]

    def _goes_at_once(self, message: Numbered) -> bool:
        is_next = self.sent is not None and message.number == self.sent + 1
        if not (is_next and self._at_rest and self._queue.empty()):
            return False
        if self._write is None or not self._write(message.frame):
            return False
        self.sent = message.number
        return True


class Hub:
    """The boards that are open in this process."""

    def __init__(self) -> None:
        self._channels: dict[UUID, set[Listener]] = {}
        self.catching_up = asyncio.Semaphore(CATCHING_UP)
        """Whoever looks into the journal for a board takes a turn of this: when all boards do at
        once, claims and webhooks must still find a connection."""
        self._last: dict[UUID, int] = {}
        self.stale: str | None = None
        """Why what is shown may be out of date, in words for a person; None if it is current."""

    def __len__(self) -> int:
        return sum(len(channel) for channel in self._channels.values())

    def tenants(self) -> list[UUID]:
        return list(self._channels)

    def enter(self, listener: Listener) -> None:
        self._channels.setdefault(listener.tenant, set()).add(listener)

    def leave(self, listener: Listener) -> None:
        channel = self._channels.get(listener.tenant)
        if channel is not None:
            channel.discard(listener)
            if not channel:
                del self._channels[listener.tenant]
                self._last.pop(listener.tenant, None)

    @contextmanager
    def entered(self, listener: Listener) -> Generator[None]:
        """It is told of everything while the block runs."""
        self.enter(listener)
        try:
            yield
        finally:
            self.leave(listener)

    def last(self, tenant: UUID) -> int | None:
        """The highest number published to that tenant's open boards, if any was."""
        return self._last.get(tenant)

    def note(self, tenant: UUID, number: int) -> None:
        """A board of that tenant now has everything up to `number`."""
        if tenant in self._channels:
            self._last[tenant] = max(number, self._last.get(tenant, 0))

    def publish(self, tenant: UUID, announcements: Iterable[Numbered]) -> None:
        """Tell all boards of one tenant, and nobody else."""
        channel = self._channels.get(tenant)
        if channel is None:
            return
        messages = list(announcements)
        for listener in channel:
            for message in messages:
                listener.tell(message)
        for message in messages:
            self.note(tenant, message.number)

    def resync(self, tenant: UUID | None = None) -> None:
        """Another process announced something, or we may have missed it."""
        for listener in self._of(tenant):
            listener.tell(Resync.NOW)

    def become_stale(self, detail: str, text: str) -> None:
        """The database is away: say so once on every board."""
        if self.stale is None:
            self.stale = detail
            for listener in self._of(None):
                listener.tell(Word(text))

    def become_live(self) -> None:
        """The database is back: every board catches up (and says that it is live)."""
        self.stale = None
        self.resync()

    def dismiss(self, session: bytes, goodbye: Goodbye) -> None:
        """End every board of one sign-in session."""
        for listener in self._of(None):
            if listener.session == session:
                listener.tell(goodbye)

    def _of(self, tenant: UUID | None) -> list[Listener]:
        if tenant is not None:
            return list(self._channels.get(tenant, ()))
        return [listener for channel in self._channels.values() for listener in channel]
