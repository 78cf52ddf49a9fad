"""Recordings: real WAV files of what legs and conferences say.

A recording takes 20 ms at a time from whatever it records (its tap), while the media clock runs.
Where calls carry no audio it is silence, as long as the recording lasted.
"""

import asyncio
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from backend.local_carrier.accounts import Account
from backend.local_carrier.audio.frames import FRAME, RATE, SILENCE, Samples, is_audible
from backend.local_carrier.background import Background
from backend.local_carrier.clock import Clock
from backend.local_carrier.sids import new_sid
from backend.local_carrier.times import rfc2822
from backend.local_carrier.webhooks.delivery import Webhooks
from backend.local_carrier.webhooks.parameters import API_VERSION
from backend.local_carrier.webhooks.webhook import Parameters

RecordingStatus = Literal[
    "in-progress", "paused", "stopped", "processing", "completed", "absent", "deleted"
]
RecordingSource = Literal[
    "DialVerb", "Conference", "OutboundAPI", "RecordVerb", "StartCallRecordingAPI"
]  # fmt: skip
PauseBehavior = Literal["skip", "silence"]
Track = Literal["inbound", "outbound", "both"]
"""What a call says, what it hears, or both."""
Tap = Callable[[], tuple[Samples, ...]]
"""The last 20 ms, one frame for each channel."""

SAMPLE_BYTES = 2
TOO_SHORT = 16101
"""Twilio's code for a recording that is absent because nothing was recorded."""
KEPT_RECORDINGS = 10_000


class RecordingWish(msgspec.Struct, frozen=True, kw_only=True):
    """That something is recorded, and who is told when the recording is there."""

    channels: Literal[1, 2] = 1
    track: Track = "both"
    trim: bool = False
    callback: str = ""
    callback_method: str = "POST"
    callback_events: frozenset[str] = frozenset({"completed"})


class Recording:
    def __init__(
        self,
        account: Account,
        source: RecordingSource,
        wish: RecordingWish,
        clock: Clock,
        *,
        call_sid: str | None,
        conference_sid: str | None,
        tap: Tap,
        on_end: Callable[[], None],
    ) -> None:
        self.sid = new_sid("RE")
        self.account, self.source, self.wish, self.tap = account, source, wish, tap
        self.on_end = on_end
        self.call_sid, self.conference_sid = call_sid, conference_sid
        self.status: RecordingStatus = "in-progress"
        self.pause_behavior: PauseBehavior = "silence"
        self.error_code: int | None = None
        """Why there is nothing, if it is absent."""
        self.created_at = self.updated_at = self.started_at = clock.now()
        self.duration_seconds: int | None = None
        self.media: Path | None = None
        self._clock = clock
        self._channels: list[list[Samples]] = [[] for _ in range(wish.channels)]
        self._counted, self._counting_since = 0.0, clock.seconds()

    @property
    def is_live(self) -> bool:
        return self.status in ("in-progress", "paused")

    @property
    def counted_seconds(self) -> float:
        """How much of the recording there is so far; what a pause skips is not in it."""
        counts = self.status == "in-progress" or (
            self.status == "paused" and self.pause_behavior == "silence"
        )
        return self._counted + (self._clock.seconds() - self._counting_since if counts else 0.0)

    def become(self, status: RecordingStatus, behavior: PauseBehavior = "silence") -> None:
        self._counted, self._counting_since = self.counted_seconds, self._clock.seconds()
        self.status, self.pause_behavior = status, behavior
        self.updated_at = self._clock.now()

    def take(self) -> None:
        """Called every 20 ms."""
        if self.status == "in-progress":
            frames = self.tap()
        elif self.pause_behavior == "silence":
            frames = (SILENCE,) * len(self._channels)
        else:
            return
        for kept, frame in zip(self._channels, frames, strict=True):
            kept.append(frame)

    def surrender(self, *, audible: bool) -> list[Samples]:
        """Each channel whole, trimmed if that was wished. From now on nothing is held here."""
        channels, self._channels = self._channels, []
        if not audible:
            length = round(self.counted_seconds * RATE / FRAME) * FRAME
            return [np.zeros(length, np.int16) for _ in channels]
        if self.wish.trim:
            channels = _trimmed(channels)
        return [np.concatenate(kept) if kept else np.zeros(0, np.int16) for kept in channels]


def _trimmed(channels: list[list[Samples]]) -> list[list[Samples]]:
    """Without the silence before and after; a recording that is silent throughout stays whole."""
    loud = [any(map(is_audible, frames)) for frames in zip(*channels, strict=True)]
    if True not in loud:
        return channels
    first, last = loud.index(True), len(loud) - loud[::-1].index(True)
    return [kept[first:last] for kept in channels]


