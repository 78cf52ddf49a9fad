"""A company's owner brings calls from before Patchbay in by a page, and takes them back."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pyarrow as pa
import pytest
from pyarrow import parquet

from backend.past_calls_apart import MOST_TOLD, Order, TookTooLong, bring_in_apart
from backend.store import report_tokens
from backend.store.people import Role
from backend.web import history_files
from backend.web.history_files import FileUnderway, Uploads
from tests.serving import eventually
from tests.stories.company import Agent, Company, Refused
from tests.stories.product import Product

FILES = "/api/history-files"
DAYS = "first=2026-01-31&last=2026-02-01"
GOOD = (
    b"queue_entered_at,answered_at,abandoned_at,agent,talk_seconds,colour\n"
    b"2026-01-31 10:00,2026-01-31 10:00:09,,Ana,60,red\n"
    b"2026-01-31 11:00,,2026-01-31 11:00:30,,,\n"
    b"2026-02-01 09:00,2026-02-01 09:00:02,,Zoe,100,\n"
)
FAULTY = GOOD + b"yesterday,,,,,\n2026-02-01 10:00,,,,,\n"


@pytest.fixture
async def acme(lasting_product: Product) -> Company:
    """With an owner, Olivia."""
    return await with_an_owner(lasting_product, "Acme")


async def with_an_owner(product: Product, name: str) -> Company:
    company = await product.company(name)
    olivia = await product.takes_on(company, "Olivia", Role.OWNER)
    await olivia.signs_in()
    return company


async def sends(
    person: Agent, content: Any, name: str = "old.csv", **headers: str
) -> tuple[int, Any]:
    """One upload from that person's browser: the status, and what the answer says."""
    async with person.http.post(FILES, params={"name": name}, data=content, headers=headers) as got:
        return got.status, await got.json(content_type=None)


async def counted(company: Company) -> tuple[int, int, int]:
    """How many callers came, were answered, and gave up on these days."""
    (row,) = await company.olivia.asks("GET", f"/api/reports/intervals?{DAYS}&size=whole")
    return row["offered"], row["answered"], row["abandoned"]


async def test_an_owner_brings_a_file_in_and_the_figures_are_there(acme: Company):
    status, said = await sends(acme.olivia, GOOD)
    assert status == 200, said
    assert said == {
        "calls": 3,
        "first_day": "2026-01-31",
        "last_day": "2026-02-01",
        "time_zone": "UTC",
        "ignored": ["colour"],
        "known_since": None,
        "back_again": 0,
    }
    assert await counted(acme) == (3, 2, 1)
    by_agent = await acme.olivia.asks("GET", f"/api/reports/intervals?{DAYS}&size=whole&by=agent")
    assert {row["agent"]: row["agent_name"] for row in by_agent} == {
        str(acme.ana.id): "Ana",
        "Zoe": "Zoe",
    }


async def test_a_parquet_file_is_known_by_what_is_in_it(acme: Company):
    table = pa.table(
        {"queue_entered_at": ["2026-01-31 10:00"], "outcome": ["abandoned"], "wait_seconds": [9]}
    )
    file = BytesIO()
    parquet.write_table(table, file)
    status, said = await sends(acme.olivia, file.getvalue(), "looks like.csv")
    assert (status, said["calls"]) == (200, 1)


def with_long_cells(length: int) -> bytes:
    """A small file of 2,000 rows, in each of which the caller's number is the same and so long."""
    number = pa.DictionaryArray.from_arrays(
        pa.array([0] * 2000, pa.int32()), pa.array(["5" * length])
    )
    table = pa.table(
        {
            "queue_entered_at": ["2026-01-31 10:00"] * 2000,
            "outcome": ["abandoned"] * 2000,
            "wait_seconds": [9] * 2000,
            "caller": number,
        }
    )
    file = BytesIO()
    parquet.write_table(table, file, compression="zstd", store_schema=False)
    assert len(file.getvalue()) < 2000
    return file.getvalue()


async def test_a_small_file_in_which_very_much_is_costs_little_and_is_refused(acme: Company):
    status, said = await sends(acme.olivia, with_long_cells(20_000), "small.parquet")
    assert (status, said["code"]) == (422, "wrong-rows")
    assert said["kinds"] == [[2000, "caller", "no-such-text"]]
    status, said = await sends(acme.olivia, with_long_cells(8_000_000), "small.parquet")
    assert (status, said["code"]) == (413, "file-too-large")
    assert "Bring it in in parts" in said["detail"]
    assert await counted(acme) == (0, 0, 0)
    assert (await sends(acme.olivia, GOOD))[0] == 200, "and the next is taken"


async def test_a_file_that_takes_too_long_is_given_up(acme: Company, tmp_path: Path):
    (path := tmp_path / "old.csv").write_bytes(GOOD)
    with path.open("rb") as file:
        url = acme.product.settings.database_url or ""
        order = Order(url, acme.tenant, "old.csv", file.fileno(), most_rows=10)
        with pytest.raises(TookTooLong):
            await bring_in_apart(order, file, within=0)
    assert (await acme.olivia.asks("GET", FILES))["files"] == []


