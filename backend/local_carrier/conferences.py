"""Conferences: who comes and goes in the rooms, what that sets going, and what is announced."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Literal, Protocol

import msgspec

from backend.local_carrier.accounts import Account
from backend.local_carrier.audio.clips import Playback
from backend.local_carrier.audio.sources import FromPlay
from backend.local_carrier.audio.tones import beep, hold_music
from backend.local_carrier.background import Background
from backend.local_carrier.faults import OTHER_REGION, Faults
from backend.local_carrier.legs import Leg
from backend.local_carrier.rooms import Conference, LeaveReason, Participant, Seat
from backend.local_carrier.times import rfc2822
from backend.local_carrier.webhooks.delivery import Webhooks

KEPT_CONFERENCES = 5000


class RunMusic(Protocol):
    """Performs the TwiML or audio at a URL for one leg, without touching its own document."""

    def __call__(
        self, leg: Leg, url: str, method: str, parameters: dict[str, str], *, repeat: bool
    ) -> Coroutine[object, object, None]: ...


Refusal = Literal["label-taken", "room-full", "coached-absent", "coached-on-hold"]


class CannotJoin(Exception):
    """The room refused the leg."""

    def __init__(self, refusal: Refusal, why: str) -> None:
        super().__init__(why)
        self.refusal: Refusal = refusal


class Conferences:
    """`started` is told of a conference that begins, `ended` of one that is over."""

    def __init__(
        self, webhooks: Webhooks, background: Background, faults: Faults, run_music: RunMusic
    ) -> None:
        self._webhooks, self._faults = webhooks, faults
        self._background, self._run_music = background, run_music
        self.started: list[Callable[[Conference], None]] = []
        self.ended: list[Callable[[Conference], None]] = []
        self._all: dict[str, Conference] = {}
        self._live: dict[tuple[str, str, str], Conference] = {}
        """By account, name and region: Twilio's regions do not see each other's rooms."""
        self._seats: dict[str, Participant] = {}
        self._expecting: dict[str, Conference] = {}
        """The room that a leg is rung for, by the leg's SID."""

    # Look-ups

    def of_account(self, account: Account) -> list[Conference]:
        return [c for c in self._all.values() if c.account is account]

    def find(self, account: Account, sid: str) -> Conference | None:
        conference = self._all.get(sid)
        return conference if conference is not None and conference.account is account else None

    def live(self) -> list[Conference]:
        return list(self._live.values())

    def live_named(self, account: Account, name: str) -> Conference | None:
        """The room of that name, whichever region it is in."""
        named = (c for (sid, n, _), c in self._live.items() if (sid, n) == (account.sid, name))
        return next(named, None)

    def seat_of(self, leg: Leg) -> Participant | None:
        return self._seats.get(leg.sid)

    # Coming and going

    def expect(self, leg: Leg, seat: Seat) -> Conference:
        """REST rings that leg for the room, which is made if it is not there.

        Raises `CannotJoin` if its label is taken.
        """
        conference = self._room(leg, seat)
        _check_label(conference, leg, seat)
        conference.expected[leg.sid] = seat
        self._expecting[leg.sid] = conference
        return conference

    def give_up(self, leg: Leg) -> None:
        """The leg does not come to the room that it was rung for, if it was rung for one."""
        conference = self._expecting.pop(leg.sid, None)
        if conference is None:
            return
        seat = conference.expected.pop(leg.sid)
        missing = Participant(conference, leg, seat)
        reason: LeaveReason = "participant_add_failed"
        missing.left.set_result(reason)
        over = {"ParticipantCallStatus": str(leg.status), "ReasonParticipantLeft": reason}
        self._announce(conference, "leave", "participant-leave", missing, over)
        self._close_if_empty(conference)

    def join(self, leg: Leg, seat: Seat) -> Participant:
        """Raises `CannotJoin`."""
        conference = self._expecting.get(leg.sid) or self._room(leg, seat)
        try:
            _check_label(conference, leg, seat)
            if len(conference.participants) >= seat.max_participants:
                raise CannotJoin(
                    "room-full", f"the room has its {seat.max_participants} participants"
                )
            if seat.coach is not None:
                _check_coached(conference, seat.coach)
        except CannotJoin:
            self.give_up(leg)
            self._close_if_empty(conference)
            raise
        if self._expecting.pop(leg.sid, None) is not None:
            del conference.expected[leg.sid]
        participant = Participant(conference, leg, seat)
        conference.participants[leg.sid] = self._seats[leg.sid] = participant
        leg.note(f"joined conference {seat.room} as {seat.label or leg.sid}")
        self._announce(conference, "join", "participant-join", participant)
        if conference.status == "init":
            self._start_if_ready(conference)
        if conference.status == "init":
            self._play_what_is_due(participant)
        else:
            leg.met.set()
        if conference.status == "in-progress" and seat.beep in ("true", "onEnter"):
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
        elif not conference.participants and not conference.expected:
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

    def set_coaching(self, participant: Participant, coaching: bool, coached: str | None) -> None:
        """Raises `CannotJoin` if the coached call is not in the room, or held."""
        if coaching:
            _check_coached(participant.conference, coached)
        if (participant.coaching, participant.coached) != (coaching, coached):
            participant.coaching, participant.coached = coaching, coached if coaching else None
            self._changed(participant, "modify", "participant-modify")

    def set_end_on_exit(self, participant: Participant, end_on_exit: bool) -> None:
        if participant.end_on_exit != end_on_exit:
            participant.end_on_exit = end_on_exit
            self._changed(participant, "modify", "participant-modify")

    def set_beep_on_exit(self, participant: Participant, beep_on_exit: bool) -> None:
        if participant.beep_on_exit != beep_on_exit:
            participant.beep_on_exit = beep_on_exit
            self._changed(participant, "modify", "participant-modify")

    def set_wait(self, participant: Participant, url: str, method: str) -> None:
        participant.wait_url, participant.wait_method = url, method
        self._changed(participant, "modify", "participant-modify")
        if participant.conference.status == "init" and not participant.hold:
            self._play_what_is_due(participant)

    def announce_to(self, participant: Participant, url: str, method: str) -> None:
        """Played to one participant, over whatever the room is saying."""
        announced = self._announced_to(participant, url, method)
        self._tell_announced(participant.conference, [announced], participant)

    def announce_to_all(self, conference: Conference, url: str, method: str) -> None:
        """Played to everybody in the room who is not held."""
        present = [p for p in conference.participants.values() if not p.hold]
        announced = [self._announced_to(participant, url, method) for participant in present]
        self._tell_announced(conference, announced)

    def notice_speech(self, participant: Participant, speaks: bool) -> None:
        """Somebody begins or stops to speak; told to whoever asked for `speaker`."""
        if participant.speaks != speaks:
            participant.speaks = speaks
            event = "participant-speech-start" if speaks else "participant-speech-stop"
            self._announce(participant.conference, "speaker", event, participant)

    # The rest, in the order in which it is called

    def _room(self, leg: Leg, seat: Seat) -> Conference:
        struck = self._faults.strike(("other-region",), leg.account.sid, seat.room)
        region = seat.region if struck is None else OTHER_REGION
        conference = self._live.get((leg.account.sid, seat.room, region))
        if conference is None:
            conference = Conference(leg, msgspec.structs.replace(seat, region=region))
            self._remember(conference)
        return conference

    def _remember(self, conference: Conference) -> None:
        self._all[conference.sid] = conference
        self._live[conference.account.sid, conference.name, conference.region] = conference
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
        conference.updated_at = conference.clock.now()
        for participant in present:
            participant.leg.met.set()
            if not participant.hold:
                self._stop_music(participant)
        self._announce(conference, "start", "conference-start")
        for told in self.started:
            told(conference)

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

    def _announced_to(self, participant: Participant, url: str, method: str) -> asyncio.Task[None]:
        """It ends when it is over, or with whatever stops the participant's music."""

        async def announcement() -> None:
            names = self._names(participant.conference)
            await self._run_music(participant.leg, url, method, names, repeat=False)
            participant.music = None  # this very task: what is due now must not cancel it
            self._play_what_is_due(participant)

        self._stop_music(participant)
        participant.music = self._background.start(announcement())
        return participant.music

    def _tell_announced(
        self,
        conference: Conference,
        announced: list[asyncio.Task[None]],
        to: Participant | None = None,
    ) -> None:
        async def told_at_the_end() -> None:
            if announced:
                await asyncio.wait(announced)
            if conference.status != "completed":
                present = to if to is not None and not to.left.done() else None
                self._announce(conference, "announcement", "announcement-end", present)

        self._background.start(told_at_the_end())

    def _beep(self, conference: Conference) -> None:
        conference.announcements.append(Playback(beep(), FromPlay(url="beep")))

    def _changed(self, participant: Participant, group: str, event: str) -> None:
        participant.updated_at = participant.leg.clock.now()
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

    def _close_if_empty(self, conference: Conference) -> None:
        if not conference.participants and not conference.expected:
            self._end(conference, "last-participant-left", "participant_add_failed", None)

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
        for sid in conference.expected:
            del self._expecting[sid]
        conference.status = "completed"
        del self._live[conference.account.sid, conference.name, conference.region]
        conference.updated_at = conference.clock.now()
        conference.reason_ended = why
        details = {"ReasonConferenceEnded": why, "Reason": why}
        if by is not None:
            conference.ended_by = by.leg.sid
            details["CallSidEndingConference"] = by.leg.sid
            if by.label:
                details["ParticipantLabelEndingConference"] = by.label
        self._announce(conference, "end", "conference-end", None, details)
        for told in self.ended:
            told(conference)

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
            "Timestamp": rfc2822(conference.clock.now()),
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


def _check_label(conference: Conference, leg: Leg, seat: Seat) -> None:
    if conference.has_label(seat.label, besides=leg):
        raise CannotJoin("label-taken", f"participant label {seat.label} is already in the room")


def _check_coached(conference: Conference, coached: str | None) -> None:
    participant = conference.participants.get(coached or "")
    if participant is None:
        raise CannotJoin("coached-absent", f"nobody in the room has the call {coached}")
    if participant.hold:
        raise CannotJoin("coached-on-hold", f"the participant with the call {coached} is on hold")


def _told_about(participant: Participant) -> dict[str, str]:
    told = {
        "CallSid": participant.leg.sid,
        "Muted": _word(participant.muted),
        "Hold": _word(participant.hold),
        "Coaching": _word(participant.coaching),
        "EndConferenceOnExit": _word(participant.end_on_exit),
        "StartConferenceOnEnter": _word(participant.seat.start_on_enter),
    }
    if participant.label:
        told["ParticipantLabel"] = participant.label
    return told


def _word(flag: bool) -> str:
    return "true" if flag else "false"
