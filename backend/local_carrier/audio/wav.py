"""Reads a WAV file of any common kind into telephone samples."""

import struct
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from backend.local_carrier.audio import mulaw
from backend.local_carrier.audio.frames import FULL_SCALE, RATE, Samples

PCM, FLOAT, MULAW, EXTENSIBLE = 1, 3, 7, 0xFFFE


class NotAWav(Exception):
    """The audio is not a WAV file that a telephone can play (PCM, float or mu-law)."""


def read_wav(data: bytes) -> Samples:
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise NotAWav("it does not begin as a RIFF WAVE file")
    encoding = channels = rate = bits = 0
    for name, body in _chunks(data):
        if name == b"fmt " and len(body) >= 16:
            encoding, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
            if encoding == EXTENSIBLE and len(body) >= 26:
                (encoding,) = struct.unpack_from("<H", body, 24)
        elif name == b"data":
            if not (1 <= channels <= 8 and 4000 <= rate <= 192_000):
                raise NotAWav(f"{channels} channels at {rate} samples a second")
            return _at_telephone_rate(_as_floats(body, encoding, bits), channels, rate)
    raise NotAWav("it holds no samples")


def write_wav(samples: Samples) -> bytes:
    body = samples.astype("<i2").tobytes()
    form = struct.pack("<HHIIHH", PCM, 1, RATE, RATE * 2, 2, 16)
    chunks = b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(data):
        name, (length,) = data[at : at + 4], struct.unpack_from("<I", data, at + 4)
        # A file made by a pipe (espeak-ng) states a length it could not know: take what is there.
        yield name, data[at + 8 : at + 8 + length]
        at += 8 + length + (length & 1)


def _as_floats(body: bytes, encoding: int, bits: int) -> NDArray[np.float64]:
    if encoding == MULAW:
        return mulaw.decoded(body).astype(np.float64)
    if encoding == PCM and bits == 8:
        return (np.frombuffer(body, np.uint8).astype(np.float64) - 128) * 256
    if encoding == PCM and bits == 16:
        return np.frombuffer(body[: len(body) // 2 * 2], "<i2").astype(np.float64)
    if encoding == PCM and bits == 24:
        low, mid, high = np.frombuffer(body[: len(body) // 3 * 3], np.uint8).reshape(-1, 3).T
        return mid.astype(np.float64) + high.astype(np.int8).astype(np.float64) * 256 + low / 256
    if encoding == FLOAT and bits == 32:
        return np.frombuffer(body[: len(body) // 4 * 4], "<f4").astype(np.float64) * FULL_SCALE
    raise NotAWav(f"encoding {encoding} with {bits} bits")


def _at_telephone_rate(samples: NDArray[np.float64], channels: int, rate: int) -> Samples:
    mono = samples[: len(samples) // channels * channels].reshape(-1, channels).mean(axis=1)
    if rate != RATE and len(mono):
        if rate > RATE:  # what lies above 4 kHz would fold back as a false tone: average it away
            width = round(rate / RATE)
            mono = np.convolve(mono, np.ones(width) / width, mode="same")
        wanted = np.arange(int(len(mono) * RATE / rate)) * (rate / RATE)
        mono = np.interp(wanted, np.arange(len(mono)), mono)
    return np.clip(mono, -FULL_SCALE - 1, FULL_SCALE).astype(np.int16)
