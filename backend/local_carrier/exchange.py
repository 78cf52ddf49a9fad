"""The telephone exchange: the one place where the carrier's parts meet."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Literal

from backend.local_carrier.accounts import Account, Accounts, VoiceSettings
from backend.local_carrier.background import Background
from backend.local_carrier.calls import Calls
from backend.local_carrier.conferences import Conferences
from backend.local_carrier.legs import Callbacks, FarEnd, Leg, LegStatus
from backend.local_carrier.media import MediaClock
from backend.local_carrier.sounds import Sounds
from backend.local_carrier.twiml.perform import perform_music
from backend.local_carrier.twiml.stage import GoTo, Stage
from backend.local_carrier.webhooks.delivery import Webhooks

Media = Literal["real", "null"]
LAST_WORDS_SECONDS = 1.0
STATE_FILE = "local-carrier.json"


class CannotDial(Exception):
    """The exchange has nowhere to send this call."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


class Exchange:
    def __init__(self, state: Path, *, media: Media = "real") -> None:
        self.media: Media = media
        self.accounts = Accounts(state / STATE_FILE)
        self.background = Background()
        self.webhooks = Webhooks(self.background)
        self.sounds = Sounds(self.webhooks)
        self.conferences = Conferences(self.webhooks, self.background, self._run_music)
        self.calls = Calls(self.webhooks, self.conferences, self._stage)
        self._clock: asyncio.Task[None] | None = None

    async def open(self) -> None:
        await self.webhooks.open()
        if self.media == "real":
            clock = MediaClock(self.calls.live, self.conferences.live)
            self._clock = asyncio.create_task(clock.run())

    async def close(self) -> None:
        await self.calls.close()
        if self._clock is not None:
            self._clock.cancel()
            with suppress(asyncio.CancelledError):
                await self._clock
        await self.background.finish(LAST_WORDS_SECONDS)
        await self.webhooks.close()

    def dial_number(self, caller: str, called: str, far_end: FarEnd) -> Leg:
        """A caller outside dials a number that one of our accounts owns."""
        owned = self.accounts.owner_of(called)
        if owned is None:
            raise CannotDial("no-such-number", f"No account of this carrier owns {called}.")
        account, number = owned
        application = account.applications.get(number.voice_application_sid)
        settings = application or number
        leg = Leg(
            account,
            far_end,
            _callbacks(settings),
            caller=caller,
            called=called,
            number_sid=number.sid,
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
        leg = Leg(
            account,
            far_end,
            _callbacks(application),
            caller=f"client:{identity}",
            called="",
            application_sid=application.sid,
            parameters=parameters,
        )
        return self._begun(leg, f"the TwiML App {application.friendly_name or application.sid}")

    def _begun(self, leg: Leg, dialled: str) -> Leg:
        if not leg.callbacks.voice_url:
            self.calls.remember(leg)
            leg.become(LegStatus.FAILED)
            raise CannotDial("no-voice-url", f"Nobody answers: {dialled} has no voice URL yet.")
        self.calls.begin(leg)
        return leg

    def _stage(self, leg: Leg) -> Stage:
        return Stage(
            leg, self.webhooks, self.sounds, self.conferences, audible=self.media == "real"
        )

    async def _run_music(
        self, leg: Leg, url: str, method: str, parameters: dict[str, str], *, repeat: bool
    ) -> None:
        await perform_music(self._stage(leg), GoTo(url, method, parameters), repeat=repeat)


def _callbacks(settings: VoiceSettings) -> Callbacks:
    return Callbacks(
        voice_url=settings.voice_url,
        voice_method=settings.voice_method,
        fallback_url=settings.voice_fallback_url,
        fallback_method=settings.voice_fallback_method,
        status_callback=settings.status_callback,
        status_callback_method=settings.status_callback_method,
    )