async def test_a_file_with_faults_changes_nothing_and_says_row_and_reason(acme: Company):
    status, said = await sends(acme.olivia, FAULTY)
    assert (status, said["code"], said["more"]) == (422, "wrong-rows", 0)
    assert said["detail"].startswith("2 rows are wrong, so nothing was brought in.")
    assert said["problems"] == [
        {
            "row": 4,
            "column": "queue_entered_at",
            "code": "no-such-time",
            "reason": "'yesterday' is no time like 2026-01-31 14:48:31.",
        },
        {
            "row": 5,
            "column": "outcome",
            "code": "no-outcome",
            "reason": "It does not say what became of the caller.",
        },
    ]
    assert await counted(acme) == (0, 0, 0)
    assert (await acme.olivia.asks("GET", FILES))["files"] == []


async def test_of_very_many_faults_some_are_told_and_all_are_counted(acme: Company):
    _, said = await sends(acme.olivia, GOOD + b"yesterday,,,,,\n" * 250)
    assert (len(said["problems"]), said["more"]) == (MOST_TOLD, 250 - MOST_TOLD)
    assert said["kinds"] == [[250, "queue_entered_at", "no-such-time"]]


async def test_the_same_file_twice_changes_nothing(acme: Company):
    await sends(acme.olivia, GOOD)
    status, said = await sends(acme.olivia, GOOD, "renamed.csv")
    assert status == 200
    assert datetime.fromisoformat(said["known_since"]) <= datetime.now(UTC)
    assert await counted(acme) == (3, 2, 1)
    assert [file["name"] for file in (await acme.olivia.asks("GET", FILES))["files"]] == ["old.csv"]


async def test_what_was_brought_in_is_listed_and_taken_back(acme: Company):
    await sends(acme.olivia, GOOD)
    listed = await acme.olivia.asks("GET", FILES)
    (file,) = listed["files"]
    days = (file["first_day"], file["last_day"])
    assert (file["name"], file["calls"], days) == ("old.csv", 3, ("2026-01-31", "2026-02-01"))
    assert listed["most_bytes"] == history_files.MOST_BYTES
    await acme.olivia.asks("DELETE", f"{FILES}/{file['id']}")
    assert await counted(acme) == (0, 0, 0)
    with pytest.raises(Refused, match="no-such-file"):
        await acme.olivia.asks("DELETE", f"{FILES}/{file['id']}")
    await sends(acme.olivia, GOOD)
    assert await counted(acme) == (3, 2, 1), "and brought in again"


NAMED = b"call_id,queue_entered_at,answered_at,abandoned_at,agent\n"
FIRST = NAMED + (
    b"a,2026-01-31 10:00,2026-01-31 10:00:09,,Ana\n"
    b"b,2026-01-31 11:00,,2026-01-31 11:00:30,\n"
    b"c,2026-02-01 09:00,2026-02-01 09:00:02,,Zoe\n"
)


async def on_the_shelf(company: Company) -> dict[str, int]:
    """How many calls are known by each file."""
    files = (await company.olivia.asks("GET", FILES))["files"]
    return {file["name"]: file["calls"] for file in files}


async def takes_back(company: Company, name: str) -> None:
    files = (await company.olivia.asks("GET", FILES))["files"]
    (file,) = [file for file in files if file["name"] == name]
    await company.olivia.asks("DELETE", f"{FILES}/{file['id']}")


async def test_calls_that_went_with_a_corrected_file_come_back_with_the_first(acme: Company):
    corrected = FIRST.replace(b"Zoe", b"Ana").replace(b"b,", b"b2,")  # b is the first's alone
    await sends(acme.olivia, FIRST, "first.csv")
    await sends(acme.olivia, corrected, "corrected.csv")
    assert await on_the_shelf(acme) == {"first.csv": 1, "corrected.csv": 3}
    _, said = await sends(acme.olivia, FIRST, "first.csv")
    assert (said["calls"], said["back_again"]) == (3, 0)
    assert said["known_since"], "all of its calls are there, by one file or the other"
    await takes_back(acme, "corrected.csv")
    assert await on_the_shelf(acme) == {"first.csv": 1}
    assert await counted(acme) == (1, 0, 1)
    _, said = await sends(acme.olivia, FIRST, "first.csv")
    assert (said["calls"], said["back_again"], said["known_since"]) == (3, 2, None)
    assert await on_the_shelf(acme) == {"first.csv": 3}
    assert await counted(acme) == (3, 2, 1)
    _, said = await sends(acme.olivia, FIRST, "first.csv")
    assert said["known_since"]
    await takes_back(acme, "first.csv")
    assert await counted(acme) == (0, 0, 0)


