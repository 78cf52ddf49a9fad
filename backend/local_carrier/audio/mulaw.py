"""G.711 mu-law by table: one look-up for each sample, no encoder, no thread."""

import numpy as np
from numpy.typing import NDArray

from backend.local_carrier.audio.frames import Samples


def _compressed() -> NDArray[np.uint8]:
    pcm = np.arange(-32768, 32768, dtype=np.int32)
    sign = np.where(pcm < 0, 0x80, 0)
    magnitude = np.minimum(np.abs(pcm), 32635) + 132
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    return (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)


def _expanded() -> NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    exponent, mantissa = (code >> 4) & 0x07, code & 0x0F
    magnitude = (((mantissa << 3) + 132) << exponent) - 132
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


_COMPRESSED = _compressed()
_EXPANDED = _expanded()


def encoded(pcm: Samples) -> bytes:
    return _COMPRESSED[pcm.astype(np.int32) + 32768].tobytes()


def decoded(mulaw: bytes) -> Samples:
    return _EXPANDED[np.frombuffer(mulaw, np.uint8)]
