"""Where calls are together or wait: conferences, queues, and what is recorded of them."""

from datetime import datetime

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.local_carrier.exchange import Exchange
from backend.local_carrier.lab.problems import LabProblem
from backend.local_carrier.queues import Queue
from backend.local_carrier.recordings import Recording

Lab = NamedDependency[Exchange]
SHOWN_RECORDINGS = 100


class MemberView(msgspec.Struct):
    call_sid: str
    caller: str
    wait_seconds: int


class QueueView(msgspec.Struct):
    sid: str
    account: str
    friendly_name: str
    max_size: int
    members: list[MemberView]
    """Who has waited longest comes first."""


class RecordingView(msgspec.Struct):
    sid: str
    account: str
    source: str
    status: str
    call_sid: str | None
    conference_sid: str | None
    channels: int
    duration_seconds: int | None
    started_at: datetime


class RoomsApi(Controller):
    path = "/lab"

    @get("/queues", summary="All queues, with those who wait in them")
    async def queues(self, exchange: Lab) -> list[QueueView]:
        return [
            _queue_view(queue)
            for account in exchange.accounts.all()
            for queue in exchange.queues.of_account(account)
        ]

    @get("/recordings", summary="The newest recordings first, those under way among them")
    async def recordings(self, exchange: Lab) -> list[RecordingView]:
        newest = list(reversed(exchange.recordings.all()))[:SHOWN_RECORDINGS]
        return [_recording_view(recording) for recording in newest]

    @get("/recordings/{sid:str}/wav", summary="The audio of a recording", sync_to_thread=True)
    def audio(self, exchange: Lab, sid: FromPath[str]) -> Response[bytes]:
        found = next((one for one in exchange.recordings.all() if one.sid == sid), None)
        if found is None or found.media is None:
            raise LabProblem(404, "no-such-recording", f"There is no audio of {sid} (yet).")
        return Response(found.media.read_bytes(), media_type="audio/wav")


def _queue_view(queue: Queue) -> QueueView:
    return QueueView(
        sid=queue.sid,
        account=queue.account.friendly_name,
        friendly_name=queue.name,
        max_size=queue.size,
        members=[MemberView(m.leg.sid, m.leg.caller, m.wait_seconds) for m in queue.members],
    )


def _recording_view(recording: Recording) -> RecordingView:
    return RecordingView(
        sid=recording.sid,
        account=recording.account.friendly_name,
        source=recording.source,
        status=recording.status,
        call_sid=recording.call_sid,
        conference_sid=recording.conference_sid,
        channels=recording.wish.channels,
        duration_seconds=recording.duration_seconds,
        started_at=recording.started_at,
    )
