"""<Enqueue>: "adds the current call to a call queue", where it hears `waitUrl` over and over.

`action` is asked when the caller leaves the queue: at once if that is by <Leave>, by an error in
the wait document or because the queue is full; after the conversation if somebody took the caller.
If REST takes the caller away it is told, and its answer ignored.
"""

import asyncio
from typing import ClassVar
from xml.etree.ElementTree import Element

import msgspec

from backend.local_carrier.legs import Leg
from backend.local_carrier.queues import LONGEST_NAME, Member, QueueFull
from backend.local_carrier.twiml.reading import Reader, TwimlError
from backend.local_carrier.twiml.stage import IN_A_CALL, GoTo, Stage, Step, Underway, Where

KEPT = ("action", "method", "waitUrl", "waitUrlMethod")
NOT_KEPT = ("workflowSid", "maxQueueSize")
ATTRIBUTES = KEPT + NOT_KEPT
NAME_TOO_SHORT, NAME_TOO_LONG = 14204, 14205


class Enqueue(msgspec.Struct, frozen=True):
    answers: ClassVar[bool] = True
    allowed: ClassVar[frozenset[Where]] = IN_A_CALL
    name: str
    action: str | None
    method: str
    wait_url: str | None
    wait_method: str

    @classmethod
    def read(cls, element: Element) -> "Enqueue":
        reader = Reader(element, ATTRIBUTES)
        reader.unsupported(*NOT_KEPT)
        if not reader.body:
            raise TwimlError(NAME_TOO_SHORT, "<Enqueue> needs a name")
        if len(reader.body) > LONGEST_NAME:
            raise TwimlError(
                NAME_TOO_LONG, f"<Enqueue> has a name of at most {LONGEST_NAME} characters"
            )
        return cls(
            name=reader.body,
            action=reader.maybe("action"),
            method=reader.method("method"),
            wait_url=reader.maybe("waitUrl"),
            wait_method=reader.method("waitUrlMethod"),
        )

    async def run(self, stage: Stage) -> Step:
        try:
            member = stage.network.queues.enqueue(stage.leg, self.name)
        except QueueFull:
            stage.leg.note(f"the queue {self.name} is full")
            return self._then(stage, {"QueueResult": "queue-full"})
        if self.action is not None:
            action = stage.absolute(self.action)
            stage.leg.dial = Underway(action, self.method, lambda leg: _cut_short(stage, member))
        try:
            fields = await self._wait(stage, member)
        finally:
            stage.network.queues.leave(stage.leg, "system-error")
        stage.leg.dial = None
        return self._then(stage, fields)

    async def _wait(self, stage: Stage, member: Member) -> dict[str, str]:
        while member.state != "over":
            music = asyncio.create_task(self._music(stage, member))
            try:
                await member.until("called", "over")
            finally:
                music.cancel()
                await asyncio.wait([music])
            # Whoever takes the caller may be gone before they talk; then the waiting goes on.
            await member.until("waiting", "over")
        bridge = stage.network.bridges.of(stage.leg)
        if member.result == "bridged" and bridge is not None:
            # Not awaited itself: cancelling this must not cancel what the other side waits for.
            await asyncio.wait([bridge.over])
        return _told(member, member.result)

    async def _music(self, stage: Stage, member: Member) -> None:
        if self.wait_url == "":
            return
        url = stage.absolute(self.wait_url) if self.wait_url is not None else None
        await stage.network.perform_while_waiting(
            stage.leg, url, self.wait_method, lambda: _waiting(member)
        )

    def _then(self, stage: Stage, fields: dict[str, str]) -> Step:
        if self.action is None:
            return None
        return GoTo(stage.absolute(self.action), self.method, fields)


def _waiting(member: Member) -> dict[str, str]:
    """What the wait document is told."""
    queue = member.queue
    return {
        "QueueSid": queue.sid,
        "QueuePosition": str(member.position),
        "QueueTime": str(member.wait_seconds),
        "AvgQueueTime": str(queue.average_wait_seconds),
        "CurrentQueueSize": str(len(queue.members)),
        "MaxQueueSize": str(queue.size),
    }


def _told(member: Member, result: str) -> dict[str, str]:
    return {
        "QueueResult": result,
        "QueueSid": member.queue.sid,
        "QueueTime": str(member.wait_seconds),
    }


def _cut_short(stage: Stage, member: Member) -> dict[str, str]:
    leg: Leg = member.leg
    if stage.network.bridges.of(leg) is not None:
        return _told(member, "redirected-from-bridged" if leg.is_live else "bridged")
    return _told(member, "redirected" if leg.is_live else "hangup")
