"""What the lab's API takes and tells. These shapes are its OpenAPI document."""

from datetime import datetime

import msgspec

from backend.local_carrier.accounts import Account
from backend.local_carrier.handsets import Keys, Manner, Seconds, Step, TextManner, VoiceChoice
from backend.local_carrier.legs import HALF_A_SECOND, Leg, LogLine
from backend.local_carrier.phones import Hears, Says, ScriptedPhone, hears, says
from backend.local_carrier.rooms import Conference


class NewAccount(msgspec.Struct, forbid_unknown_fields=True):
    friendly_name: str
    numbers: list[str] = []


class NumberView(msgspec.Struct):
    sid: str
    phone_number: str
    friendly_name: str
    voice_url: str


class AccountView(msgspec.Struct):
    friendly_name: str
    account_sid: str
    auth_token: str
    numbers: list[NumberView]


class NewPhone(msgspec.Struct, rename={"caller": "from"}, forbid_unknown_fields=True):
    caller: str
    to: str
    voice: VoiceChoice = msgspec.field(default_factory=VoiceChoice)
    patience: Seconds | None = None
    """Seconds after which the caller hangs up, unless somebody is with them by then."""
    script: list[Step] = []
    """What the caller does once the call is answered."""


class NewSoftphone(msgspec.Struct, forbid_unknown_fields=True):
    token: str
    params: dict[str, str] = {}
    voice: VoiceChoice = msgspec.field(default_factory=VoiceChoice)


class HandsetManner(msgspec.Struct, forbid_unknown_fields=True):
    """How a telephone outside behaves; what is left out is as with most people."""

    manner: Manner = "answers"
    after: Seconds = 2.0
    """Seconds that it rings before that happens."""
    voice: VoiceChoice = VoiceChoice(tone=523.0)
    script: list[Step] = []
    texts: TextManner = "delivers"
    """What becomes of texts to it."""


class Digits(msgspec.Struct, forbid_unknown_fields=True):
    digits: Keys


class Answering(msgspec.Struct, forbid_unknown_fields=True):
    """With which voice a ringing handset answers; without one, with its own."""

    voice: VoiceChoice | None = None


class Speech(msgspec.Struct, forbid_unknown_fields=True):
    text: str


class PhoneView(msgspec.Struct, rename={"caller": "from"}):
    sid: str
    parent_sid: str | None
    kind: str
    direction: str
    status: str
    caller: str
    to: str
    account_sid: str
    digits: str
    conference: str | None
    talks_with: str | None
    """Of a leg that is bridged: the other party's address."""
    queue: str | None
    label: str | None
    on_hold: bool
    hears: Hears
    says: Says
    answer_sdp: str | None
    """For the browser that offered its microphone, if one speaks here."""
    frames_sent: int
    frames_received: int
    created_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    log: list[LogLine]


class ParticipantView(msgspec.Struct):
    call_sid: str
    label: str | None
    caller: str
    muted: bool
    hold: bool
    coaching: bool


class ConferenceView(msgspec.Struct):
    sid: str
    account: str
    friendly_name: str
    status: str
    participants: list[ParticipantView]


class Problem(msgspec.Struct):
    code: str
    detail: str
    status: int


def account_view(account: Account) -> AccountView:
    numbers = [
        NumberView(n.sid, n.phone_number, n.friendly_name, n.voice_url)
        for n in account.numbers.values()
    ]
    return AccountView(account.friendly_name, account.sid, account.auth_token, numbers)


class Whereabouts(msgspec.Struct, frozen=True):
    """Where a leg is now: in a room, with somebody, or in a queue."""

    conference: Conference | None = None
    talks_with: str | None = None
    queue: str | None = None


def phone_view(leg: Leg, whereabouts: Whereabouts, heard_frames: int = HALF_A_SECOND) -> PhoneView:
    """`heard_frames` are how many of the last ones tell what it hears."""
    conference = whereabouts.conference
    seat = conference.participants.get(leg.sid) if conference is not None else None
    return PhoneView(
        sid=leg.sid,
        parent_sid=leg.parent.sid if leg.parent is not None else None,
        kind=leg.far_end.kind,
        direction=leg.direction,
        status=str(leg.status),
        caller=leg.caller,
        to=leg.called,
        account_sid=leg.account.sid,
        digits=leg.digits,
        conference=conference.name if conference is not None else None,
        talks_with=whereabouts.talks_with,
        queue=whereabouts.queue,
        label=seat.label if seat is not None else None,
        on_hold=seat.hold if seat is not None else False,
        hears=hears(leg, heard_frames),
        says=says(leg),
        answer_sdp=_answer_sdp(leg),
        frames_sent=leg.frames_sent,
        frames_received=leg.frames_received,
        created_at=leg.created_at,
        answered_at=leg.answered_at,
        ended_at=leg.ended_at,
        log=list(leg.log),
    )


def _answer_sdp(leg: Leg) -> str | None:
    return leg.far_end.voice.answer_sdp if isinstance(leg.far_end, ScriptedPhone) else None


def conference_view(conference: Conference) -> ConferenceView:
    participants = [
        ParticipantView(p.leg.sid, p.label, address_of(p.leg), p.muted, p.hold, p.coaching)
        for p in conference.participants.values()
    ]
    return ConferenceView(
        conference.sid,
        conference.account.friendly_name,
        conference.name,
        conference.status,
        participants,
    )


def address_of(leg: Leg) -> str:
    """Who is at its far end."""
    return leg.caller if leg.direction == "inbound" else leg.called
