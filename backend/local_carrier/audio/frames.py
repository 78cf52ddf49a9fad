"""The one shape of audio in the whole carrier."""

import numpy as np
from numpy.typing import NDArray

RATE = 8000
FRAME = 160
FRAME_SECONDS = FRAME / RATE
FULL_SCALE = 32767

Samples = NDArray[np.int16]

SILENCE: Samples = np.zeros(FRAME, np.int16)
SILENCE.setflags(write=False)


def is_audible(frame: Samples) -> bool:
    """Quieter than about -54 dB is a line's own noise, not somebody speaking."""
    return int(np.abs(frame.astype(np.int32)).max(initial=0)) > 64
