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
    """A call that one tab was asked to take."""

    async def cancel(self) -> None:
        """Somebody else has it, or the caller is gone."""
        ...


class Tab(Protocol):
    """One registered browser."""

    async def invite(self, leg: Leg, call: "BrowsersRung") -> Invitation | None:
        """Let it ring. None if that tab cannot be reached after all."""
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

    def identities(self) -> list[tuple[str, str, int]]:
        """Account, identity, and how many tabs."""
        return [(account, identity, len(t)) for (account, identity), t in self._tabs.items()]


class BrowsersRung:
    """The far end of a leg to an identity, until one of its tabs answers."""

    kind: FarEndKind = "browser"
    has_ears = False

    def __init__(self, tabs: list[Tab], background: Background) -> None:
        self._tabs, self._start = tabs, background.start
        self._invited: dict[Tab, Invitation] = {}
        self._leg: Leg | None = None

    def next_frame(self) -> Samples | None:
        return None

    def hear(self, frame: Samples) -> None: ...

    async def answered(self) -> None: ...

    def ring(self, leg: Leg) -> None:
        self._leg = leg
        if not self._tabs:
            leg.note("no browser is registered under that identity")
            leg.refuse(LegStatus.NO_ANSWER)
            return
        self._start(self._invite_all(leg))

    def taken_by(self, tab: Tab, phone: FarEnd) -> bool:
        """A tab answers: True if it is the first, and the call is still there to be had."""
        leg = self._leg
        if leg is None or leg.outcome.done():
            return False
        self._invited.pop(tab, None)
        leg.far_end = phone
        leg.pick_up()
        self._start(self._cancel_others())
        return True

    def refused_by(self, tab: Tab) -> None:
        """A tab rejects: the call rings on at the others, if there are any."""
        self._invited.pop(tab, None)
        if not self._invited and self._leg is not None:
            self._leg.refuse(LegStatus.BUSY)

    def lost(self, tab: Tab) -> None:
        """A tab is gone while it rang."""
        if self._invited.pop(tab, None) and not self._invited and self._leg is not None:
            self._leg.refuse(LegStatus.NO_ANSWER)

    async def ended(self, leg: Leg) -> None:
        await self._cancel_others()

    async def _invite_all(self, leg: Leg) -> None:
        async def invite(tab: Tab) -> None:
            invitation = await tab.invite(leg, self)
            if invitation is not None:
                self._invited[tab] = invitation

        await asyncio.gather(*(invite(tab) for tab in self._tabs))
        if not self._invited:
            leg.refuse(LegStatus.NO_ANSWER)
        elif not leg.outcome.done():
            leg.become(LegStatus.RINGING)

    async def _cancel_others(self) -> None:
        invited, self._invited = self._invited, {}
        await asyncio.gather(*(invitation.cancel() for invitation in invited.values()))
