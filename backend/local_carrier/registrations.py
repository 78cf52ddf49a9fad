"""Who can be called in a browser: the identities that are registered, each with its tabs.

All tabs of one identity ring for one call; the first that answers has it, the others are told
that it is over.
"""

import asyncio
from typing import Protocol

from backend.local_carrier.audio.frames import Samples
from backend.local_carrier.background import Background
from backend.local_carrier.legs import FarEnd, FarEndKind, Leg, LegStatus


class Invitation(Protocol):
    """A call that one tab is asked to take."""

    async def send(self) -> None:
        """Let it ring there."""
        ...

    async def cancel(self) -> None:
        """Somebody else has it, or the caller is gone. It may not have been sent at all yet."""
        ...


class Tab(Protocol):
    """One registered browser."""

    async def invitation(self, leg: Leg, rung: "BrowsersRung") -> Invitation:
        """To be sent, with the audio that it offers already made."""
        ...


class Registrations:
    def __init__(self) -> None:
        self._tabs: dict[tuple[str, str], list[Tab]] = {}

    def register(self, account_sid: str, identity: str, tab: Tab) -> None:
        tabs = self._tabs.setdefault((account_sid, identity), [])
        if tab not in tabs:
            tabs.append(tab)

    def unregister(self, account_sid: str, identity: str, tab: Tab) -> None:
        tabs = self._tabs.get((account_sid, identity), [])
        if tab in tabs:
            tabs.remove(tab)
        if not tabs:
            self._tabs.pop((account_sid, identity), None)

    def tabs(self, account_sid: str, identity: str) -> list[Tab]:
        return list(self._tabs.get((account_sid, identity), ()))


class BrowsersRung:
    """The far end of a leg to an identity, until one of its tabs answers."""

    kind: FarEndKind = "browser"
    has_ears = False

    def __init__(self, registrations: Registrations, identity: str, background: Background) -> None:
        self._registrations, self._identity = registrations, identity
        self._start = background.start
        self._may_answer: set[Tab] = set()
        self._invited: dict[Tab, Invitation] = {}
        self._leg: Leg | None = None

    def next_frame(self) -> Samples | None:
        return None

    def hear(self, frame: Samples) -> None: ...

    async def answered(self) -> None: ...

    def ring(self, leg: Leg) -> None:
        """Rings at the tabs that are registered now: a queued call may have waited for long."""
        self._leg = leg
        tabs = self._registrations.tabs(leg.account.sid, self._identity)
        if not tabs:
            leg.note("no browser is registered under that identity")
            leg.refuse(LegStatus.NO_ANSWER)
            return
        self._may_answer = set(tabs)
        for tab in tabs:
            self._start(self._invite(tab, leg))

    def taken_by(self, tab: Tab | None, phone: FarEnd) -> bool:
        """Somebody answers: True if they are the first, and the call is still there to be had.

        `tab` is the one whose invitation is accepted; all others are cancelled.
        """
        leg = self._leg
        if leg is None or leg.outcome.done():
            return False
        if tab is not None:
            self._invited.pop(tab, None)
        leg.far_end = phone
        leg.pick_up()
        self._start(self._cancel_all())
        return True

    def refused_by(self, tab: Tab) -> None:
        """A tab rejects: the call rings on at the others, if there are any."""
        self._without(tab, LegStatus.BUSY)

    def lost(self, tab: Tab) -> None:
        """A tab is gone while it rang."""
        self._without(tab, LegStatus.NO_ANSWER)

    async def ended(self, leg: Leg) -> None:
        await self._cancel_all()

    async def _invite(self, tab: Tab, leg: Leg) -> None:
        with leg.clock.work():
            invitation = await tab.invitation(leg, self)
            if leg.outcome.done() or tab not in self._may_answer:
                await invitation.cancel()
                return
            self._invited[tab] = invitation
            await invitation.send()
        leg.become(LegStatus.RINGING)

    def _without(self, tab: Tab, if_it_was_the_last: LegStatus) -> None:
        self._invited.pop(tab, None)
        self._may_answer.discard(tab)
        if not self._may_answer and self._leg is not None:
            self._leg.refuse(if_it_was_the_last)

    async def _cancel_all(self) -> None:
        invited, self._invited = self._invited, {}
        await asyncio.gather(*(invitation.cancel() for invitation in invited.values()))
