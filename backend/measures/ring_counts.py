"""How often calls rang at an agent, and how that ended."""

from collections.abc import Mapping

from msgspec import Struct

from backend.measures.facts import RingEnding

RING_MEANINGS = {
    "rings": "calls that rang at the agent; one that rings at several rings at each of them",
    "rings_answered": "the agent took the call",
    "rings_missed": "it rang to the end, and the agent took no other call meanwhile",
    "rings_declined": "the agent turned it away",
    "rings_not_selected": "a colleague was quicker",
    "rings_abandoned": "the caller was gone first",
}
"""What each column counts. The rest of `rings` still rings, or was withdrawn: the agent went away,
was not reachable or took another call, or the call was taken back."""
MISSED_RINGS = "missed + declined; not what a colleague took, nor whom the caller left"


class RingCounts(Struct, frozen=True):
    """The rings of one agent in one slot."""

    endings: Mapping[RingEnding, int] = {}

    def with_more(self, ending: RingEnding, rings: int) -> "RingCounts":
        """These, and so many more that ended like that."""
        return RingCounts({**self.endings, ending: self.endings.get(ending, 0) + rings})

    @property
    def shown(self) -> dict[str, int]:
        """The columns of `RING_MEANINGS`."""
        of = self.endings.get
        return {
            "rings": sum(self.endings.values()),
            "rings_answered": of(RingEnding.ANSWERED, 0),
            "rings_missed": of(RingEnding.MISSED, 0),
            "rings_declined": of(RingEnding.DECLINED, 0),
            "rings_not_selected": of(RingEnding.NOT_SELECTED, 0),
            "rings_abandoned": of(RingEnding.ABANDONED, 0),
        }