@pytest.mark.parametrize("person", ["ana", "sam", "ada"])
async def test_nobody_but_owners_and_admins_may(acme: Company, person: str):
    await sends(acme.olivia, GOOD)
    (file,) = (await acme.olivia.asks("GET", FILES))["files"]
    refused: Agent = getattr(acme, person)
    await refused.signs_in()
    status, said = await sends(refused, GOOD)
    assert (status, said["code"]) == (403, "not-allowed")
    assert "owners and admins" in said["detail"]
    for method, path in (("GET", FILES), ("DELETE", f"{FILES}/{file['id']}")):
        with pytest.raises(Refused, match="not-allowed"):
            await refused.asks(method, path)
    assert await counted(acme) == (3, 2, 1)


async def test_an_admin_may(acme: Company):
    admin = await acme.product.takes_on(acme, "Adam", Role.ADMIN)
    await admin.signs_in()
    assert (await sends(admin, GOOD))[0] == 200


async def test_a_key_may_read_figures_and_nothing_of_this(acme: Company):
    async with acme.product.services.database.work(acme.tenant) as work:
        key = await report_tokens.make_token(
            work, "a notebook", datetime.now(UTC), timedelta(days=1), sees_numbers=True
        )
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/octet-stream"}
    for method, path in (("GET", ""), ("POST", "?name=x"), ("DELETE", f"/{uuid4()}")):
        async with acme.product.http.request(
            method, f"{acme.product.address}{FILES}{path}", headers=headers
        ) as got:
            assert (got.status, (await got.json())["code"]) == (401, "signed-out")


async def test_what_is_too_large_is_refused_before_it_is_read(acme: Company):
    async def forever():
        while True:
            yield b"x" * 2**20

    status, said = await sends(acme.olivia, forever())
    assert (status, said["code"]) == (413, "file-too-large")
    assert "64 MB" in said["detail"]


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "queue_entered_at"), (b"\x89PNG\r\n\x1a\n", "table"), (b"PAR1 and no more", "table")],
)
async def test_what_is_no_table_is_refused(acme: Company, content: bytes, why: str):
    status, said = await sends(acme.olivia, content)
    assert (status, said["code"]) == (400, "not-a-table")
    assert why in said["detail"]


async def test_calls_of_our_own_days_are_refused(acme: Company):
    await acme.on_duty("Ana")
    await acme.ana.is_rung_by(await acme.rings())
    await acme.product.the_books_are_right()
    row = b"2099-02-01 09:00,2099-02-01 09:00:02,,Zoe,100,\n"
    status, said = await sends(acme.olivia, GOOD + row)
    assert (status, said["code"]) == (409, "own-days")
    assert await counted(acme) == (0, 0, 0)


async def test_another_company_never_sees_or_takes_back_a_file(
    acme: Company, lasting_product: Product
):
    globex = await with_an_owner(lasting_product, "Globex")
    await sends(acme.olivia, GOOD)
    (file,) = (await acme.olivia.asks("GET", FILES))["files"]
    assert (await globex.olivia.asks("GET", FILES))["files"] == []
    answers: set[str] = set()
    for file_id in (file["id"], str(UUID(int=3))):
        with pytest.raises(Refused, match="404 no-such-file") as refused:
            await globex.olivia.asks("DELETE", f"{FILES}/{file_id}")
        answers.add(str(refused.value))
    assert len(answers) == 1
    assert await counted(acme) == (3, 2, 1)
    assert (await sends(globex.olivia, GOOD))[1]["known_since"] is None, "it is new to them"
    await acme.olivia.asks("DELETE", f"{FILES}/{file['id']}")
    assert await counted(globex) == (3, 2, 1)


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data"])
async def test_a_file_says_that_it_is_one_which_no_form_can(acme: Company, kind: str):
    status, said = await sends(acme.olivia, GOOD, **{"Content-Type": kind})
    assert (status, said["code"]) == (415, "not-a-file")


async def test_another_sites_page_brings_nothing_in(acme: Company):
    status, said = await sends(acme.olivia, GOOD, Origin="http://evil.example")
    assert (status, said["code"]) == (403, "foreign-origin")
    assert (await acme.olivia.asks("GET", FILES))["files"] == []


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 201])
async def test_a_file_has_a_name_that_can_be_shown(acme: Company, name: str):
    status, said = await sends(acme.olivia, GOOD, name)
    assert (status, said["code"]) == (400, "not-understood")


async def test_an_upload_that_breaks_off_leaves_the_way_free(acme: Company):
    async def breaks_off():
        yield GOOD
        raise ConnectionResetError

    with pytest.raises(aiohttp.ClientError):
        await sends(acme.olivia, breaks_off())
    assert await counted(acme) == (0, 0, 0)

    async def is_brought_in() -> bool:
        return (await sends(acme.olivia, GOOD))[0] == 200

    await eventually(is_brought_in)
    assert await counted(acme) == (3, 2, 1)


def test_one_file_of_a_company_is_on_its_way_at_once():
    uploads, acme, globex = Uploads(), uuid4(), uuid4()
    with uploads.one_of(acme), uploads.one_of(globex):
        with pytest.raises(FileUnderway), uploads.one_of(acme):
            pass
        with pytest.raises(FileUnderway), uploads.one_of(globex):
            pass
    with uploads.one_of(acme):
        pass
