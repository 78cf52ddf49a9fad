"""What a conference is: its participants, how each sits in it, and who hears whom.

The customer's TwiML makes a room by naming it. Its events go to the URL that the first
participant brought; later ones are ignored, as Twilio does.
"""

import asyncio
from typing import Literal

import msgspec

from backend.local_carrier.accounts import Account
from backend.local_carrier.audio.clips import Playback
from backend.local_carrier.legs import Leg
from backend.local_carrier.recordings import RecordingWish
from backend.local_carrier.sids import is_sid, new_sid

ConferenceStatus = Literal["init", "in-progress", "completed"]
LeaveReason = Literal[
    "conference_ended_via_api",
    "moderator_ended_conference",
    "participant_updated_via_api",
    "participant_hung_up",
    "participant_add_failed",
]
Beep = Literal["true", "false", "onEnter", "onExit"]
EVENT_GROUPS = (
    "start",
    "end",
    "join",
    "leave",
    "mute",
    "hold",
    "modify",
    "speaker",
    "announcement",
)
USUAL_REGION = "us1"
LONGEST_LABEL = 128


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """How a leg wishes to sit in a room: the attributes of the <Conference> noun."""

    room: str
    label: str | None = None
    muted: bool = False
    beep: Beep = "true"
    start_on_enter: bool = True
    end_on_exit: bool = False
    wait_url: str | None = None
    """None is the carrier's own hold music, an empty text is silence."""
    wait_method: str = "POST"
    max_participants: int = 250
    coach: str | None = None
    """The call of the participant who alone hears this one."""
    region: str = USUAL_REGION
    record: RecordingWish | None = None
    status_callback: str = ""
    status_callback_method: str = "POST"
    status_callback_events: frozenset[str] = frozenset()


class Participant:
    def __init__(self, conference: "Conference", leg: Leg, seat: Seat) -> None:
        self.conference, self.leg, self.seat = conference, leg, seat
        self.label = seat.label
        self.muted = seat.muted
        self.hold = False
        self.hold_url: str | None = None
        self.hold_method = "GET"
        self.coached = seat.coach
        self.coaching = seat.coach is not None
        self.end_on_exit = seat.end_on_exit
        self.beep_on_exit = seat.beep in ("true", "onExit")
        self.wait_url, self.wait_method = seat.wait_url, seat.wait_method
        self.created_at = self.updated_at = leg.clock.now()
        self.music: asyncio.Task[None] | None = None
        self.speaks = False
        """As last announced by participant-speech-start and -stop."""
        self.left: asyncio.Future[LeaveReason] = asyncio.get_running_loop().create_future()

    @property
    def talks(self) -> bool:
        """Hears the others, and is heard unless muted."""
        return self.conference.status == "in-progress" and not self.hold

    def is_heard_by(self, other: "Participant") -> bool:
        """A coach is heard by the coached one alone."""
        if self is other or self.muted:
            return False
        return not self.coaching or other.leg.sid == self.coached


class Conference:
    def __init__(self, leg: Leg, first: Seat) -> None:
        self.sid = new_sid("CF")
        self.account: Account = leg.account
        self.clock = leg.clock
        self.name = first.room
        self.region = first.region
        self.status: ConferenceStatus = "init"
        self.created_at = self.updated_at = leg.clock.now()
        self.participants: dict[str, Participant] = {}
        self.expected: dict[str, Seat] = {}
        """Legs that REST is ringing for this room, by SID."""
        self.announcements: list[Playback] = []
        self.callback_url = first.status_callback
        self.callback_method = first.status_callback_method
        self.callback_events = first.status_callback_events
        self.record = first.record
        self.recorders = 0
        self.events_sent = 0
        self.reason_ended: str | None = None
        self.ended_by: str | None = None

    def find(self, call_sid_or_label: str) -> Participant | None:
        by_sid = self.participants.get(call_sid_or_label)
        if by_sid is not None:
            return by_sid
        labelled = (p for p in self.participants.values() if p.label == call_sid_or_label)
        return next(labelled, None)

    def has_label(self, label: str | None, besides: Leg) -> bool:
        """Whether somebody else in the room, or on the way to it, is called so."""
        present = ((sid, p.label) for sid, p in self.participants.items())
        coming = ((sid, seat.label) for sid, seat in self.expected.items())
        taken = {name for sid, name in (*present, *coming) if sid != besides.sid}
        return label is not None and label in taken


def is_label(text: str) -> bool:
    """It must not be taken for a call, nor for a part of a path."""
    return len(text) <= LONGEST_LABEL and not is_sid("CA", text) and "/" not in text
