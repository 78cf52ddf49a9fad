"""The voice of a scripted phone, as the lab describes it."""

import base64

from backend.local_carrier.audio.frames import RATE
from backend.local_carrier.handsets import VoiceChoice
from backend.local_carrier.microphones import Microphone
from backend.local_carrier.phones import Voice
from backend.local_carrier.sounds import NoSound, Sounds
from backend.local_carrier.webrtc import BadDescription

LOWEST_HZ = 50


class NoSuchVoice(Exception):
    """The description names no voice that a telephone can carry."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


async def voice_in_a_call(sounds: Sounds, choice: VoiceChoice) -> Voice:
    """Also a person at a microphone, who speaks in one call. To be closed if there is none after
    all. Raises `NoSuchVoice`."""
    if choice.microphone is None:
        return voice_of(sounds, choice)
    try:
        return await Microphone.answering(choice.microphone)
    except BadDescription as error:
        why = "The browser's offer of its microphone is not one that the carrier understands."
        raise NoSuchVoice("not-an-offer", why) from error


def voice_of(sounds: Sounds, choice: VoiceChoice) -> Voice:
    """A voice that may speak in many calls. Raises `NoSuchVoice`."""
    if choice.microphone is not None:
        why = "A microphone speaks in one call: offer it when dialling or answering."
        raise NoSuchVoice("not-a-voice", why)
    if choice.wav is not None:
        try:
            return Voice.recording(sounds.decoded(base64.b64decode(choice.wav)))
        except (NoSound, ValueError) as error:
            raise NoSuchVoice("not-a-wav", f"The voice is not a WAV file: {error}.") from error
    if choice.tone is None:
        return Voice.silent()
    if not LOWEST_HZ <= choice.tone < RATE / 2:
        raise NoSuchVoice("not-a-voice", "A tone is from 50 to 3999 Hz on a telephone.")
    return Voice.tone(choice.tone)
