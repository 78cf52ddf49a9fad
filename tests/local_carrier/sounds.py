"""Sounds that a test's customer serves as WAV files, and what is in those that it downloads."""

import io
import wave

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


def channels_of(wav: bytes) -> list[Samples]:
    """What a downloaded recording holds, one array for each channel."""
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getframerate(), file.getsampwidth()) == (RATE, 2)
        frames = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return list(frames.reshape(-1, file.getnchannels()).T)


def seconds_of(wav: bytes) -> float:
    return len(channels_of(wav)[0]) / RATE


def loudness_at(samples: Samples, hz: float) -> float:
    """The amplitude of that one tone in them."""
    window = np.hanning(len(samples))  # or loud tones would leak into their neighbours
    turning = window * np.exp(-2j * np.pi * hz * np.arange(len(samples)) / RATE)
    return float(2 * abs(np.dot(samples, turning)) / window.sum())
