"""Speech for <Say>: espeak-ng where it is installed, else a hum as long as the words would take."""

import asyncio
import shutil

import numpy as np

from backend.local_carrier.audio.clips import Clip
from backend.local_carrier.audio.frames import RATE
from backend.local_carrier.audio.wav import NotAWav, read_wav

WORDS_PER_SECOND = 2.7


async def spoken(text: str, language: str = "en") -> Clip:
    program = shutil.which("espeak-ng")
    if program is None or not text.strip():
        return hummed(text)
    process = await asyncio.create_subprocess_exec(
        program,
        "--stdout",
        "--stdin",
        "-v",
        language.split("-", 1)[0] or "en",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    wav, _ = await process.communicate(text.encode())
    try:
        return Clip(read_wav(wav))
    except NotAWav:  # a language that espeak-ng does not know gives no audio at all
        return hummed(text)


def hummed(text: str) -> Clip:
    """A low tone that swells about as often as syllables do: plainly not a person, nor music."""
    seconds = max(0.4, len(text.split()) / WORDS_PER_SECOND)
    t = np.arange(int(seconds * RATE)) / RATE
    swell = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * t)
    return Clip((5000 * swell * np.sin(2 * np.pi * 180 * t)).astype(np.int16))
