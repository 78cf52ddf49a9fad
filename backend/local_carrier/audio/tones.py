"""Every sound that the carrier makes by itself: tones, keys, the beep, hold music."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from backend.local_carrier.audio.clips import Clip
from backend.local_carrier.audio.frames import FRAME, RATE, Samples

KEYS = {
    key: (low, high)
    for low, row in ((697, "123A"), (770, "456B"), (852, "789C"), (941, "*0#D"))
    for high, key in zip((1209, 1336, 1477, 1633), row, strict=True)
}


def sine(hz: float, seconds: float, amplitude: float = 8000) -> Samples:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE)) / RATE)).astype(
        np.int16
    )


class SteadyTone:
    """A voice for a scripted phone: one pitch, without a click between frames."""

    def __init__(self, hz: float, amplitude: float = 8000) -> None:
        self._hz, self._amplitude, self._at = hz, amplitude, 0

    def next_frame(self) -> Samples:
        at = np.arange(self._at, self._at + FRAME)
        self._at += FRAME
        return (self._amplitude * np.sin(2 * np.pi * self._hz * at / RATE)).astype(np.int16)


@cache
def beep() -> Clip:
    return Clip(sine(1000, 0.2, 4000))


@cache
def ringing_tone() -> Clip:
    """What a caller hears while it rings elsewhere: 440 and 480 Hz, two seconds in every six."""
    rings = sine(440, 2, 5000) + sine(480, 2, 5000)
    return Clip(np.concatenate([rings, np.zeros(RATE * 4, np.int16)]))


def key_tones(digits: str) -> Clip:
    """`w` is half a second of waiting, as in Twilio's digits attribute."""
    parts: list[Samples] = []
    for digit in digits:
        low, high = KEYS.get(digit.upper(), (0, 0))
        parts.append(sine(low, 0.1, 5000) + sine(high, 0.1, 5000))
        parts.append(np.zeros(int(RATE * (0.4 if digit in "wW" else 0.05)), np.int16))
    return Clip(np.concatenate(parts) if parts else np.zeros(0, np.int16))


@cache
def hold_music() -> Clip:
    """Eight slow bars of broken chords, ours from the first note: it may be played anywhere."""
    chords = ((57, 60, 64, 69), (53, 57, 60, 65), (48, 55, 60, 64), (55, 59, 62, 67)) * 2
    beat = RATE * 3 // 8
    bar = beat * 8
    out: NDArray[np.float64] = np.zeros(bar * len(chords) + RATE * 2)
    for number, chord in enumerate(chords):
        for step, note in enumerate((0, 1, 2, 3, 2, 1, 2, 3)):
            _pluck(out, number * bar + step * beat, chord[note], 1.6)
        _pluck(out, number * bar, chord[0] - 12, 2.6)
    whole = bar * len(chords)
    out[: len(out) - whole] += out[whole:]  # the last notes ring on into the first bar of the loop
    return Clip((out[:whole] * (7000 / np.abs(out).max())).astype(np.int16))


def _pluck(out: NDArray[np.float64], at: int, note: int, seconds: float) -> None:
    hz = 440 * 2 ** ((note - 69) / 12)
    t = np.arange(int(RATE * seconds)) / RATE
    string = sum(np.sin(2 * np.pi * hz * k * t) * np.exp(-t * (1.6 + k)) / k for k in (1, 2, 3))
    sound = string * np.minimum(t / 0.01, 1)
    room = min(len(sound), len(out) - at)
    out[at : at + room] += sound[:room]
