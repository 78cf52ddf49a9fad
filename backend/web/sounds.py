"""Our own sounds, made from sine waves: ringing, hold music, and what the browser phone plays.

8 kHz mono WAV, the telephone's own rate. Made once per process, soon after its start, so that the
first caller who is parked does not wait for the music to be composed.
"""

import io
import math
import wave
from array import array
from collections.abc import Callable, Iterable
from functools import cache

from litestar import Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

RATE = 8000
FULL = 32767

# A calm progression, a bar each: F, C, D minor, B flat; the chord's notes as a slow arpeggio.
HOLD_BARS = (
    (174.61, 220.00, 261.63, 349.23, 440.00, 349.23, 261.63, 220.00),
    (130.81, 196.00, 261.63, 329.63, 392.00, 329.63, 261.63, 196.00),
    (146.83, 220.00, 293.66, 349.23, 440.00, 349.23, 293.66, 220.00),
    (116.54, 174.61, 233.08, 293.66, 349.23, 293.66, 233.08, 174.61),
)
NOTE_SECONDS = 0.42
NOTE_RINGS_ON_SECONDS = 1.2


def ringback() -> bytes:
    """North American ringback: 440 and 480 Hz, two seconds in six."""
    return _wav([*_tones((440.0, 480.0), 2.0, 0.16), *_silence(4.0)])


def ringtone() -> bytes:
    """What an agent's page plays: two soft rising pairs, then a pause."""
    pair = [*_bell(587.33, 0.16), *_bell(880.0, 0.34)]
    return _wav([*pair, *_silence(0.15), *pair, *_silence(1.6)])


def hold_music() -> bytes:
    """Half a minute of quiet arpeggios that ends where it begins."""
    notes = [note for bar in HOLD_BARS * 2 for note in bar]
    step = int(NOTE_SECONDS * RATE)
    length = step * len(notes)
    mixed = [0.0] * length
    for index, pitch in enumerate(notes):
        for offset, value in enumerate(_pluck(pitch, NOTE_RINGS_ON_SECONDS, 0.2)):
            mixed[(index * step + offset) % length] += value
    return _wav(mixed)


def help_wanted() -> bytes:
    """What a supervisor's page plays once when an agent asks for help: three soft falling notes."""
    return _wav([*_bell(880.0, 0.14), *_bell(740.0, 0.14), *_bell(587.33, 0.4)])


def key() -> bytes:
    """The click of a key that was pressed."""
    return _wav(_bell(1200.0, 0.05))


def silence() -> bytes:
    return _wav(_silence(0.1))


SOUNDS: dict[str, Callable[[], bytes]] = {
    "ringback": cache(ringback),
    "ringtone": cache(ringtone),
    "hold": cache(hold_music),
    "help": cache(help_wanted),
    "key": cache(key),
    "silence": cache(silence),
}


def make_all() -> None:
    """Takes a tenth of a second or two; for a thread."""
    for make in SOUNDS.values():
        make()
    _pluck.cache_clear()  # four megabytes of notes that nothing asks for again


@get("/{name:str}", sync_to_thread=True, cache=False)
def sound(name: FromPath[str]) -> Response[bytes]:
    """A sound by its file name. Public: Twilio and browsers fetch it without credentials."""
    make = SOUNDS.get(name.removesuffix(".wav"))
    if make is None or not name.endswith(".wav"):
        raise NotFoundException
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(make(), media_type="audio/wav", headers=headers)


def _tones(pitches: tuple[float, ...], seconds: float, level: float) -> list[float]:
    turns = [2 * math.pi * pitch / RATE for pitch in pitches]
    return [
        level * sum(math.sin(turn * n) for turn in turns) * _edge(n, int(seconds * RATE))
        for n in range(int(seconds * RATE))
    ]


def _bell(pitch: float, seconds: float) -> list[float]:
    return [value * 1.6 for value in _pluck(pitch, seconds, 0.3)]


@cache
def _pluck(pitch: float, seconds: float, level: float) -> list[float]:
    """A note that fades, with one soft overtone."""
    turn = 2 * math.pi * pitch / RATE
    count = int(seconds * RATE)
    return [
        level
        * math.exp(-3.5 * n / count)
        * (math.sin(turn * n) + 0.25 * math.sin(2 * turn * n))
        * _edge(n, count)
        for n in range(count)
    ]


def _edge(n: int, count: int) -> float:
    """Rises and falls within 8 ms, so that nothing clicks."""
    ramp = RATE // 125
    return min(1.0, n / ramp, (count - n) / ramp)


def _silence(seconds: float) -> list[float]:
    return [0.0] * int(seconds * RATE)


def _wav(samples: Iterable[float]) -> bytes:
    frames = array("h", (round(FULL * max(-1.0, min(1.0, value))) for value in samples))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(frames.tobytes())
    return file.getvalue()


sounds_router = Router("/sounds", route_handlers=[sound])
