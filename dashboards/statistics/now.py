"""What can be read from live figures at a glance: who waits, who is free, what is wrong."""

from collections import Counter
from datetime import datetime

from msgspec import Struct

from backend.domain.agent import Presence
from backend.domain.call import CallState
from backend.reports.live_message import Live, LiveAgent, LiveCall
from dashboards.statistics.thresholds import Level, Thresholds

WORDS = {
    Presence.AVAILABLE: "available",
    Presence.RINGING: "ringing",
    Presence.ON_CALL: "on a call",
    Presence.MONITORING: "monitoring",
    Presence.WRAP_UP: "wrap-up",
    Presence.AWAY: "away",
    Presence.UNREACHABLE: "not reachable",
    Presence.OFFLINE: "offline",
}
ORDER = (
    Presence.UNREACHABLE,
    Presence.RINGING,
    Presence.ON_CALL,
    Presence.WRAP_UP,
    Presence.MONITORING,
    Presence.AVAILABLE,
    Presence.AWAY,
    Presence.OFFLINE,
)
"""Who needs attention comes first, who is not there last."""


class Glance(Struct, frozen=True):
    """Waits in seconds, None where nobody waits."""

    waiting: int
    longest_wait: float | None
    parked: int
    longest_parked: float | None
    in_talk: int
    asks_for_help: int
    by_presence: Counter[Presence]
    wait_level: Level
    day_level: Level
    lately_level: Level

    @property
    def here(self) -> int:
        """How many agents are not offline."""
        return self.by_presence.total() - self.by_presence[Presence.OFFLINE]

    @property
    def is_alarming(self) -> bool:
        """Whether somebody has to look at once."""
        return Level.BAD in (self.wait_level, self.lately_level) or self.asks_for_help > 0


def glance(live: Live, now: datetime, thresholds: Thresholds) -> Glance:
    """The company at that moment."""
    waits = [
        (now - moment).total_seconds() for call in live.calls if (moment := call.waiting_since)
    ]
    parked = [call for call in live.calls if call.state is CallState.PARKED]
    longest = max(waits, default=None)
    return Glance(
        waiting=len(waits),
        longest_wait=longest,
        parked=len(parked),
        longest_parked=max(((now - call.since).total_seconds() for call in parked), default=None),
        in_talk=sum(call.state in (CallState.CONNECTED, CallState.HELD) for call in live.calls),
        asks_for_help=sum(call.help_at is not None for call in live.calls),
        by_presence=Counter(agent.presence for agent in live.agents),
        wait_level=thresholds.of_wait(longest),
        day_level=thresholds.of_level(live.today["sl_e"]),
        lately_level=thresholds.of_level(live.lately["sl_now"]),
    )


def waiting(live: Live) -> list[LiveCall]:
    """Callers whom nobody has, who waits longest first."""
    found = [call for call in live.calls if call.waiting_since is not None]
    return sorted(found, key=lambda call: call.waiting_since or call.since)


def in_order(agents: tuple[LiveAgent, ...]) -> list[LiveAgent]:
    """By what they do, in each by how long; whoever is offline by name."""
    return sorted(
        agents,
        key=lambda agent: (
            ORDER.index(agent.presence),
            agent.name if agent.presence is Presence.OFFLINE else agent.since.isoformat(),
        ),
    )