class Recordings:
    """`address` is where REST is reached: the links to recordings begin with it."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        webhooks: Webhooks,
        background: Background,
        *,
        address: str,
        audible: bool,
    ) -> None:
        self._folder, self._clock, self._webhooks = folder, clock, webhooks
        self._background, self._address, self._audible = background, address, audible
        self._all: dict[str, Recording] = {}
        self._live: dict[str, Recording] = {}

    def open(self) -> None:
        """Nobody knows the recordings of an earlier process any more: their files are removed."""
        for left_behind in self._folder.glob("RE*.wav"):
            left_behind.unlink()

    def all(self) -> list[Recording]:
        return list(self._all.values())

    def of_account(self, account: Account) -> list[Recording]:
        return [one for one in self._all.values() if one.account is account]

    def find(self, account: Account, sid: str) -> Recording | None:
        recording = self._all.get(sid)
        return recording if recording is not None and recording.account is account else None

    def live(self) -> list[Recording]:
        return list(self._live.values())

    def begin(
        self,
        account: Account,
        source: RecordingSource,
        wish: RecordingWish,
        tap: Tap,
        *,
        call_sid: str | None = None,
        conference_sid: str | None = None,
        on_end: Callable[[], None],
    ) -> Recording:
        recording = Recording(
            account,
            source,
            wish,
            self._clock,
            call_sid=call_sid,
            conference_sid=conference_sid,
            tap=tap,
            on_end=on_end,
        )
        self._all[recording.sid] = self._live[recording.sid] = recording
        self._forget_the_oldest()
        self._tell(recording)
        return recording

    def pause(self, recording: Recording, behavior: PauseBehavior) -> None:
        recording.become("paused", behavior)

    def resume(self, recording: Recording) -> None:
        recording.become("in-progress")

    def stop(self, recording: Recording) -> None:
        """The recording is over. Its file is there a moment later, as with Twilio."""
        if self._live.pop(recording.sid, None) is None:
            return
        recording.become("processing")
        recording.on_end()
        self._background.start(self._finish(recording))

    def delete(self, recording: Recording) -> None:
        """The audio is gone for good; that there was a recording is remembered."""
        recording.become("deleted")
        _remove_media(recording)

    def url(self, recording: Recording) -> str:
        """Without an ending it is the audio itself, as a WAV file."""
        account = f"{self._address}/{API_VERSION}/Accounts/{recording.account.sid}"
        return f"{account}/Recordings/{recording.sid}"

    def parameters(self, recording: Recording) -> Parameters:
        """What a recordingStatusCallback says."""
        fields = {
            "AccountSid": recording.account.sid,
            "RecordingSid": recording.sid,
            "RecordingUrl": self.url(recording),
            "RecordingStatus": recording.status,
            "RecordingChannels": str(recording.wish.channels),
            "RecordingSource": recording.source,
            "RecordingStartTime": rfc2822(recording.started_at),
            "RecordingTrack": recording.wish.track,
        }
        if recording.call_sid is not None:
            fields["CallSid"] = recording.call_sid
        if recording.conference_sid is not None:
            fields["ConferenceSid"] = recording.conference_sid
        if recording.status == "completed":
            fields["RecordingDuration"] = str(recording.duration_seconds)
        if recording.error_code is not None:
            fields["ErrorCode"] = str(recording.error_code)
        return fields

    def close(self) -> None:
        for recording in self.live():
            self.stop(recording)

    async def _finish(self, recording: Recording) -> None:
        with self._clock.work():
            # In a thread: an hour of audio takes longer to write than one tick of the media clock.
            channels = await asyncio.to_thread(recording.surrender, audible=self._audible)
            length = len(channels[0])
            if length:
                recording.media = await asyncio.to_thread(self._written, recording.sid, channels)
        if length:
            recording.duration_seconds = max(1, round(length / RATE))
            recording.become("completed")
        else:
            recording.error_code = TOO_SHORT
            recording.become("absent")
        self._tell(recording)

    def _written(self, sid: str, channels: list[Samples]) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{sid}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(len(channels))
            file.setsampwidth(SAMPLE_BYTES)
            file.setframerate(RATE)
            file.writeframes(np.stack(channels, axis=1).astype("<i2").tobytes())
        return path

    def _tell(self, recording: Recording) -> None:
        wish = recording.wish
        if not wish.callback or recording.status not in wish.callback_events:
            return
        self._webhooks.notify(
            recording.sid,
            recording.account,
            wish.callback,
            self.parameters(recording),
            method=wish.callback_method,
        )

    def _forget_the_oldest(self) -> None:
        if len(self._all) > KEPT_RECORDINGS:
            oldest = next((one for one in self._all.values() if one.sid not in self._live), None)
            if oldest is not None:
                del self._all[oldest.sid]
                _remove_media(oldest)


def _remove_media(recording: Recording) -> None:
    if recording.media is not None:
        recording.media.unlink(missing_ok=True)
        recording.media = None
