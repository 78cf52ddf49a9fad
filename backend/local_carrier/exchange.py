"""The telephone exchange: the one place where the carrier's parts meet."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Literal

from backend.local_carrier.accounts import Account, Accounts, VoiceSettings
from backend.local_carrier.background import Background
from backend.local_carrier.bridges import Bridges
from backend.local_carrier.call_messages import CallMessages
from backend.local_carrier.caller_ids import CallerIds
from backend.local_carrier.calls import Calls
from backend.local_carrier.clock import Clock, MovedClock, RealClock, running
from backend.local_carrier.conferences import Conferences
from backend.local_carrier.faults import Faults
from backend.local_carrier.generators import Generators
from backend.local_carrier.handsets import Handsets
from backend.local_carrier.legs import Callbacks, Direction, FarEnd, Leg, LegStatus
from backend.local_carrier.lines import LineEnd
from backend.local_carrier.media import MediaClock
from backend.local_carrier.messages import Messages
from backend.local_carrier.people import People
from backend.local_carrier.placing import Placing
from backend.local_carrier.queues import Queues
from backend.local_carrier.recorder import Recorder
from backend.local_carrier.recordings import Recordings
from backend.local_carrier.registrations import BrowsersRung, Registrations
from backend.local_carrier.sounds import Sounds
from backend.local_carrier.texting import Texting
from backend.local_carrier.twiml import perform
from backend.local_carrier.twiml.stage import GoTo, Stage, Unreachable, Where, Wish
from backend.local_carrier.voices import voice_of
from backend.local_carrier.webhooks.delivery import Webhooks
from backend.local_carrier.webhooks.wire import HttpWire, Wire

Media = Literal["real", "null"]
LAST_WORDS_SECONDS = 1.0
STATE_FILE = "local-carrier.json"
TWILIO = "https://api.twilio.com"


class CannotDial(Exception):
    """The exchange has nowhere to send this call."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


