"""The journal of a day that is played: packed, with marks from which the board is folded on.

A day may have hundreds of thousands of lines, a kilobyte each, and several people may play it at
once; so lines and marks are kept as they came, compressed, and unfolded where somebody looks.
"""

import asyncio
import zlib
from array import array
from bisect import bisect_right
from datetime import datetime

from msgspec import json

from backend.domain.board import Announcement, Snapshot, apply_all
from backend.measures.durations import EPOCH, MICROSECOND, microseconds

LINES_A_BLOCK = 128
"""Unpacked and read in one turn: about a millisecond."""
BLOCKS_A_MARK = 16
"""So many blocks at most are folded for a look, wherever it is."""
QUICKLY = 1
"""How zlib packs: a tenth of the room, and a millisecond for a block."""

_lines = json.Decoder(Announcement).decode_lines
_board = json.Decoder(Snapshot).decode
_encode = json.Encoder().encode


class ReplayJournal:
    """The lines of a day in order, and the board after any of them."""

    def __init__(self, opening: Snapshot, start: datetime) -> None:
        self._opening = self._board = opening
        self._blocks: list[bytes] = []
        self._marks = [_packed(_encode(opening))]
        self._told_at = array("q")
        self._latest = microseconds(start)
        self._waiting: list[tuple[Announcement, bytes]] = []

    def __len__(self) -> int:
        return len(self._told_at)

    def add(self, line: Announcement, text: bytes) -> None:
        """The next line, and how it is written. One that was told late is dated as it happened, but
        on a board it was not seen before what was told first."""
        self._latest = max(self._latest, microseconds(line.at))
        self._told_at.append(self._latest)
        self._waiting.append((line, text))
        if len(self._waiting) == LINES_A_BLOCK:
            self.close()

    def close(self) -> None:
        """No line is missing any more."""
        if not self._waiting:
            return
        self._blocks.append(_packed(b"\n".join(text for _, text in self._waiting)))
        self._board = apply_all(self._board, (line for line, _ in self._waiting))
        self._waiting = []
        if len(self._blocks) % BLOCKS_A_MARK == 0:
            self._marks.append(_packed(_encode(self._board)))

    def moment_of(self, place: int) -> datetime:
        """When the line at that place, counted from 0, was told."""
        return EPOCH + self._told_at[place] * MICROSECOND

    async def at(self, moment: datetime, known: Snapshot | None = None) -> Snapshot:
        """The board at that moment. Whoever goes on hands in the one `known` from before."""
        place = bisect_right(self._told_at, microseconds(moment))
        board = self._begin(place, known)
        while (here := self._place(board)) < place:
            lines = _lines(zlib.decompress(self._blocks[here // LINES_A_BLOCK]))
            first = here - here % LINES_A_BLOCK
            board = apply_all(board, lines[here - first : place - first])
            await asyncio.sleep(0)
        return board

    def _begin(self, place: int, known: Snapshot | None) -> Snapshot:
        """The latest board before that place of which all is there."""
        mark = place // (LINES_A_BLOCK * BLOCKS_A_MARK)
        marked = mark * LINES_A_BLOCK * BLOCKS_A_MARK
        if known is not None and marked <= self._place(known) <= place:
            return known
        return _board(zlib.decompress(self._marks[mark]))

    def _place(self, board: Snapshot) -> int:
        """How many of the day's lines that board knows."""
        return board.number - self._opening.number


def _packed(text: bytes) -> bytes:
    return zlib.compress(text, QUICKLY)
