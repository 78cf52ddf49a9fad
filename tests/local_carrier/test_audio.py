"""Audio, sample by sample."""

import struct

import numpy as np
import pytest

from backend.local_carrier.audio import mulaw
from backend.local_carrier.audio.clips import Clip, Playback
from backend.local_carrier.audio.frames import FRAME, RATE, Samples
from backend.local_carrier.audio.pitch import is_ringback, level, pitch_hz
from backend.local_carrier.audio.sources import FromPlay
from backend.local_carrier.audio.speech import hummed
from backend.local_carrier.audio.tones import SteadyTone, hold_music, key_tones
from backend.local_carrier.audio.wav import NotAWav, read_wav, write_wav
from tests.local_carrier.sounds import tone


def wav(encoding: int, channels: int, rate: int, bits: int, body: bytes) -> bytes:
    frame = channels * bits // 8
    form = struct.pack("<HHIIHH", encoding, channels, rate, rate * frame, frame, bits)
    chunks = b"WAVEfmt " + struct.pack("<I", 16) + form
    chunks += b"LIST" + struct.pack("<I", 3) + b"odd\0"
    chunks += b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def test_every_mulaw_code_survives_the_way_there_and_back() -> None:
    codes = bytes(code for code in range(256) if code != 0x7F)  # 0x7F and 0xFF are both zero
    assert mulaw.encoded(mulaw.decoded(codes)) == codes


def test_mulaw_has_the_values_of_the_standard() -> None:
    assert mulaw.encoded(np.array([0, 8, -8, 32767, -32768], np.int16)) == bytes(
        [0xFF, 0xFE, 0x7E, 0x80, 0x00]
    )
    assert list(mulaw.decoded(bytes([0xFF, 0x80, 0x00]))) == [0, 32124, -32124]


def test_mulaw_keeps_a_tone_a_tone() -> None:
    heard = mulaw.decoded(mulaw.encoded(tone(441)))
    assert pitch_hz(heard[:4000]) == pytest.approx(441, abs=0.5)


@pytest.mark.parametrize("hz", [60, 330, 440, 700, 1200, 1700, 3400])
def test_pitch_is_measured_on_half_a_second(hz: float) -> None:
    assert pitch_hz(tone(hz)[:4000]) == pytest.approx(hz, abs=0.5)


def test_silence_has_no_pitch() -> None:
    quiet = np.zeros(4000, np.int16)
    assert (pitch_hz(quiet), level(quiet), is_ringback(quiet)) == (None, 0.0, False)


@pytest.mark.parametrize(
    ("samples", "rings"),
    [
        (tone(440, 2) + tone(480, 2), True),
        (tone(400, 0.4) + tone(450, 0.4), True),
        (np.concatenate([np.zeros(8000, np.int16), tone(440, 2) + tone(480, 2)]), True),
        (tone(440, 2), False),
        (tone(440, 2) + tone(620, 2), False),
        (hold_music().samples, False),
    ],
)
def test_only_two_tones_together_are_ringing(samples: Samples, rings: bool) -> None:
    assert is_ringback(samples) is rings


@pytest.mark.parametrize(
    ("encoding", "channels", "rate", "bits", "kind"),
    [
        (1, 1, 8000, 16, "<i2"),
        (1, 2, 44100, 16, "<i2"),
        (1, 1, 16000, 8, "u1"),
        (3, 1, 48000, 32, "<f4"),
    ],
)
def test_a_wav_of_any_common_kind_is_read(
    encoding: int, channels: int, rate: int, bits: int, kind: str
) -> None:
    wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    scaled = {"<i2": wave * 32767, "u1": wave * 127 + 128, "<f4": wave}[kind].astype(kind)
    body = np.repeat(scaled, channels).tobytes()
    read = read_wav(wav(encoding, channels, rate, bits, body))
    assert len(read) == pytest.approx(RATE, abs=2)
    assert pitch_hz(read[:4000]) == pytest.approx(440, abs=1)
    assert level(read) == pytest.approx(0.354, abs=0.02)


def test_a_mulaw_wav_is_read() -> None:
    read = read_wav(wav(7, 1, 8000, 8, mulaw.encoded(tone(440))))
    assert pitch_hz(read[:4000]) == pytest.approx(440, abs=0.5)


def test_what_is_written_is_read() -> None:
    assert np.array_equal(read_wav(write_wav(tone(500))), tone(500))


@pytest.mark.parametrize(
    "data", [b"", b"ID3 an mp3", wav(1, 1, 8000, 12, b"xx"), wav(6, 1, 8000, 8, b"x")]
)
def test_what_is_no_wav_is_refused(data: bytes) -> None:
    with pytest.raises(NotAWav):
        read_wav(data)


async def test_a_playback_loops_as_often_as_asked() -> None:
    clip = Clip(tone(440, 0.03))
    assert len(clip.samples) == 2 * FRAME  # filled up to whole frames
    twice = Playback(clip, FromPlay(url="x"), loops=2)
    for frame in range(4):
        assert not twice.finished.is_set(), frame
        twice.next_frame()
    assert twice.finished.is_set()
    for_ever = Playback(clip, FromPlay(url="x"), loops=0)
    for _ in range(1000):
        for_ever.next_frame()
    assert not for_ever.finished.is_set()
    assert for_ever.seconds is None


def test_a_steady_tone_has_no_click_between_frames() -> None:
    speaker = SteadyTone(441)
    spoken = np.concatenate([speaker.next_frame() for _ in range(25)])
    assert np.abs(spoken - tone(441, 0.5)).max() <= 1


def test_keys_and_speech_last_as_long_as_they_should() -> None:
    assert key_tones("1w#").seconds == pytest.approx(0.15 + 0.5 + 0.15, abs=0.02)
    assert 2 < hummed("six words are spoken in here").seconds < 3


def test_hold_music_is_loud_enough_and_never_clips() -> None:
    music = hold_music()
    assert 10 < music.seconds < 40
    assert 0.02 < level(music.samples) < 0.2
    assert np.abs(music.samples.astype(int)).max() < 16000
