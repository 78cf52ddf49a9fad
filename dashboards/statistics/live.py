"""One stream of live figures for each company and role, shared by all who look at it."""

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any, Protocol

import aiohttp
import msgspec
from msgspec import Struct, field

from backend.logs import logger
from backend.reports.live_message import Live
from dashboards.entrance import Visitor
from dashboards.statistics.backend_client import Backend, Refused
from dashboards.statistics.visitors import Guestbook, Known, Rights

log = logger("statistics")

AGAIN_SECONDS, REFUSED_SECONDS = 1.0, 10.0
"""Until a stream that broke off, or was refused, is asked for again."""
TICK_SECONDS = 1.0
PROVE_SECONDS = 30.0
"""Each viewer's own right to look is asked for so often, whoever's the stream is; no need to set
it, but for whoever cannot wait."""
STALE_SECONDS = 15.0
"""Figures that are older than this are said to be old: the backend speaks every five seconds."""


class Seen(Struct, frozen=True):
    """What there is to show at this second: the latest figures, and whether they are old. What is
    drawn of it is kept with it, so that it is drawn once for all who look."""

    live: Live
    now: datetime
    is_stale: bool
    drawn: dict[str, Any] = field(default_factory=dict)


class Viewer(Protocol):
    """An open page. `show` must be quick and raise nothing; `say` tells why there is nothing to
    show, `leave` why it ends."""

    visitor: Visitor
    hangs_on_a_wall: bool

    def show(self, seen: Seen) -> None: ...

    def say(self, problem: str) -> None: ...

    def leave(self, why: str) -> None: ...


class LiveFigures:
    """All streams of this process."""

    def __init__(
        self, backend: Backend, guestbook: Guestbook, prove_seconds: float = PROVE_SECONDS
    ) -> None:
        self._backend, self._guestbook = backend, guestbook
        self._prove_seconds = prove_seconds
        self._channels: dict[Rights, Channel] = {}

    def join(self, rights: Rights, viewer: Viewer) -> None:
        """Show the viewer what is known at once, and then every change and every second."""
        channel = self._channels.get(rights)
        if channel is None:
            parts = (self._backend, self._guestbook, self._prove_seconds)
            channel = Channel(rights, *parts, self._channels.pop)
            self._channels[rights] = channel
        channel.join(viewer)

    def leave(self, rights: Rights, viewer: Viewer) -> None:
        """The stream ends with its last viewer."""
        channel = self._channels.get(rights)
        if channel is not None:
            channel.leave(viewer)

    async def prove(self) -> None:
        """Ask of everybody whether they may look yet."""
        for channel in list(self._channels.values()):
            await channel.prove()

    @property
    def viewers(self) -> int:
        return sum(len(channel.viewers) for channel in self._channels.values())


class Channel:
    """The stream of one company for one role."""

    def __init__(
        self,
        rights: Rights,
        backend: Backend,
        guestbook: Guestbook,
        prove_seconds: float,
        ended: Callable[[Rights], object],
    ) -> None:
        self._rights, self._backend = rights, backend
        self._guestbook, self._ended = guestbook, ended
        self._prove_seconds = prove_seconds
        self.viewers: list[Viewer] = []
        self._live: Live | None = None
        self._heard_at = 0.0
        self._skew = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    def join(self, viewer: Viewer) -> None:
        self.viewers.append(viewer)
        if not self._tasks:
            loops = (self._listen(), self._tick(), self._keep_proving())
            self._tasks = [asyncio.create_task(loop) for loop in loops]
        if self._live is not None:
            viewer.show(self._seen(self._live))

    def leave(self, viewer: Viewer) -> None:
        with contextlib.suppress(ValueError):
            self.viewers.remove(viewer)
        if not self.viewers and self._tasks:
            self._ended(self._rights)
            for task in self._tasks:
                task.cancel()
            self._tasks = []

    async def _listen(self) -> None:
        while True:
            known = await self._somebody()
            if known is None:
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            try:
                async with aclosing(self._backend.live(known.cookie)) as stream:
                    async for live in stream:
                        self._live, self._heard_at = live, _seconds()
                        self._skew = live.at.timestamp() - datetime.now(UTC).timestamp()
                        self._show(live)
                continue  # it ended as it should, and is asked for anew
            except Refused as refused:
                log.info("no live figures", code=refused.code)
                for viewer in list(self.viewers):
                    viewer.say(refused.detail)
                await asyncio.sleep(REFUSED_SECONDS)
            except (aiohttp.ClientError, TimeoutError, OSError, msgspec.MsgspecError) as problem:
                log.info("live figures broke off", why=type(problem).__name__)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _somebody(self) -> Known | None:
        """One of the viewers, by whose right, proven just now, all of them may see this. Whoever
        has it no more is sent away."""
        for viewer in list(self.viewers):
            if await self._stays(viewer.visitor):
                return self._guestbook.of(viewer.visitor)
        return None

    async def _tick(self) -> None:
        """Waits grow also while nothing happens."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            if self._live is not None and (self._is_stale() or _something_grows(self._live)):
                self._show(self._live)

    async def _keep_proving(self) -> None:
        while True:
            await asyncio.sleep(self._prove_seconds)
            await self.prove()

    async def prove(self) -> None:
        """Send away whoever may not look any more."""
        for visitor in {viewer.visitor for viewer in self.viewers}:
            await self._stays(visitor)

    async def _stays(self, visitor: Visitor) -> bool:
        """Whether that visitor may look yet; else their pages end."""
        if await self._may_look(visitor):
            return True
        for viewer in [one for one in self.viewers if one.visitor == visitor]:
            viewer.leave("they are signed out, or are something else now")
            self.leave(viewer)
        return False

    async def _may_look(self, visitor: Visitor) -> bool:
        """Only a clear no is one: while the backend is away nobody is sent away. A wallboard on a
        wall is used by being looked at, so its session does not idle out as a desk's does."""
        known = self._guestbook.of(visitor)
        if known is None:
            return False
        try:
            here = await self._backend.said(known.cookie, "/api/session")
            if any(one.hangs_on_a_wall for one in self.viewers if one.visitor == visitor):
                await self._backend.said(known.cookie, "/api/me")
        except Refused as refused:
            if refused.status != 401:
                return True
            self._guestbook.strike(visitor, known)
            return False
        except (aiohttp.ClientError, TimeoutError, OSError):
            return True
        return Rights(here["tenant"], here["role"]) == self._rights

    def _is_stale(self) -> bool:
        return _seconds() - self._heard_at > STALE_SECONDS

    def _seen(self, live: Live) -> Seen:
        now = datetime.fromtimestamp(datetime.now(UTC).timestamp() + self._skew, UTC)
        return Seen(live, now, self._is_stale())

    def _show(self, live: Live) -> None:
        seen = self._seen(live)
        for viewer in list(self.viewers):
            viewer.show(seen)


def _something_grows(live: Live) -> bool:
    return bool(live.calls) or any(agent.presence.value != "offline" for agent in live.agents)


def _seconds() -> float:
    return asyncio.get_running_loop().time()
