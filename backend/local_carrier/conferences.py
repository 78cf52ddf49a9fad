"""Conferences: the rooms where legs hear each other, and what is announced about them.

The customer's TwiML makes a room by naming it. Its events go to the URL that the first
participant brought; later ones are ignored, as Twilio does.
"""

import asyncio
from collections.abc import Coroutine
from typing import Literal, Protocol

import msgspec

from backend.local_carrier.accounts import Account
from backend.local_carrier.audio.clips import Playback
from backend.local_carrier.audio.sources import FromPlay
from backend.local_carrier.audio.tones import beep, hold_music
from backend.local_carrier.background import Background
from backend.local_carrier.legs import Leg
from backend.local_carrier.sids import new_sid
from backend.local_carrier.times import now, rfc2822
from backend.local_carrier.webhooks.delivery import Webhooks

ConferenceStatus = Literal["init", "in-progress", "completed"]
LeaveReason = Literal[
    "conference_ended_via_api",
    "moderator_ended_conference",
    "participant_updated_via_api",
    "participant_hung_up",
]
Beep = Literal["true", "false", "onEnter", "onExit"]
KEPT_CONFERENCES = 5000
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


class RunMusic(Protocol):
    """Performs the TwiML or audio at a URL for one leg, without touching its own document."""

    def __call__(
        self, leg: Leg, url: str, method: str, parameters: dict[str, str], *, repeat: bool
    ) -> Coroutine[object, object, None]: ...


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
    status_callback: str = ""
    status_callback_method: str = "POST"
    status_callback_events: frozenset[str] = frozenset()


