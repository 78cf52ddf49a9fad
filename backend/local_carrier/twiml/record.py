"""<Record>: "records the caller's voice" after a beep, until a key, a silence of `timeout`
seconds (none if that is 0), `maxLength` or the end of the call.

Then `action` (the current document unless named) is asked what to do; the file itself may be
there a moment later, which `recordingStatusCallback` tells.
"""

import asyncio
from typing import ClassVar
from xml.etree.ElementTree import Element

import msgspec

from backend.local_carrier.audio.frames import is_audible
from backend.local_carrier.audio.sources import FromPlay
from backend.local_carrier.audio.tones import beep
from backend.local_carrier.clock import within
from backend.local_carrier.legs import Leg
from backend.local_carrier.recordings import Recording, RecordingWish
from backend.local_carrier.twiml.reading import Reader, TwimlError
from backend.local_carrier.twiml.recorded import (
    CALLBACK_ATTRIBUTES,
    read_wish,
    with_absolute_callback,
)
from backend.local_carrier.twiml.stage import IN_A_CALL, GoTo, Stage, Step, Underway, Where

KEPT = (
    "action",
    "method",
    "timeout",
    "finishOnKey",
    "maxLength",
    "playBeep",
    "trim",
    *CALLBACK_ATTRIBUTES,
)
NOT_KEPT = ("transcribe", "transcribeCallback", "recordingConfigurationId")
ATTRIBUTES = KEPT + NOT_KEPT
KEYS = set("0123456789*#")
LOOK_EVERY_SECONDS = 0.25


class Record(msgspec.Struct, frozen=True):
    answers: ClassVar[bool] = True
    allowed: ClassVar[frozenset[Where]] = IN_A_CALL
    action: str
    method: str
    timeout: int
    finish_on: str
    longest: int
    beeps: bool
    wish: RecordingWish

    @classmethod
    def read(cls, element: Element) -> "Record":
        reader = Reader(element, ATTRIBUTES)
        reader.unsupported(*NOT_KEPT)
        finish_on = reader.text("finishOnKey", "1234567890*#")
        if set(finish_on) - KEYS:
            raise TwimlError(12200, f'<Record> cannot have finishOnKey="{finish_on}"')
        return cls(
            action=reader.text("action"),
            method=reader.method("method"),
            timeout=reader.whole("timeout", 5),
            finish_on=finish_on,
            longest=reader.whole("maxLength", 3600, least=1, most=14_400),
            beeps=reader.flag("playBeep", default=True),
            wish=read_wish(reader, track="inbound", trims="trim-silence"),
        )

    async def run(self, stage: Stage) -> Step:
        leg, recorder = stage.leg, stage.network.recorder
        if self.beeps:
            await stage.play(beep(), FromPlay(url="beep"))
        wish = with_absolute_callback(stage, self.wish)
        recording = recorder.record_leg(leg, wish, "RecordVerb")
        url = stage.absolute(self.action)

        def cut_short(leg: Leg) -> dict[str, str]:
            return _told(stage, recording, "" if leg.is_live else "hangup")

        leg.dial = Underway(url, self.method, cut_short)
        try:
            key = await self._until_over(stage)
        finally:
            recorder.recordings.stop(recording)
        leg.dial = None
        return GoTo(url, self.method, _told(stage, recording, key))

    async def _until_over(self, stage: Stage) -> str:
        """The key that ended it, or nothing."""
        leg = stage.leg
        pressed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def press(digit: str) -> None:
            if digit in self.finish_on and not pressed.done():
                pressed.set_result(digit)

        leg.on_digit = press
        quiet = 0.0
        began = stage.network.clock.seconds()
        try:
            while True:
                left = self.longest - (stage.network.clock.seconds() - began)
                if left <= 0 or (self.timeout and quiet >= self.timeout):
                    return ""
                if await within(stage.network.clock, pressed, min(LOOK_EVERY_SECONDS, left)):
                    return pressed.result()
                quiet = 0.0 if _speaks(leg, stage) else quiet + LOOK_EVERY_SECONDS
        finally:
            leg.on_digit = None


def _told(stage: Stage, recording: Recording, key: str) -> dict[str, str]:
    return {
        "RecordingSid": recording.sid,
        "RecordingUrl": stage.network.recorder.recordings.url(recording),
        "RecordingDuration": str(round(recording.counted_seconds)),
        "Digits": key,
    }


def _speaks(leg: Leg, stage: Stage) -> bool:
    """Where calls carry no audio, the phone is asked what it would say."""
    if stage.network.audible:
        return any(is_audible(frame) for frame in list(leg.said)[-12:])
    frame = leg.far_end.next_frame()
    return frame is not None and is_audible(frame)
