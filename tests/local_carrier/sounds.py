"""Sounds that a test's customer serves as WAV files."""

import numpy as np

from backend.local_carrier.audio.frames import RATE, Samples
from backend.local_carrier.audio.wav import write_wav


def tone(hz: float, seconds: float = 1.0, amplitude: float = 8000) -> Samples:
    at = np.arange(int(seconds * RATE)) / RATE
    return (amplitude * np.sin(2 * np.pi * hz * at)).astype(np.int16)


def tone_wav(hz: float, seconds: float = 1.0) -> bytes:
    return write_wav(tone(hz, seconds))


def ringback_wav() -> bytes:
    """One second of ringing and a quarter of a second of nothing (to keep the test short)."""
    ringing = tone(440, 1.0, 6000) + tone(480, 1.0, 6000)
    return write_wav(np.concatenate([ringing, np.zeros(RATE // 4, np.int16)]))