class CannotJoin(Exception):
    """The room refused the leg."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code


class Participant:
    def __init__(self, conference: "Conference", leg: Leg, seat: Seat) -> None:
        self.conference, self.leg, self.seat = conference, leg, seat
        self.label = seat.label
        self.muted = seat.muted
        self.hold = False
        self.hold_url: str | None = None
        self.hold_method = "GET"
        self.end_on_exit = seat.end_on_exit
        self.beep_on_exit = seat.beep in ("true", "onExit")
        self.wait_url, self.wait_method = seat.wait_url, seat.wait_method
        self.created_at = self.updated_at = now()
        self.music: asyncio.Task[None] | None = None
        self.left: asyncio.Future[LeaveReason] = asyncio.get_running_loop().create_future()

    @property
    def talks(self) -> bool:
        """Hears the others, and is heard unless muted."""
        return self.conference.status == "in-progress" and not self.hold


class Conference:
    def __init__(self, account: Account, name: str, first: Seat) -> None:
        self.sid = new_sid("CF")
        self.account = account
        self.name = name
        self.status: ConferenceStatus = "init"
        self.created_at = self.updated_at = now()
        self.participants: dict[str, Participant] = {}
        self.announcements: list[Playback] = []
        self.callback_url = first.status_callback
        self.callback_method = first.status_callback_method
        self.callback_events = first.status_callback_events
        self.events_sent = 0
        self.reason_ended: str | None = None
        self.ended_by: str | None = None

    def find(self, call_sid_or_label: str) -> Participant | None:
        by_sid = self.participants.get(call_sid_or_label)
        if by_sid is not None:
            return by_sid
        labelled = (p for p in self.participants.values() if p.label == call_sid_or_label)
        return next(labelled, None)


class Conferences:
    def __init__(self, webhooks: Webhooks, background: Background, run_music: RunMusic) -> None:
        self._webhooks = webhooks
        self._background, self._run_music = background, run_music
        self._all: dict[str, Conference] = {}
        self._live: dict[tuple[str, str], Conference] = {}
        self._seats: dict[str, Participant] = {}

    # Look-ups

    def of_account(self, account: Account) -> list[Conference]:
        return [c for c in self._all.values() if c.account is account]

    def find(self, account: Account, sid: str) -> Conference | None:
        conference = self._all.get(sid)
        return conference if conference is not None and conference.account is account else None

    def live(self) -> list[Conference]:
        return list(self._live.values())

    def live_named(self, account: Account, name: str) -> Conference | None:
        return self._live.get((account.sid, name))

    def seat_of(self, leg: Leg) -> Participant | None:
        return self._seats.get(leg.sid)

    # Coming and going

    def join(self, leg: Leg, seat: Seat) -> Participant:
        conference = self.live_named(leg.account, seat.room)
        if conference is None:
            conference = Conference(leg.account, seat.room, seat)
            self._remember(conference)
        if seat.label is not None and conference.find(seat.label) is not None:
            raise CannotJoin(16025, f"participant label {seat.label} is already in the room")
        if len(conference.participants) >= seat.max_participants:
            raise CannotJoin(16000, f"the room has its {seat.max_participants} participants")
        participant = Participant(conference, leg, seat)
        conference.participants[leg.sid] = self._seats[leg.sid] = participant
        leg.note(f"joined conference {seat.room} as {seat.label or leg.sid}")
        self._announce(conference, "join", "participant-join", participant)
        if conference.status == "init":
            self._start_if_ready(conference)
        if conference.status == "init":
            self._play_what_is_due(participant)
        elif seat.beep in ("true", "onEnter"):
            self._beep(conference)
        return participant

    def leave(self, participant: Participant, reason: LeaveReason, *, kicked: bool = False) -> None:
        """One participant goes; that may end the room for everybody."""
        conference = participant.conference
        if participant.left.done():
            return
        self._remove(participant, reason)
        how = "kicked" if kicked else "left"
        if participant.end_on_exit:
            why = f"participant-with-end-conference-on-exit-{how}"
            self._end(conference, why, "moderator_ended_conference", participant)
        elif not conference.participants:
            self._end(conference, f"last-participant-{how}", "participant_hung_up", participant)
        elif participant.beep_on_exit and conference.status == "in-progress":
            self._beep(conference)

    def end(self, conference: Conference) -> None:
        self._end(conference, "conference-ended-via-api", "conference_ended_via_api", None)

    # Changes by REST

    def set_muted(self, participant: Participant, muted: bool) -> None:
        if participant.muted != muted:
            participant.muted = muted
            self._changed(
                participant, "mute", "participant-mute" if muted else "participant-unmute"
            )

    def set_hold(self, participant: Participant, hold: bool, url: str, method: str) -> None:
        """A held participant hears only the music at `url`, and is not heard."""
        if participant.hold == hold:
            return
        participant.hold = hold
        participant.hold_url, participant.hold_method = url or None, method
        self._play_what_is_due(participant)
        self._changed(participant, "hold", "participant-hold" if hold else "participant-unhold")

    def set_end_on_exit(self, participant: Participant, end_on_exit: bool) -> None:
        if participant.end_on_exit != end_on_exit:
            participant.end_on_exit = end_on_exit
            self._changed(participant, "modify", "participant-modify")

    def set_wait(self, participant: Participant, url: str, method: str) -> None:
        participant.wait_url, participant.wait_method = url, method
        if participant.conference.status == "init" and not participant.hold:
            self._play_what_is_due(participant)

    def announce_to(self, participant: Participant, url: str, method: str) -> None:
        """Played to one participant, over whatever the room is saying."""

        async def announcement() -> None:
            names = self._names(participant.conference)
            await self._run_music(participant.leg, url, method, names, repeat=False)
            self._announce(participant.conference, "announcement", "announcement-end", participant)
            participant.music = None  # this very task: what is due now must not cancel it
            self._play_what_is_due(participant)

        self._stop_music(participant)
        participant.music = self._background.start(announcement())

    # The rest, in the order in which it is called

    def _remember(self, conference: Conference) -> None:
        self._all[conference.sid] = conference
        self._live[conference.account.sid, conference.name] = conference
        if len(self._all) > KEPT_CONFERENCES:
            ended = (sid for sid, c in self._all.items() if c.status == "completed")
            oldest = next(ended, None)
            if oldest is not None:
                del self._all[oldest]

    def _start_if_ready(self, conference: Conference) -> None:
        """It takes two, and one of them with startConferenceOnEnter."""
        present = conference.participants.values()
        if len(present) < 2 or not any(p.seat.start_on_enter for p in present):
            return
        conference.status = "in-progress"
        conference.updated_at = now()
        for participant in present:
            if not participant.hold:
                self._stop_music(participant)
        self._announce(conference, "start", "conference-start")

    def _play_what_is_due(self, participant: Participant) -> None:
        """Hold music to the held, the wait document to those who wait, else the room itself."""
        self._stop_music(participant)
        if participant.hold:
            self._start_music(participant, participant.hold_url, participant.hold_method)
        elif participant.conference.status == "init" and participant.wait_url != "":
            self._start_music(participant, participant.wait_url, participant.wait_method)

    def _start_music(self, participant: Participant, url: str | None, method: str) -> None:
        leg = participant.leg
        if url is None:
            leg.playback = Playback(hold_music(), FromPlay(url="hold-music"), loops=0)
            return
        names = self._names(participant.conference)
        music = self._run_music(leg, url, method, names, repeat=True)
        participant.music = self._background.start(music)

    def _stop_music(self, participant: Participant) -> None:
        if participant.music is not None:
            participant.music.cancel()
            participant.music = None
        participant.leg.playback = None

    def _beep(self, conference: Conference) -> None:
        conference.announcements.append(Playback(beep(), FromPlay(url="beep")))

    def _changed(self, participant: Participant, group: str, event: str) -> None:
        participant.updated_at = now()
        self._announce(participant.conference, group, event, participant)

    def _remove(self, participant: Participant, reason: LeaveReason) -> None:
        conference, leg = participant.conference, participant.leg
        self._stop_music(participant)
        conference.participants.pop(leg.sid, None)
        self._seats.pop(leg.sid, None)
        participant.left.set_result(reason)
        leg.note(f"left conference {conference.name}: {reason}")
        over = {
            "ParticipantCallStatus": "completed" if not leg.is_live else str(leg.status),
            "ReasonParticipantLeft": reason,
        }
        self._announce(conference, "leave", "participant-leave", participant, over)

    def _end(
        self,
        conference: Conference,
        why: str,
        others_reason: LeaveReason,
        by: Participant | None,
    ) -> None:
        if conference.status == "completed":
            return
        for participant in list(conference.participants.values()):
            self._remove(participant, others_reason)
        conference.status = "completed"
        del self._live[conference.account.sid, conference.name]
        conference.updated_at = now()
        conference.reason_ended = why
        details = {"ReasonConferenceEnded": why, "Reason": why}
        if by is not None:
            conference.ended_by = by.leg.sid
            details["CallSidEndingConference"] = by.leg.sid
            if by.label:
                details["ParticipantLabelEndingConference"] = by.label
        self._announce(conference, "end", "conference-end", None, details)

    def _announce(
        self,
        conference: Conference,
        group: str,
        event: str,
        participant: Participant | None = None,
        details: dict[str, str] | None = None,
    ) -> None:
        if not conference.callback_url or group not in conference.callback_events:
            return
        conference.events_sent += 1
        fields = self._names(conference) | {
            "AccountSid": conference.account.sid,
            "StatusCallbackEvent": event,
            "SequenceNumber": str(conference.events_sent),
            "Timestamp": rfc2822(now()),
        }
        if participant is not None:
            fields |= _told_about(participant)
        self._webhooks.notify(
            conference.sid,
            conference.account,
            conference.callback_url,
            fields | (details or {}),
            method=conference.callback_method,
        )

    def _names(self, conference: Conference) -> dict[str, str]:
        return {"ConferenceSid": conference.sid, "FriendlyName": conference.name}


def _told_about(participant: Participant) -> dict[str, str]:
    told = {
        "CallSid": participant.leg.sid,
        "Muted": _word(participant.muted),
        "Hold": _word(participant.hold),
        "Coaching": "false",
        "EndConferenceOnExit": _word(participant.end_on_exit),
        "StartConferenceOnEnter": _word(participant.seat.start_on_enter),
    }
    if participant.label:
        told["ParticipantLabel"] = participant.label
    return told


def _word(flag: bool) -> str:
    return "true" if flag else "false"
