"""Bridges: two legs that hear each other because one of them dialled the other."""

import asyncio
from typing import Literal

from backend.local_carrier.legs import Leg

WhyOver = Literal["hung up", "taken elsewhere", "time is over", "star pressed"]


class Bridge:
    """`parent` runs the <Dial>; `child` is whom it reached, or a caller out of a queue."""

    def __init__(self, parent: Leg, child: Leg) -> None:
        self.parent, self.child = parent, child
        self.began = parent.clock.seconds()
        self.over: asyncio.Future[WhyOver] = asyncio.get_running_loop().create_future()

    @property
    def legs(self) -> tuple[Leg, Leg]:
        return self.parent, self.child

    @property
    def seconds(self) -> int:
        """How long they have been together, in whole seconds; never none."""
        return max(1, round(self.parent.clock.seconds() - self.began))

    def other(self, leg: Leg) -> Leg:
        return self.child if leg is self.parent else self.parent


class Bridges:
    def __init__(self) -> None:
        self._of: dict[str, Bridge] = {}

    def join(self, parent: Leg, child: Leg) -> Bridge:
        bridge = Bridge(parent, child)
        for leg in bridge.legs:
            leg.playback = None
            leg.met.set()
            self._of[leg.sid] = bridge
        parent.note(f"talks to {child.called or child.caller}")
        return bridge

    def of(self, leg: Leg) -> Bridge | None:
        return self._of.get(leg.sid)

    def live(self) -> list[Bridge]:
        return [bridge for sid, bridge in self._of.items() if sid == bridge.parent.sid]

    def part(self, bridge: Bridge, why: WhyOver) -> None:
        """They no longer hear each other. What each does next is not decided here."""
        for leg in bridge.legs:
            if self._of.get(leg.sid) is bridge:
                del self._of[leg.sid]
        if not bridge.over.done():
            bridge.over.set_result(why)
