"""A frame on the wire: JSON or CSV to read, Arrow as a stream, Parquet and Excel as a file."""

from collections.abc import AsyncGenerator, AsyncIterable
from enum import StrEnum
from io import BytesIO
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
from pyarrow import csv, parquet

from backend.domain.refusals import Refusal
from backend.reports.excel import excel_file
from backend.reports.spells import is_spell


class Format(StrEnum):
    """How an answer is written."""

    JSON = "json"
    CSV = "csv"
    ARROW = "arrow"
    PARQUET = "parquet"
    XLSX = "xlsx"


MEDIA_TYPES = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv; charset=utf-8",
    Format.ARROW: "application/vnd.apache.arrow.stream",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_ROWS = {
    Format.JSON: 10_000,
    Format.CSV: 1_000_000,
    Format.ARROW: 5_000_000,
    Format.PARQUET: 1_000_000,
    Format.XLSX: 1_048_575,
}
"""In one answer. A file of Parquet is made before it is sent, so it is kept small; a sheet of Excel
has no more rows, one of them for the heads."""


class TooManyRows(Refusal):
    """So many rows are too many for that format. Ask for fewer days, or for format=arrow."""

    code = "too-many-rows"
    status = 400


def load_frames() -> None:
    """Arrow loads pandas with its first column, which takes a fifth of a second."""
    pa.array([""], pa.string())


def must_fit(rows: int, as_format: Format) -> None:
    """Raises `TooManyRows`: nothing is ever left out silently."""
    most = MOST_ROWS[as_format]
    if rows > most:
        raise TooManyRows(
            f"There are {rows} rows, and format={as_format.value} gives at most {most} at once."
            " Ask for fewer days, or for format=arrow."
        )


def written(
    batches: AsyncIterable[pa.RecordBatch], schema: pa.Schema, as_format: Format, zone: ZoneInfo
) -> AsyncGenerator[bytes]:
    """The bytes of that frame, as the batches come. Only Excel needs to know the zone."""
    match as_format:
        case Format.JSON:
            return _json(batches)
        case Format.XLSX:
            return excel_file(batches, schema, zone)
        case _:
            return _by_writer(batches, schema, as_format)


async def batches_of(table: pa.Table) -> AsyncGenerator[pa.RecordBatch]:
    """A table that is there already."""
    for batch in table.to_batches(max_chunksize=1_000):
        yield batch


def without_spells(batch: pa.RecordBatch) -> pa.RecordBatch:
    """With an apostrophe before every text that a spreadsheet would run as a formula."""
    rows = [{name: _spelled_out(value) for name, value in row.items()} for row in batch.to_pylist()]
    return pa.RecordBatch.from_pylist(rows, schema=batch.schema)


def _spelled_out(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and is_spell(value) else value


async def _json(batches: AsyncIterable[pa.RecordBatch]) -> AsyncGenerator[bytes]:
    before = b"["
    async for batch in batches:
        rows = batch.to_pylist()
        yield before + b",\n".join(msgspec.json.encode(row) for row in rows)
        before = b",\n"
    yield b"[]" if before == b"[" else b"]"


async def _by_writer(
    batches: AsyncIterable[pa.RecordBatch], schema: pa.Schema, as_format: Format
) -> AsyncGenerator[bytes]:
    sink = BytesIO()
    with _writer(sink, schema, as_format) as writer:
        async for batch in batches:
            shown = without_spells(batch) if as_format is Format.CSV else batch
            writer.write_batch(shown)  # pyright: ignore[reportUnknownMemberType]
            if as_format is not Format.PARQUET:  # whose end tells where in the file all parts lie
                yield sink.getvalue()
                sink.seek(0)
                sink.truncate()
    yield sink.getvalue()


def _writer(
    sink: BytesIO, schema: pa.Schema, as_format: Format
) -> pa.RecordBatchStreamWriter | csv.CSVWriter | parquet.ParquetWriter:
    match as_format:
        case Format.CSV:
            return csv.CSVWriter(sink, schema)
        case Format.PARQUET:
            return parquet.ParquetWriter(sink, schema, compression="zstd")
        case _:
            return pa.ipc.new_stream(sink, schema)
