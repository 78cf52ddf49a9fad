"""TwiML is read as strictly as Twilio's own builder writes it."""

import inspect
from collections.abc import Callable, Sequence

import pytest
from twilio.twiml.voice_response import Dial as TwilioDial
from twilio.twiml.voice_response import VoiceResponse

from backend.local_carrier.twiml import (
    conference,
    dial,
    hangup,
    pause,
    play,
    redirect,
    reject,
    say,
)
from backend.local_carrier.twiml.dial import Dial
from backend.local_carrier.twiml.documents import read_document
from backend.local_carrier.twiml.reading import TwimlError

# What the builder takes as the element's text, and attributes that are not the element's own.
PARTY = "<Conference statusCallbackEvent='start party'>room</Conference>"
TEXT = {"self", "kwargs", "number", "name", "url", "message"}


@pytest.mark.parametrize(
    ("written", "attributes"),
    [
        (VoiceResponse.dial, dial.ATTRIBUTES),
        (TwilioDial.conference, conference.ATTRIBUTES),
        (VoiceResponse.play, play.ATTRIBUTES),
        (VoiceResponse.say, say.ATTRIBUTES),
        (VoiceResponse.pause, pause.ATTRIBUTES),
        (VoiceResponse.redirect, redirect.ATTRIBUTES),
        (VoiceResponse.hangup, hangup.ATTRIBUTES),
        (VoiceResponse.reject, reject.ATTRIBUTES),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_verb_has_the_attributes_that_twilios_builder_writes(
    written: Callable[..., object], attributes: Sequence[str]
) -> None:
    built = set(inspect.signature(written).parameters) - TEXT
    assert {_camel(name) for name in built} == set(attributes)


def test_a_document_of_twilios_builder_is_read() -> None:
    response = VoiceResponse()
    response.say("Welcome")
    inner = TwilioDial(action="/after", time_limit=3600, hangup_on_star=True)
    inner.conference(
        "room 7",
        participant_label="ana",
        start_conference_on_enter=True,
        end_conference_on_exit=False,
        beep="onEnter",
        wait_url="",
        status_callback="/events",
        status_callback_event="start end join",
    )
    response.append(inner)
    welcome, read = read_document(str(response))
    assert welcome == say.Say("Welcome", "en-US", 1)
    assert isinstance(read, Dial)
    assert (read.time_limit, read.hangup_on_star, read.action) == (3600, True, "/after")
    seat = read.seat
    assert (seat.room, seat.label, seat.beep, seat.wait_url) == ("room 7", "ana", "onEnter", "")
    assert seat.status_callback_events == {"start", "end", "join"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", 12100),
        ("hello", 12100),
        ("<response/>", 12100),
        ("<Response><Say>unclosed</Response>", 12100),
        ('<!DOCTYPE x [<!ENTITY e "x">]><Response><Say>&e;</Say></Response>', 12100),
        ("<Response a='b'/>", 12200),
        ("<Response><say>lower case</say></Response>", 12200),
        ("<Response><Gather/></Response>", 12200),
        ("<Response><Dial>+15550001111</Dial></Response>", 12200),
        ("<Response><Dial><Client>ana</Client></Dial></Response>", 12200),
        ("<Response><Dial><Conference/></Dial></Response>", 12200),
        ("<Response><Dial><Conference beep='loud'>r</Conference></Dial></Response>", 12200),
        ("<Response><Dial record='true'><Conference>r</Conference></Dial></Response>", 12200),
        ("<Response><Dial><Conference coach='CA1'>r</Conference></Dial></Response>", 12200),
        (
            "<Response><Dial><Conference statusCallbackEvent='x'>r</Conference></Dial></Response>",
            12200,
        ),
        ("<Response><Pause length='a while'/></Response>", 12200),
        ("<Response><Play/></Response>", 12200),
        ("<Response><Play digits='1x2'/></Response>", 12200),
        ("<Response><Reject reason='bored'/></Response>", 12200),
        ("<Response><Redirect method='PUT'>/x</Redirect></Response>", 12200),
    ],
)
def test_what_twilio_does_not_know_is_an_error(text: str, code: int) -> None:
    with pytest.raises(TwimlError) as error:
        read_document(text)
    assert error.value.code == code


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
