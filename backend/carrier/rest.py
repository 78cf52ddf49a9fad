"""Carrying out instructions through Twilio's REST API, with Twilio's own client.

Every answer is one of three: done (also if it was so already), not now (`CarrierBusy`: try
again), or no (`CarrierRefused`: give up and say why).
"""

# Twilio ships types, but not as stubs.
# pyright: reportMissingTypeStubs=false

from collections.abc import Sequence
from http import HTTPStatus
from logging import getLogger
from typing import Any, assert_never
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import aiohttp
from msgspec import Struct
from twilio.base.exceptions import TwilioRestException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from backend.carrier import twiml
from backend.carrier.addresses import Addresses
from backend.carrier.callbacks import TERMINAL
from backend.carrier.lock_out import LockOut
from backend.carrier.names import (
    label_of_outbound,
    monitor_of_label,
    outbound_of_label,
    person_of_label,
)
from backend.clock import Clock, real_clock
from backend.domain import instructions, signals
from backend.domain.instructions import Instruction

NOT_IN_THAT_STATE = 21220
"""Twilio's code for a call that cannot be changed any more, because it has ended."""
MAY_PASS = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.UNAUTHORIZED})
"""Refusals that say nothing about the instruction. A token that was rotated in Twilio's console is
refused until somebody runs `connect-twilio` again; the caller must not pay for that time."""
REQUEST_SECONDS = 10


class CarrierBusy(Exception):
    """The carrier did not take the instruction now; it is safe to send it again."""


class CarrierRefused(Exception):
    """The carrier will not do this, now or later."""


class Access(Struct, frozen=True):
    """What a tenant's requests are signed with."""

    account_sid: str
    auth_token: str

    def __repr__(self) -> str:
        return f"Access({self.account_sid})"


