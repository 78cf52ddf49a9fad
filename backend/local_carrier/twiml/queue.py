"""<Queue>, the noun in <Dial>: "connects the current caller to the first party in a queue", and
waits in front of an empty one. `url` is what the party from the queue hears before that.
"""

import asyncio
from xml.etree.ElementTree import Element

import msgspec

from backend.local_carrier.bridges import Bridge
from backend.local_carrier.clock import within
from backend.local_carrier.queues import LONGEST_NAME, USUAL_SIZE, Member, Queue
from backend.local_carrier.recordings import RecordingWish
from backend.local_carrier.twiml.reading import Reader, TwimlError
from backend.local_carrier.twiml.stage import Stage

KEPT = ("url", "method")
NOT_KEPT = ("reservationSid", "postWorkActivitySid")
ATTRIBUTES = KEPT + NOT_KEPT


class QueueWish(msgspec.Struct, frozen=True):
    name: str
    url: str
    method: str


class QueueNoun(msgspec.Struct, frozen=True):
    wish: QueueWish
    recorded: RecordingWish | None

    async def connect(self, stage: Stage, time_limit: int) -> dict[str, str]:
        """Take the first who waits, or wait for one. Returns the fields for `action`."""
        network, leg = stage.network, stage.leg
        queue = network.queues.open(leg.account, self.wish.name, USUAL_SIZE, leg.clock.now())
        member = await _next_member(stage, queue)
        waited = member.wait_seconds
        try:
            if self.wish.url:
                await self._prepare(stage, member, waited)
        except asyncio.CancelledError:
            network.queues.put_back(member)
            raise
        if (
            member.state == "over"
        ):  # the caller hung up, or REST took the call, while being prepared
            return {"DialCallStatus": "canceled", "DialBridged": "false"}
        bridge = network.bridges.join(leg, member.leg)
        network.queues.connected(member)
        recorder, wish = stage.network.recorder, self.recorded
        recording = recorder.record_bridge(bridge, wish) if wish is not None else None
        if not await within(network.clock, bridge.over, time_limit):
            network.bridges.part(bridge, "time is over")
        fields = {"QueueSid": queue.sid, "QueueTime": str(waited)} | _told(bridge)
        if recording is not None:
            fields["RecordingUrl"] = recorder.recordings.url(recording)
        return fields

    def part(self, stage: Stage) -> None:
        bridge = stage.network.bridges.of(stage.leg)
        if bridge is not None:
            stage.network.bridges.part(bridge, "star pressed")

    def outcome_so_far(self, stage: Stage) -> dict[str, str]:
        bridge = stage.network.bridges.of(stage.leg)
        if bridge is None:
            return {"DialCallStatus": "canceled", "DialBridged": "false"}
        return _told(bridge)

    async def _prepare(self, stage: Stage, member: Member, waited: int) -> None:
        fields = {
            "QueueSid": member.queue.sid,
            "CallSid": member.leg.sid,
            "QueueTime": str(waited),
            "DequeingCallSid": stage.leg.sid,  # so spelled by Twilio
        }
        url = stage.absolute(self.wish.url)
        await stage.network.perform_for_callee(member.leg, url, self.wish.method, fields)


async def _next_member(stage: Stage, queue: Queue) -> Member:
    while True:
        member = stage.network.queues.take_first(queue)
        if member is not None:
            return member
        arrival: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.awaited.append(arrival)
        await arrival


def _told(bridge: Bridge) -> dict[str, str]:
    return {
        "DialCallStatus": "completed",
        "DialCallSid": bridge.child.sid,
        "DialCallDuration": str(bridge.seconds),
        "DialBridged": "true",
    }


def read_queue(element: Element) -> QueueWish:
    reader = Reader(element, ATTRIBUTES)
    reader.unsupported(*NOT_KEPT)
    if not reader.body or len(reader.body) > LONGEST_NAME:
        raise TwimlError(12200, f"<Queue> needs a name of 1 to {LONGEST_NAME} characters")
    return QueueWish(reader.body, reader.text("url"), reader.method("method"))
