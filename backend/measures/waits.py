"""How long callers waited, kept as a count for each second: added without loss, ranked exactly."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import accumulate
from math import ceil
from struct import pack, unpack

BYTES_EACH = 4
"""Of a packed wait: a week has more seconds than two bytes hold."""


class Waits:
    """Counts of waits, each rounded up to whole seconds, so that `up_to(20)` counts exactly those
    of 20.000 s and less. Percentiles are by nearest rank, never interpolated, never averaged."""

    def __init__(self, counts: Mapping[int, int] | Iterable[int] = ()) -> None:
        """Counts by second; or the waits themselves, in whole seconds."""
        self._counts = Counter(counts)

    @classmethod
    def _of(cls, counts: Counter[int]) -> "Waits":
        """Without copying them."""
        waits = cls()
        waits._counts = counts
        return waits

    @classmethod
    def of_ms(cls, waits: Iterable[int]) -> "Waits":
        """Waits in milliseconds."""
        return cls(-(-wait // 1000) for wait in waits)

    @classmethod
    def unpacked(cls, packed: bytes) -> "Waits":
        """What `packed` has told, or several of those one after the other."""
        return cls(unpack(f">{len(packed) // BYTES_EACH}I", packed))

    def packed(self) -> bytes:
        """Every wait's seconds in four bytes, the shortest first. Put one after the other they are
        added, which PostgreSQL does fifteen times sooner than it adds counts."""
        seconds = sorted(self._counts.elements())
        return pack(f">{len(seconds)}I", *seconds)

    @property
    def counts(self) -> dict[int, int]:
        """How many of each second, the shortest first; none that is 0."""
        return {second: n for second, n in sorted(self._counts.items()) if n}

    def __len__(self) -> int:
        return self._counts.total()

    def __add__(self, other: "Waits") -> "Waits":
        if not other._counts or not self._counts:
            return self if self._counts else other
        fewer, more = sorted((self._counts, other._counts), key=len)
        together = Counter(more)
        together.update(fewer)  # of two, going through the shorter
        return Waits._of(together)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Waits) and self.counts == other.counts

    def __repr__(self) -> str:
        return f"Waits({self.counts})"

    def up_to(self, seconds: int) -> int:
        """How many waited no longer than that."""
        known, so_many = self._ranked
        place = bisect_right(known, seconds)
        return so_many[place - 1] if place else 0

    def percentile(self, share: float) -> int | None:
        """The shortest wait, in seconds, that at least `share` (0 to 1) of them did not exceed.

        None if nobody waited.
        """
        known, so_many = self._ranked
        if not known:
            return None
        rank = max(1, ceil(round(share * so_many[-1], 9)))  # 0.07 * 100 is a little more than 7
        return known[bisect_left(so_many, rank)]

    @cached_property
    def _ranked(self) -> tuple[list[int], list[int]]:
        """The seconds, the shortest first, and how many did not exceed each."""
        counts = self.counts
        return list(counts), list(accumulate(counts.values()))