class Exchange:
    """`address` begins the links to recordings and media that customers are given; `wire` carries
    the webhooks."""

    def __init__(
        self,
        state: Path,
        *,
        media: Media = "real",
        clock: Clock | None = None,
        address: str = TWILIO,
        wire: Wire | None = None,
    ) -> None:
        self.media: Media = media
        self.address = address
        self.clock: Clock = clock or RealClock()
        self.accounts = Accounts(state / STATE_FILE, self.clock)
        self.background = Background()
        self.faults = Faults(self.clock)
        self.webhooks = Webhooks(self.background, self.clock, self.faults, wire or HttpWire())
        self.sounds = Sounds(self.webhooks)
        self.bridges, self.queues = Bridges(), Queues()
        self.recordings = Recordings(
            state / "recordings",
            self.clock,
            self.webhooks,
            self.background,
            address=address,
            audible=self.audible,
        )
        self.conferences = Conferences(self.webhooks, self.background, self.faults, self._run_music)
        self.recorder = Recorder(self.recordings, self.conferences)
        self.calls = Calls(
            self.clock,
            self.webhooks,
            self.conferences,
            self.bridges,
            self.queues,
            self.background,
            self._stage,
        )
        self.placing = Placing(self.clock, self.calls, self.conferences)
        self.handsets, self.registrations = Handsets(), Registrations()
        self.messages = Messages()
        self.texting = Texting(
            self.messages,
            self.accounts,
            self.handsets,
            self.clock,
            self.webhooks,
            self.background,
            address=address,
        )
        self.call_messages = CallMessages(self.webhooks, self.clock)
        self.people = People(self.calls, self.clock, self.background, self.is_attended)
        self.generators = Generators(
            self.clock,
            self.calls,
            self.people,
            self.sounds,
            self.background,
            self._dial_if_possible,
        )
        self.caller_ids = CallerIds(
            self.accounts,
            self.calls,
            self.people,
            self.handsets,
            self.clock,
            self.webhooks,
            self.outgoing,
        )
        self.media_clock = MediaClock(
            self.calls.live,
            self.conferences.live,
            self.bridges.live,
            self.recordings.live,
            self.conferences.notice_speech,
        )
        self._running = AsyncExitStack()

    @property
    def audible(self) -> bool:
        return self.media == "real"

    async def open(self) -> None:
        await self.webhooks.open()
        self.recordings.open()
        await self._running.enter_async_context(running(self.clock))
        if self.audible:
            if isinstance(self.clock, MovedClock):
                raise RuntimeError("audio takes its own time: a moved clock needs media=null")
            ticking = asyncio.create_task(self.media_clock.run())
            self._running.push_async_callback(_cancelled, ticking)

    async def close(self) -> None:
        await self.calls.close()
        await self.texting.close()
        self.recordings.close()
        await self._running.aclose()
        await self.background.finish(LAST_WORDS_SECONDS)
        await self.webhooks.close()

    async def fail_all_calls(self) -> None:
        """What a carrier that goes down leaves of its calls."""
        for leg in self.calls.live():
            await self.calls.end(leg, LegStatus.FAILED)

    # Calls that reach us

    def dial_number(self, caller: str, called: str, far_end: FarEnd) -> Leg:
        """A caller outside dials a number that one of our accounts owns."""
        owned = self.accounts.owner_of(called)
        if owned is None:
            raise CannotDial("no-such-number", f"No account of this carrier owns {called}.")
        account, number = owned
        application = account.applications.get(number.voice_application_sid)
        settings = application or number
        leg = self._inbound(
            account, far_end, settings, caller=caller, called=called, number_sid=number.sid
        )
        return self._begun(leg, f"the number {called}")

    def dial_application(
        self,
        account: Account,
        application_sid: str,
        identity: str,
        parameters: dict[str, str],
        far_end: FarEnd,
    ) -> Leg:
        """A browser phone calls: the TwiML App that its token names decides what happens."""
        application = account.applications.get(application_sid)
        if application is None:
            raise CannotDial(
                "no-such-application", f"The account has no TwiML App {application_sid}."
            )
        leg = self._inbound(
            account,
            far_end,
            application,
            caller=f"client:{identity}",
            called="",
            application_sid=application.sid,
            parameters=parameters,
        )
        return self._begun(leg, f"the TwiML App {application.friendly_name or application.sid}")

    # Calls that we make: what the verbs and REST ask for

    def leg_to(self, wish: Wish, parent: Leg) -> Leg:
        """Raises `Unreachable`, also for a caller ID that the call may not show."""
        if parent.account.status != "active":
            raise Unreachable(10001, "Account is not active")
        caller = wish.caller or parent.caller
        if wish.to.startswith("+") and not _may_show(parent, caller):
            raise Unreachable(13214, f"{caller} is not a caller ID that this call may show")
        leg = self.outgoing(
            parent.account,
            to=wish.to,
            caller=caller,
            callbacks=wish.callbacks,
            direction="outbound-dial",
            parent=parent,
            parameters=wish.parameters,
        )
        self.calls.remember(leg)
        return leg

    def outgoing(
        self,
        account: Account,
        *,
        to: str,
        caller: str,
        callbacks: Callbacks,
        direction: Direction = "outbound-api",
        parent: Leg | None = None,
        parameters: dict[str, str] | None = None,
    ) -> Leg:
        """A leg that nobody has rung yet. Raises `Unreachable`."""
        return Leg(
            account,
            self._far_end_at(account, to, caller),
            callbacks,
            clock=self.clock,
            caller=caller,
            called=to,
            direction=direction,
            parent=parent,
            parameters=parameters,
        )

    async def ring(self, leg: Leg, seconds: float) -> bool:
        return await self.calls.ring(leg, seconds)

    def end(self, leg: Leg, status: LegStatus = LegStatus.COMPLETED) -> "asyncio.Future[None]":
        return self.calls.end(leg, status)

    async def perform_aside(
        self,
        leg: Leg,
        url: str,
        method: str,
        *,
        where: Where = "callee",
        fields: dict[str, str] | None = None,
    ) -> None:
        stage = self._stage(leg, where)
        start = GoTo(url, method, fields or {})
        aside = leg.performs(perform.perform_aside(stage, start))
        try:
            await asyncio.wait([aside])
        finally:
            aside.cancel()
        if not aside.cancelled():
            aside.result()  # what broke in it is not kept quiet

    async def perform_while_waiting(
        self, leg: Leg, url: str | None, method: str, fields: Callable[[], dict[str, str]]
    ) -> None:
        stage = self._stage(leg, "queue")
        if url is None:
            await perform.play_own_music(stage)
        else:
            await perform.perform_while_waiting(stage, GoTo(url, method), fields)

    def is_attended(self, leg: Leg) -> bool:
        """Whether somebody talks with that leg."""
        if self.bridges.of(leg) is not None:
            return True
        seat = self.conferences.seat_of(leg)
        return seat is not None and seat.talks and len(seat.conference.participants) > 1

    # The rest, in the order in which it is called

    def _inbound(
        self,
        account: Account,
        far_end: FarEnd,
        settings: VoiceSettings,
        *,
        caller: str,
        called: str,
        number_sid: str | None = None,
        application_sid: str | None = None,
        parameters: dict[str, str] | None = None,
    ) -> Leg:
        return Leg(
            account,
            far_end,
            _callbacks(settings),
            clock=self.clock,
            caller=caller,
            called=called,
            number_sid=number_sid,
            application_sid=application_sid,
            parameters=parameters,
        )

    def _begun(self, leg: Leg, dialled: str) -> Leg:
        if leg.account.status != "active":
            self._fail(leg)
            raise CannotDial("account-not-active", f"The account is {leg.account.status}.")
        if not leg.callbacks.voice_url:
            self._fail(leg)
            raise CannotDial("no-voice-url", f"Nobody answers: {dialled} has no voice URL yet.")
        self.calls.begin(leg)
        return leg

    def _fail(self, leg: Leg) -> None:
        self.calls.remember(leg)
        self.calls.end(leg, LegStatus.FAILED)

    def _far_end_at(self, account: Account, to: str, caller: str) -> FarEnd:
        if to.startswith("client:"):
            identity = to.removeprefix("client:")
            return BrowsersRung(self.registrations, identity, self.background)
        if not to.startswith("+"):
            raise Unreachable(13224, f"{to} cannot be called: this carrier has numbers and clients")
        if self.accounts.owner_of(to) is not None:
            return LineEnd(self.calls, lambda end: self._dial_if_possible(caller, to, end))
        handset = self.handsets.at(to)
        return self.people.at(handset, voice_of(self.sounds, handset.voice))

    def _dial_if_possible(self, caller: str, called: str, far_end: FarEnd) -> Leg | None:
        try:
            return self.dial_number(caller, called, far_end)
        except CannotDial:
            return None

    def _stage(self, leg: Leg, where: Where = "call") -> Stage:
        return Stage(leg, self, where)

    async def _run_music(
        self, leg: Leg, url: str, method: str, parameters: dict[str, str], *, repeat: bool
    ) -> None:
        stage = self._stage(leg, "room")
        await perform.perform_music(stage, GoTo(url, method, parameters), repeat=repeat)


def _callbacks(settings: VoiceSettings) -> Callbacks:
    return Callbacks(
        voice_url=settings.voice_url,
        voice_method=settings.voice_method,
        fallback_url=settings.voice_fallback_url,
        fallback_method=settings.voice_fallback_method,
        status_callback=settings.status_callback,
        status_callback_method=settings.status_callback_method,
    )


def _may_show(parent: Leg, caller: str) -> bool:
    """Twilio's rule: the calling number, the called number, or one that the account has proved to
    be its own; a browser has no number of its own (twilio.com/docs/errors/13214)."""
    if caller in (parent.caller, parent.called):
        return not caller.startswith("client:")
    return parent.account.may_show(caller)


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
