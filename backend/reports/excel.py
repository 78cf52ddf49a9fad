"""A frame as a file for Excel: numbers as numbers, text as text, times on the company's own clock.

Excel has no time zones, so the head of a column of times tells whose clock it is. (The column
`slot` has the offset too, for the hour that is repeated.) The rows lie on the disk until the file
is made; a large one takes a minute or two, and others have their turn meanwhile.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Mapping, Sequence
from datetime import datetime
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from xlsxwriter import Workbook  # pyright: ignore[reportMissingTypeStubs]

from backend.reports.spells import is_spell

LONGEST_TEXT = 32_767
"""What a cell holds."""
CUT = " … (cut)"
WIDEST = 50
"""Characters that a column shows; its cells may hold more."""
WIDTH_OF_TIMES = 19
PIECE = 2**18
ROWS_A_TURN = 20
"""About two milliseconds; see `tallies.ROWS_A_TURN`. (A thread gives way only every five.)"""
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


async def excel_file(
    batches: AsyncIterable[pa.RecordBatch], schema: pa.Schema, zone: ZoneInfo
) -> AsyncGenerator[bytes]:
    """The bytes of a file with one sheet. What lies on the disk is gone with whoever asked."""
    with TemporaryDirectory(prefix="patchbay-") as folder, TemporaryFile(dir=folder) as file:
        sheet = _Sheet(file, folder, schema, zone)
        async for batch in batches:
            for start in range(0, batch.num_rows, ROWS_A_TURN):
                sheet.write(batch.slice(start, ROWS_A_TURN).to_pylist())
                await asyncio.sleep(0)
        await asyncio.to_thread(sheet.close)
        file.seek(0)
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece


class _Sheet:
    """The one sheet of a file, filled from above."""

    def __init__(self, file: IO[bytes], folder: str, schema: pa.Schema, zone: ZoneInfo) -> None:
        self._book: Any = Workbook(file, {**OPTIONS, "tmpdir": folder})  # which tells few types
        self._sheet: Any = self._book.add_worksheet("Patchbay")
        self._zone, self._row = zone, 1
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})
        self._text = self._book.add_format({"quote_prefix": True})
        kinds = zip(schema.names, schema.types, strict=True)
        self._heads = [_head(name, kind, zone) for name, kind in kinds]
        bold = self._book.add_format({"bold": True})
        for column, head in enumerate(self._heads):
            self._sheet.write_string(0, column, head, bold)
        self._sheet.freeze_panes(1, 0)

    def write(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Add these rows below."""
        if self._row == 1:
            self._widen(rows)
        for row in rows:
            for column, value in enumerate(row.values()):
                self._write(column, value)
            self._row += 1

    def close(self) -> None:
        """Make the file of what was written."""
        self._book.close()

    def _widen(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Each column as wide as its first rows need."""
        widths = zip(*([_width(value) for value in row.values()] for row in rows), strict=True)
        for number, (head, column) in enumerate(zip(self._heads, widths, strict=True)):
            self._sheet.set_column(number, number, min(WIDEST, max(len(head), *column)) + 2)

    def _write(self, column: int, value: object) -> None:
        match value:
            case None:
                return
            case bool():
                self._sheet.write_boolean(self._row, column, value)
            case int() | float():
                self._sheet.write_number(self._row, column, value)
            case datetime():
                local = value.astimezone(self._zone).replace(tzinfo=None)
                self._sheet.write_datetime(self._row, column, local, self._time)
            case _:
                self._write_text(column, str(value))

    def _write_text(self, column: int, text: str) -> None:
        """A formula that somebody chose stays text also when its cell is edited."""
        if len(text) > LONGEST_TEXT:
            text = text[: LONGEST_TEXT - len(CUT)] + CUT
        look = self._text if is_spell(text) else None
        self._sheet.write_string(self._row, column, text, look)


def _head(name: str, kind: pa.DataType, zone: ZoneInfo) -> str:
    return f"{name} ({zone.key})" if pa.types.is_timestamp(kind) else name


def _width(value: object) -> int:
    match value:
        case None:
            return 0
        case datetime():
            return WIDTH_OF_TIMES
        case float():
            return 12  # as many as are shown of a fraction
        case _:
            return len(str(value))
