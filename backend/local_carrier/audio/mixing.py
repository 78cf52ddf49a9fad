"""Several voices at once."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from backend.local_carrier.audio.frames import FRAME, FULL_SCALE, SILENCE, Samples

Total = NDArray[np.int32]


def mixed(frames: Sequence[Samples]) -> Samples:
    if not frames:
        return SILENCE
    if len(frames) == 1:
        return frames[0]
    return clipped(total(frames))


def total(frames: Iterable[Samples]) -> Total:
    summed = np.zeros(FRAME, np.int32)
    for frame in frames:
        summed += frame
    return summed


def clipped(summed: Total) -> Samples:
    """Held at full scale: two loud voices may distort, but must never wrap around."""
    return np.clip(summed, -FULL_SCALE - 1, FULL_SCALE).astype(np.int16)
