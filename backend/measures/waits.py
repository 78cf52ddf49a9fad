"""How long callers waited, kept as a count for each second: added without loss, ranked exactly."""

from collections import Counter
from collections.abc import Iterable, Mapping
from math import ceil


class Waits:
    """Counts of waits, each rounded up to whole seconds, so that `up_to(20)` counts exactly those
    of 20.000 s and less. Percentiles are by nearest rank, never interpolated, never averaged."""

    __slots__ = ("_counts",)

    def __init__(self, counts: Mapping[int, int] | Iterable[int] = ()) -> None:
        """Counts by second; or the waits themselves, in whole seconds."""
        self._counts = Counter(counts)

    @classmethod
    def of_ms(cls, waits: Iterable[int]) -> "Waits":
        """Waits in milliseconds."""
        return cls(-(-wait // 1000) for wait in waits)

    @property
    def counts(self) -> dict[int, int]:
        """How many of each second, the shortest first; none that is 0."""
        return {second: n for second, n in sorted(self._counts.items()) if n}

    def __len__(self) -> int:
        return self._counts.total()

    def __add__(self, other: "Waits") -> "Waits":
        return Waits(self._counts + other._counts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Waits) and self.counts == other.counts

    def __repr__(self) -> str:
        return f"Waits({self.counts})"

    def up_to(self, seconds: int) -> int:
        """How many waited no longer than that."""
        return sum(n for second, n in self._counts.items() if second <= seconds)

    def percentile(self, share: float) -> int | None:
        """The shortest wait, in seconds, that at least `share` (0 to 1) of them did not exceed.

        None if nobody waited.
        """
        rank = max(1, ceil(round(share * len(self), 9)))  # 0.07 * 100 is a little more than 7
        for second, n in self.counts.items():
            rank -= n
            if rank <= 0:
                return second
        return None
