"""A file for Excel says what the others say, on the company's clock, and runs nothing."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from openpyxl import load_workbook
from pyarrow import parquet

from backend.reports.excel import CUT, LONGEST_TEXT, excel_file
from backend.reports.formats import Format, TooManyRows, batches_of, must_fit
from tests.house.command_line import give
from tests.reports.test_reports_api import a_morning, asked, key_of
from tests.stories.company import Company

JERUSALEM = ZoneInfo("Asia/Jerusalem")


async def sheet_of(table: pa.Table, zone: ZoneInfo = JERUSALEM) -> Any:
    pieces = [piece async for piece in excel_file(batches_of(table), table.schema, zone)]
    return load_workbook(BytesIO(b"".join(pieces))).active


def told(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


async def test_numbers_are_numbers_times_are_on_the_companys_clock_and_text_is_text():
    at = datetime(2026, 7, 1, 22, 15, 30, tzinfo=UTC)
    table = pa.table(
        {
            "at": pa.array([at, None], pa.timestamp("us", "UTC")),
            "calls": [3, None],
            "share": [0.25, None],
            "is_final": [True, None],
            "queue": ["Sales", ""],
        }
    )
    sheet = await sheet_of(table)
    assert told(sheet) == [
        ["at (Asia/Jerusalem)", "calls", "share", "is_final", "queue"],
        [datetime(2026, 7, 2, 1, 15, 30), 3, 0.25, True, "Sales"],  # noqa: DTZ001  Excel has no zones
        [None, None, None, None, ""],
    ]
    assert [cell.data_type for cell in sheet[2]] == ["d", "n", "n", "b", "s"]
    assert sheet.freeze_panes == "A2", "the heads stay in sight"
    assert 20 <= sheet.column_dimensions["A"].width <= 30


async def test_what_somebody_chose_is_no_formula_and_becomes_none_when_it_is_edited():
    spells = ["=cmd()", "@x", "-2+3", "+1555•••••11", "\t=1"]
    plain = ["+15550001111", "-7.5", "http://example.com", "007"]
    sheet = await sheet_of(pa.table({"queue": [*spells, *plain]}))
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == [*spells, *plain]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.quotePrefix for cell in cells] == [True] * 5 + [False] * 4
    assert not any(cell.hyperlink for cell in cells)


async def test_a_text_that_no_cell_holds_is_cut_and_says_so():
    sheet = await sheet_of(pa.table({"detail": ["x" * (LONGEST_TEXT + 1)]}))
    (cell,) = sheet[2]
    assert len(cell.value) == LONGEST_TEXT
    assert cell.value.endswith(CUT)


async def test_a_frame_without_rows_is_a_sheet_with_heads():
    table = pa.table({"slot": pa.array([], pa.string()), "offered": pa.array([], pa.int64())})
    assert told(await sheet_of(table)) == [["slot", "offered"]]


async def test_many_batches_are_one_sheet():
    table = pa.table({"n": list(range(2_500))})
    assert [row[0] for row in told(await sheet_of(table))[1:]] == list(range(2_500))


async def test_whoever_goes_away_leaves_nothing_on_the_disk():
    async def without_end() -> AsyncGenerator[pa.RecordBatch]:
        for n in range(1_000):
            yield pa.RecordBatch.from_pydict({"n": [n]})

    def lying_about() -> set[Path]:
        return set(Path(gettempdir()).glob("patchbay-*"))

    before = lying_about()
    schema = pa.schema([("n", pa.int64())])
    pieces = excel_file(without_end(), schema, JERUSALEM)
    await anext(pieces)
    assert lying_about() - before
    await pieces.aclose()
    assert lying_about() == before


def test_a_sheet_has_no_more_rows_than_excel_can_show():
    must_fit(1_048_575, Format.XLSX)
    with pytest.raises(TooManyRows, match=r"at most 1048575 at once\. Ask for fewer days"):
        must_fit(1_048_576, Format.XLSX)


async def test_it_has_the_sums_of_the_parquet_file_of_the_same_question(acme: Company):
    await a_morning(acme)
    database = acme.product.settings.database_url or ""
    zone = ("--time-zone", "Asia/Kathmandu")
    await give("company-rules", "--tenant", str(acme.tenant), *zone, DATABASE_URL=database)
    key = await key_of(acme, sees_numbers=True)
    for path in ("intervals", "calls", "traffic", "forecast"):
        _, file = await asked(acme, path, key, format="parquet")
        table = parquet.read_table(BytesIO(file))
        got, book = await asked(acme, path, key, format="xlsx")
        assert got.headers["Content-Disposition"] == f'attachment; filename="{path}.xlsx"'
        assert got.headers["Content-Type"].endswith(".spreadsheetml.sheet")
        sheet = load_workbook(BytesIO(book)).active
        assert sheet is not None
        heads, *rows = sheet.iter_rows(values_only=True)
        assert len(rows) == table.num_rows
        for head, field, *values in zip(heads, table.schema, *rows, strict=True):
            in_parquet = table[field.name].to_pylist()
            if pa.types.is_timestamp(field.type):
                assert head == f"{field.name} (Asia/Kathmandu)"
                in_parquet = [on_the_wall(at) for at in in_parquet]
                assert all(is_near(*pair) for pair in zip(values, in_parquet, strict=True))
            elif pa.types.is_floating(field.type) or pa.types.is_integer(field.type):
                assert sum(each or 0 for each in values) == pytest.approx(
                    sum(each or 0 for each in in_parquet)
                ), field.name
            else:
                assert values == in_parquet, field.name


def on_the_wall(at: datetime | None) -> datetime | None:
    return at and at.astimezone(ZoneInfo("Asia/Kathmandu")).replace(tzinfo=None)


def is_near(one: Any, other: datetime | None) -> bool:
    """Excel's times are days as a fraction: good to a millisecond."""
    return one == other or (other is not None and abs(one - other) < timedelta(milliseconds=2))
