"""<Queue>, the noun in <Dial>: "the caller will be connected with the first enqueued call". In
front of an empty queue the <Dial> waits for somebody "until the timeout duration is reached"; a
queue that does not exist fails. `url` is what the party from the queue hears before that.
"""

import asyncio
from xml.etree.ElementTree import Element

import msgspec

from backend.local_carrier.clock import within
from backend.local_carrier.queues import LONGEST_NAME, Member, Queue
from backend.local_carrier.twiml.bridged import not_bridged, outcome_so_far, part, talk
from backend.local_carrier.twiml.reading import Reader, TwimlError
from backend.local_carrier.twiml.recorded import DialRecording
from backend.local_carrier.twiml.stage import Stage

KEPT = ("url", "method")
NOT_KEPT = ("reservationSid", "postWorkActivitySid")
ATTRIBUTES = KEPT + NOT_KEPT
NAME_TOO_SHORT, NAME_TOO_LONG = 14212, 14213


class QueueNoun(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    url: str
    method: str
    timeout: int

    async def connect(
        self, stage: Stage, time_limit: int, recording: DialRecording
    ) -> dict[str, str]:
        """Take the first who waits, or wait for one. Returns the fields for `action`."""
        network, leg = stage.network, stage.leg
        queue = network.queues.named(leg.account, self.name)
        if queue is None:
            leg.note(f"there is no queue {self.name}")
            return not_bridged("failed")
        stage.known = {"QueueSid": queue.sid, "DequeingCallSid": leg.sid}  # so spelled by Twilio
        member = await self._next_member(stage, queue)
        if member is None:
            return not_bridged("no-answer")
        stage.known["QueueTime"] = str(member.wait_seconds)
        await self._prepare(stage, member)
        if member.state == "over":  # hung up, or taken away by REST, while being prepared
            return not_bridged("canceled")
        bridge = network.bridges.join(leg, member.leg)
        network.queues.connected(member)
        recording.answered()
        return await talk(stage, bridge, time_limit)

    def part(self, stage: Stage) -> None:
        part(stage)

    def outcome_so_far(self, stage: Stage) -> dict[str, str]:
        return outcome_so_far(stage)

    async def _next_member(self, stage: Stage, queue: Queue) -> Member | None:
        """None if nobody comes in time."""
        queues = stage.network.queues
        taken = queues.take_next(queue)
        try:
            if await within(stage.network.clock, taken, self.timeout):
                return taken.result()
        except asyncio.CancelledError:
            queues.give_up(taken)
            raise
        queues.give_up(taken)
        return None

    async def _prepare(self, stage: Stage, member: Member) -> None:
        """If the taker goes away meanwhile, the caller is first in the queue again."""
        if not self.url:
            return
        url = stage.absolute(self.url)
        try:
            await stage.network.perform_aside(
                member.leg, url, self.method, where="room", fields=stage.known
            )
        except asyncio.CancelledError:
            stage.network.queues.put_back(member)
            raise


def read_queue(element: Element, timeout: int) -> QueueNoun:
    reader = Reader(element, ATTRIBUTES)
    reader.unsupported(*NOT_KEPT)
    if not reader.body:
        raise TwimlError(NAME_TOO_SHORT, "<Queue> needs a name")
    if len(reader.body) > LONGEST_NAME:
        raise TwimlError(NAME_TOO_LONG, f"<Queue> has a name of at most {LONGEST_NAME} characters")
    return QueueNoun(
        name=reader.body, url=reader.text("url"), method=reader.method("method"), timeout=timeout
    )
