"""TwiML is read as strictly as Twilio's own builder writes it."""

import inspect
from collections.abc import Callable, Sequence

import pytest
from twilio.twiml.voice_response import Dial as TwilioDial
from twilio.twiml.voice_response import VoiceResponse

from backend.local_carrier.twiml import (
    client,
    conference,
    dial,
    enqueue,
    gather,
    hangup,
    leave,
    number,
    pause,
    play,
    queue,
    record,
    redirect,
    reject,
    say,
)
from backend.local_carrier.twiml.conference import ConferenceNoun
from backend.local_carrier.twiml.dial import Dial
from backend.local_carrier.twiml.documents import read_document
from backend.local_carrier.twiml.reading import TwimlError

# What the builder takes as the element's text, and attributes that are not the element's own.
PARTY = "<Conference statusCallbackEvent='start party'>room</Conference>"
TEXT = {"self", "kwargs"}


@pytest.mark.parametrize(
    ("written", "text", "attributes"),
    [
        (VoiceResponse.dial, "number", dial.ATTRIBUTES),
        (TwilioDial.client, "identity", client.ATTRIBUTES),
        (TwilioDial.conference, "name", conference.ATTRIBUTES),
        (TwilioDial.number, "phone_number", number.ATTRIBUTES),
        (TwilioDial.queue, "name", queue.ATTRIBUTES),
        (VoiceResponse.enqueue, "name", enqueue.ATTRIBUTES),
        (VoiceResponse.gather, "", gather.ATTRIBUTES),
        (VoiceResponse.hangup, "", hangup.ATTRIBUTES),
        (VoiceResponse.leave, "", leave.ATTRIBUTES),
        (VoiceResponse.pause, "", pause.ATTRIBUTES),
        (VoiceResponse.play, "url", play.ATTRIBUTES),
        (VoiceResponse.record, "", record.ATTRIBUTES),
        (VoiceResponse.redirect, "url", redirect.ATTRIBUTES),
        (VoiceResponse.reject, "", reject.ATTRIBUTES),
        (VoiceResponse.say, "message", say.ATTRIBUTES),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_a_verb_has_the_attributes_that_twilios_builder_writes(
    written: Callable[..., object], text: str, attributes: Sequence[str]
) -> None:
    built = set(inspect.signature(written).parameters) - TEXT - {text}
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
    assert isinstance(read.noun, ConferenceNoun)
    seat = read.noun.seat
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
        ("<Response><Sms>deprecated</Sms></Response>", 12200),
        ("<Response><Gather input='telepathy'/></Response>", 12200),
        ("<Response><Gather finishOnKey='12'/></Response>", 12200),
        ("<Response><Gather><Dial>+15550001111</Dial></Gather></Response>", 12200),
        ("<Response><Gather><Record/></Gather></Response>", 12200),
        ("<Response><Record transcribe='true'/></Response>", 12200),
        ("<Response><Record finishOnKey='x'/></Response>", 12200),
        ("<Response><Record trim='a bit'/></Response>", 12200),
        ("<Response><Record recordingStatusCallbackEvent='begun'/></Response>", 13621),
        ("<Response><Enqueue/></Response>", 14204),
        (f"<Response><Enqueue>{'q' * 65}</Enqueue></Response>", 14205),
        ("<Response><Enqueue workflowSid='WW1'/></Response>", 12200),
        ("<Response><Say>a <blink>b</blink></Say></Response>", 12200),
        ("<Response><Dial/></Response>", 12200),
        ("<Response><Dial>a friend</Dial></Response>", 13223),
        ("<Response><Dial callerId='me'>+15550001111</Dial></Response>", 13214),
        ("<Response><Dial timeout='601'>+15550001111</Dial></Response>", 12200),
        ("<Response><Dial><Number>12</Number></Dial></Response>", 13223),
        ("<Response><Dial><Sip>sip:a@b.c</Sip></Dial></Response>", 12200),
        ("<Response><Dial><Fax>+15550001111</Fax></Dial></Response>", 12200),
        ("<Response><Dial><Client>not one</Client></Dial></Response>", 12200),
        ("<Response><Dial><Client>a<Parameter value='1'/></Client></Dial></Response>", 12200),
        ("<Response><Dial><Queue/></Dial></Response>", 14212),
        (f"<Response><Dial><Queue>{'q' * 65}</Queue></Dial></Response>", 14213),
        ("<Response><Dial>1<Conference>r</Conference></Dial></Response>", 12200),
        (f"<Response><Dial>{'<Client>a</Client>' * 11}</Dial></Response>", 12200),
        ("<Response><Dial><Conference/></Dial></Response>", 12200),
        ("<Response><Dial><Conference beep='loud'>r</Conference></Dial></Response>", 16002),
        (
            f"<Response><Dial><Conference participantLabel='CA{'0' * 32}'>r</Conference></Dial>"
            "</Response>",
            16023,
        ),
        (
            "<Response><Dial><Conference participantLabel='a/b'>r</Conference></Dial></Response>",
            16023,
        ),
        ("<Response><Dial record='sometimes'><Queue>q</Queue></Dial></Response>", 12200),
        ("<Response><Dial><Conference coach='CA1'>r</Conference></Dial></Response>", 13240),
        (
            "<Response><Dial><Conference statusCallbackEvent='x'>r</Conference></Dial></Response>",
            16002,
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
