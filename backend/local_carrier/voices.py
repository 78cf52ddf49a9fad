"""The voice of a scripted phone, as the lab describes it."""

import base64
import binascii

from backend.local_carrier.audio.frames import RATE
from backend.local_carrier.handsets import VoiceChoice
from backend.local_carrier.phones import Voice
from backend.local_carrier.sounds import NoSound, Sounds

LOWEST_HZ = 50


class NoSuchVoice(Exception):
    """The description names no voice that a telephone can carry."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


def voice_of(sounds: Sounds, choice: VoiceChoice) -> Voice:
    """Raises `NoSuchVoice`."""
    if choice.wav is not None:
        try:
            return Voice.recording(sounds.decoded(base64.b64decode(choice.wav)))
        except (NoSound, binascii.Error) as error:
            raise NoSuchVoice("not-a-wav", f"The voice is not a WAV file: {error}.") from error
    if choice.tone is None:
        return Voice.silent()
    if not LOWEST_HZ <= choice.tone < RATE / 2:
        raise NoSuchVoice("not-a-voice", "A tone is from 50 to 3999 Hz on a telephone.")
    return Voice.tone(choice.tone)
