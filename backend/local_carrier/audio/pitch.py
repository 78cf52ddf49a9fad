"""What a piece of audio sounds like: how loud, how high, and is it a ringing tone."""

import numpy as np

from backend.local_carrier.audio.frames import FULL_SCALE, RATE, Samples

QUIET = 0.001
"""Below this level (-60 dB of full scale) the line is silent."""

# North America rings with 440 + 480 Hz; Britain and much of the Commonwealth with 400 + 450 Hz.
RINGING_TONES = ((440.0, 480.0), (400.0, 450.0))


def level(samples: Samples) -> float:
    if not len(samples):
        return 0.0
    return float(np.sqrt(np.mean(np.square(samples.astype(np.float64))))) / FULL_SCALE


def pitch_hz(samples: Samples) -> float | None:
    """The strongest frequency, finer than one bin of the spectrum by a parabola through its top."""
    if len(samples) < 400 or level(samples) < QUIET:
        return None
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    spectrum[:4] = 0  # a constant offset is not a pitch
    top = int(spectrum.argmax())
    shift = 0.0
    if 0 < top < len(spectrum) - 1:
        left, mid, right = np.log(spectrum[top - 1 : top + 2] + 1e-9)
        curve = left - 2 * mid + right
        shift = 0.0 if curve == 0 else float(0.5 * (left - right) / curve)
    return round((top + shift) * RATE / len(samples), 1)


def is_ringback(samples: Samples) -> bool:
    """True if the loud part of a clip is one of the two-tone signals of a ringing telephone."""
    window = _loudest_half_second(samples)
    if len(window) < 1600 or level(window) < QUIET:
        return False
    power = np.square(np.abs(np.fft.rfft(window * np.hanning(len(window)))))
    hz = np.fft.rfftfreq(len(window), 1 / RATE)
    total = float(power.sum())
    for pair in RINGING_TONES:
        shares = [float(power[np.abs(hz - tone) <= 12].sum()) / total for tone in pair]
        if min(shares) > 0.15 and sum(shares) > 0.7:
            return True
    return False


def _loudest_half_second(samples: Samples) -> Samples:
    half = RATE // 2
    starts = range(0, max(1, len(samples) - half + 1), half // 2)
    return max((samples[at : at + half] for at in starts), key=level)