class CarrierHttp(AsyncHttpClient):
    """Twilio's client speaks to the host in its own URLs; this sends it where we are told.

    One session for all tenants, with a time-out, which Twilio's own has not.
    """

    def __init__(self, api_url: str, clock: Clock = real_clock) -> None:
        super().__init__(getLogger(__name__), True, REQUEST_SECONDS)
        self._to = urlsplit(api_url)
        self._session: aiohttp.ClientSession | None = None
        self._lock_out = LockOut(clock)

    async def request(  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
        method: str,
        url: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        if auth is not None and self._lock_out.holds(auth):
            raise CarrierBusy("the carrier refuses these credentials")
        if self._session is None:
            limit = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
            self._session = aiohttp.ClientSession(timeout=limit)
        signed = {"Authorization": aiohttp.encode_basic_auth(*auth)} if auth else {}
        there = urlunsplit(urlsplit(url)._replace(scheme=self._to.scheme, netloc=self._to.netloc))
        async with self._session.request(
            method.upper(),
            there,
            params=params,
            data=data,
            headers={**(headers or {}), **signed},
            allow_redirects=allow_redirects,
        ) as answer:
            if auth is not None:
                refused = answer.status == HTTPStatus.UNAUTHORIZED
                self._lock_out.learn(auth, refused=refused)
            return Response(answer.status, await answer.text(), answer.headers)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


class Carrier:
    """The phone network, as far as calls are concerned."""

    def __init__(self, api_url: str, public_url: str, clock: Clock) -> None:
        self._http = CarrierHttp(api_url, clock)
        self._public_url = public_url
        self._clock = clock

    async def close(self) -> None:
        await self._http.close()

    async def carry_out(
        self,
        tenant: UUID,
        access: Access,
        instruction: Instruction,
        *,
        again: bool = False,
    ) -> signals.OutboundPlaced | None:
        """Do what is asked. Returns what the carrier's answer tells of a new leg.

        `again`: an earlier try may have got through without our hearing of it. Raises
        `CarrierBusy` or `CarrierRefused`.
        """
        try:
            client, to = self._client(access), Addresses(self._public_url, tenant)
            if isinstance(instruction, instructions.PlaceOutbound):
                return await self._place(client, to, instruction, again)
            await self._do(client, to, instruction)
        except TwilioRestException as problem:
            gone = problem.status == HTTPStatus.NOT_FOUND or problem.code == NOT_IN_THAT_STATE
            if gone and not isinstance(instruction, instructions.PlaceOutbound):
                return None
            if problem.status in MAY_PASS or problem.status >= 500:
                raise CarrierBusy(f"{problem.status} {problem.msg}") from problem
            # What Twilio says of a number may hold the number, and numbers are not logged.
            names_a_number = isinstance(instruction, instructions.PlaceOutbound)
            words = "" if names_a_number else f" {problem.msg}"
            raise CarrierRefused(f"{problem.status} {problem.code}{words}") from problem
        except (aiohttp.ClientError, TimeoutError) as problem:
            raise CarrierBusy(str(problem) or type(problem).__name__) from problem
        return None

    async def look_up(
        self,
        access: Access,
        call_id: UUID,
        caller_leg: str,
        outside: Sequence[UUID] = (),
        seated: Sequence[tuple[str, UUID]] = (),
    ) -> list[signals.CarrierSignal]:
        """What the carrier knows of a call that we have heard nothing of lately.

        Says that the caller left, or whose legs are in the conference now, and which of those
        `outside`, and of the agents `seated` there (leg and whose), are not any more. A callee's
        leg that is not known yet has no name to ask by.
        """
        client = self._client(access)
        try:
            if caller_leg and (status := await self._status_of(client, caller_leg)) in TERMINAL:
                return [signals.CallerLeft(caller_leg, failed=status == "failed")]
            conference = await self._find_conference(client, call_id)
            if conference is None:
                return []
            present = await client.conferences(conference).participants.list_async()
        except TwilioRestException as problem:
            # Also if the room was closed between the two questions: there is a next time.
            raise CarrierBusy(f"{problem.status} {problem.msg}") from problem
        except (aiohttp.ClientError, TimeoutError) as problem:
            raise CarrierBusy(str(problem) or type(problem).__name__) from problem
        found = (_joined(one.call_sid or "", one.label or "", str(one.status)) for one in present)
        there = {outbound_of_label(one.label or "") for one in present}
        gone = (signals.OutboundEnded(each) for each in outside if each not in there)
        legs = {one.call_sid for one in present}
        left = (signals.AgentLegLeft(leg, whose) for leg, whose in seated if leg not in legs)
        return [*(signal for signal in found if signal is not None), *gone, *left]

    async def _status_of(self, client: Client, leg: str) -> str:
        """A leg that the carrier does not know is a failed one."""
        try:
            return str((await client.calls(leg).fetch_async()).status)
        except TwilioRestException as problem:
            if problem.status == HTTPStatus.NOT_FOUND:
                return "failed"
            raise

    async def _do(self, client: Client, to: Addresses, instruction: Instruction) -> None:
        match instruction:
            case instructions.HoldCaller() | instructions.HoldAgent():
                await self._hold(client, instruction, to)
            case instructions.ResumeCaller() | instructions.ResumeAgent():
                await self._hold(client, instruction, None)
            case instructions.RemoveLeg():
                room = instruction.conference or await self._find_conference(
                    client, instruction.call_id
                )
                if room is not None:
                    await client.conferences(room).participants(instruction.leg).delete_async()
            case instructions.SeatMonitor():
                await self._seat(client, instruction)
            case instructions.HangUpCaller():
                await client.calls(instruction.leg).update_async(status="completed")
            case instructions.TellNobodyAnswers():
                last_words = twiml.say_and_hang_up(twiml.NOBODY_ANSWERS)
                await client.calls(instruction.leg).update_async(twiml=last_words)
            case instructions.EndOutbound():
                await self._end_outbound(client, instruction)
            case instructions.PlaceOutbound():
                raise AssertionError("placed by `_place`, whose answer tells something")
            case _:
                assert_never(instruction)

    async def _place(
        self,
        client: Client,
        to: Addresses,
        wish: instructions.PlaceOutbound,
        again: bool,
    ) -> signals.OutboundPlaced:
        """The only place where the carrier is asked to ring a number outside.

        Twilio's API has no idempotency key, so a second try looks first whether the first one got
        through.
        """
        label = label_of_outbound(wish.outbound)
        if again and (leg := await self._find_leg(client, wish.call_id, label)):
            return signals.OutboundPlaced(wish.outbound, leg)
        if self._clock() >= wish.until:
            raise CarrierRefused("it was not taken in time, so nobody is rung")
        made = await client.conferences(str(wish.call_id)).participants.create_async(
            from_=wish.caller_id,
            to=wish.number,
            label=label,
            timeout=wish.ring_seconds,
            time_limit=wish.longest_seconds,
            beep="false",
            early_media=True,
            start_conference_on_enter=True,
            end_conference_on_exit=wish.ends_call,
            wait_url=to.ringing,
            wait_method="POST",
            status_callback=to.outbound(wish.call_id, wish.outbound),
            status_callback_method="POST",
            status_callback_event=["initiated", "ringing", "answered", "completed"],
            conference_status_callback=to.conference(wish.call_id),
            conference_status_callback_method="POST",
            conference_status_callback_event=twiml.CONFERENCE_EVENTS.split(),
        )
        return signals.OutboundPlaced(wish.outbound, made.call_sid or "")

    async def _end_outbound(self, client: Client, wish: instructions.EndOutbound) -> None:
        label = label_of_outbound(wish.outbound)
        leg = wish.leg or await self._find_leg(client, wish.call_id, label)
        if leg is not None:
            await client.calls(leg).update_async(status="completed")

    async def _find_leg(self, client: Client, call_id: UUID, label: str) -> str | None:
        """The leg with that label, whether it is in the conference or still rung for it."""
        room = await self._find_conference(client, call_id)
        if room is None:
            return None
        there = await client.conferences(room).participants.list_async()
        return next((one.call_sid for one in there if one.label == label), None)

    async def _hold(
        self,
        client: Client,
        instruction: instructions.Hold | instructions.Resume,
        to: Addresses | None,
    ) -> None:
        room = instruction.conference or await self._find_conference(client, instruction.call_id)
        if room is None:
            raise CarrierBusy("the conference is not there yet")
        participant = client.conferences(room).participants(instruction.leg)
        if to is None:
            await participant.update_async(hold=False)
        else:
            await participant.update_async(hold=True, hold_url=to.hold_music, hold_method="POST")

    async def _seat(self, client: Client, instruction: instructions.SeatMonitor) -> None:
        """In one update: there is no moment in which the wrong people hear."""
        room = instruction.conference or await self._find_conference(client, instruction.call_id)
        if room is None:
            raise CarrierBusy("the conference is not there yet")
        seat, participant = instruction.seat, client.conferences(room).participants(instruction.leg)
        if seat.coached is None:
            await participant.update_async(muted=seat.muted, coaching=False)
        else:
            await participant.update_async(
                muted=seat.muted, coaching=True, call_sid_to_coach=seat.coached
            )

    async def _find_conference(self, client: Client, call_id: UUID) -> str | None:
        """The open one: it is `init` until two are there, `in-progress` from then on."""
        rooms = await client.conferences.list_async(friendly_name=str(call_id), limit=20)
        return next((room.sid for room in rooms if str(room.status) != "completed"), None)

    def _client(self, access: Access) -> Client:
        return Client(access.account_sid, access.auth_token, http_client=self._http)


def _joined(leg: str, label: str, status: str) -> signals.CarrierSignal | None:
    """What a participant of a conference tells; None while it is only being rung."""
    if status != "connected":
        return None
    agent, monitor = person_of_label(label), monitor_of_label(label)
    outbound = outbound_of_label(label)
    if agent is not None:
        return signals.AgentJoined(leg, agent)
    if monitor is not None:
        return signals.MonitorJoined(leg, monitor)
    return signals.OutboundAnswered(outbound, leg) if outbound is not None else None
