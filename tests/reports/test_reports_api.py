"""Figures by HTTP: the same in every format, told with their formulas, and of one company only."""

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import aiohttp
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from backend.measures.catalogue import MEASURES
from backend.reports.formats import without_spells
from backend.store import report_tokens
from tests.house.command_line import give
from tests.stories.company import Company, Refused


async def a_morning(company: Company) -> None:
    """One caller is answered, one gives up, and one is left waiting."""
    await company.on_duty("Ana")
    answered = await company.rings("+15550001111")
    await company.ana.answers(answered)
    await company.ana.hangs_up(answered)
    gives_up = await company.rings("+15550002222")
    await company.ana.sees_call(gives_up, "ringing")
    await gives_up.hangs_up()
    await company.ana.sees_call(gives_up, "ended")
    waits = await company.rings("+15550003333")
    await company.ana.sees_call(waits, "ringing")
    await company.product.the_books_are_right()


async def key_of(company: Company, **wishes: Any) -> str:
    wishes = {"lasts": timedelta(days=1), "sees_numbers": False} | wishes
    async with company.product.services.database.work(company.tenant) as work:
        return await report_tokens.make_token(work, "a notebook", datetime.now(UTC), **wishes)


async def asked(
    company: Company, path: str, key: str | None = None, **query: str
) -> tuple[aiohttp.ClientResponse, bytes]:
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    address = f"{company.product.address}/api/reports/{path}"
    async with company.product.http.get(address, params=query, headers=headers) as got:
        return got, await got.read()


async def test_a_supervisor_reads_todays_figures_and_the_calls_behind_them(acme: Company):
    await a_morning(acme)
    (today,) = await acme.sam.asks("GET", "/api/reports/intervals")
    counts = {name: today[name] for name in ("offered", "answered", "abandoned", "open")}
    assert counts == {"offered": 3, "answered": 1, "abandoned": 1, "open": 1}
    assert today["is_final"] is False
    assert today["sl_d"] == 1
    calls = await acme.sam.asks("GET", "/api/reports/calls")
    assert [call["caller"] for call in calls] == ["+15550001111", "+15550002222", "+15550003333"]
    assert [call["outcome"] for call in calls] == ["answered", "abandoned", "open"]
    assert calls[0]["agent_name"] == "Ana"
    history = await acme.sam.asks("GET", f"/api/calls/{calls[0]['call_id']}")
    assert history["journal"][0]["event"] == "call-arrived"
    (abandoned,) = await acme.sam.asks("GET", "/api/reports/calls?outcome=abandoned")
    assert abandoned == calls[1]


async def test_where_nobody_called_there_is_a_row_and_no_share(acme: Company):
    rows = await acme.sam.asks(
        "GET", "/api/reports/intervals?first=2026-01-01&last=2026-01-02&size=hour"
    )
    assert len(rows) == 48
    assert {(row["offered"], row["sl_e"], row["asa"]) for row in rows} == {(0, None, None)}
    assert rows[0]["slot"] == "2026-01-01T00:00:00+00:00"


async def test_days_are_the_companys_own(acme: Company):
    database = acme.product.settings.database_url or ""
    zone = ("--time-zone", "Asia/Kathmandu")
    await give("company-rules", "--tenant", str(acme.tenant), *zone, DATABASE_URL=database)
    (day,) = await acme.sam.asks("GET", "/api/reports/intervals?first=2026-01-01&last=2026-01-01")
    assert (day["slot"], day["start"]) == ("2026-01-01T00:00:00+05:45", "2025-12-31T18:15:00Z")


async def test_broken_down_each_agent_and_queue_has_its_own_row(acme: Company):
    await a_morning(acme)
    (of_ana,) = await acme.sam.asks("GET", "/api/reports/intervals?by=agent")
    assert (of_ana["agent"], of_ana["agent_name"]) == (str(acme.ana.id), "Ana")
    assert (of_ana["answered"], of_ana["offered"]) == (1, 1)
    (of_queue,) = await acme.sam.asks("GET", "/api/reports/intervals?by=queue")
    assert (of_queue["queue"], of_queue["offered"]) == (acme.number, 3)
    (none,) = await acme.sam.asks("GET", "/api/reports/intervals?queue=Sales")
    assert none["offered"] == 0


async def test_an_agents_time_adds_up_and_a_break_is_no_occupancy(acme: Company):
    await a_morning(acme)
    await acme.ana.goes("away")
    await acme.ana.sees(lambda _: acme.ana.shows(acme.ana) == "away")
    acme.product.clock.later += timedelta(minutes=10)
    await acme.product.the_books_are_right()
    rows = await acme.sam.asks("GET", "/api/reports/agents")
    ana = next(row for row in rows if row["agent_name"] == "Ana")
    parts = ("talk", "consult", "hold", "dial", "wrap_up", "available", "away", "unreachable")
    assert ana["logged_in_seconds"] == pytest.approx(sum(ana[f"{p}_seconds"] for p in parts))
    assert ana["away_seconds"] >= 600
    busy = sum(ana[f"{part}_seconds"] for part in parts[:5])
    assert ana["occupancy"] == pytest.approx(busy / (busy + ana["available_seconds"]))
    with pytest.raises(Refused, match="too-many-days"):
        await acme.sam.asks("GET", "/api/reports/agents?first=2025-01-01&last=2026-01-01")


async def test_every_format_says_the_same(acme: Company):
    await a_morning(acme)
    for path in ("intervals", "calls"):
        rows = await acme.sam.asks("GET", f"/api/reports/{path}")
        key = await key_of(acme, sees_numbers=True)
        _, arrow = await asked(acme, path, key, format="arrow")
        table = pa.ipc.open_stream(BytesIO(arrow)).read_all()
        got, file = await asked(acme, path, key, format="parquet")
        assert got.headers["Content-Disposition"] == f'attachment; filename="{path}.parquet"'
        assert got.headers["Content-Type"] == "application/vnd.apache.parquet"
        assert parquet.read_table(BytesIO(file)) == table
        _, text = await asked(acme, path, key, format="csv")
        lines = csv.read_csv(BytesIO(text))
        assert lines.num_rows == table.num_rows == len(rows)
        assert lines.column_names == table.column_names == list(rows[0])
        times = {"start", "end", "entered_at", "ended_at"}
        told = [
            {name: value for name, value in row.items() if name not in times}
            for row in table.to_pylist()
        ]
        assert told == [
            {name: value for name, value in row.items() if name not in times} for row in rows
        ]


def test_what_a_caller_chose_is_no_formula_in_a_spreadsheet():
    told = ["=1+1", "+15550001111", "@x", "-2+3", "-7.5", "Ana", "", None, "+1555•••••11"]
    batch = pa.RecordBatch.from_pydict({"queue": told, "n": list(range(len(told)))})
    assert without_spells(batch).to_pydict()["queue"] == [
        "'=1+1",
        "+15550001111",
        "'@x",
        "'-2+3",
        "-7.5",
        "Ana",
        "",
        None,
        "'+1555•••••11",
    ]


async def test_no_figure_comes_without_its_formula(acme: Company):
    catalogue = await acme.ada.asks("GET", "/api/reports/measures")
    assert [each["name"] for each in catalogue["measures"]] == list(MEASURES)
    level = next(e for e in catalogue["measures"] if e["name"] == catalogue["default_level"])
    assert level["formula"] == "At / (A + B - Bs), T = 20 s, S = 5 s"
    (today,) = await acme.ada.asks("GET", "/api/reports/intervals")
    assert set(MEASURES) <= set(today)


async def test_an_analyst_and_a_key_see_numbers_only_if_they_may(acme: Company):
    await a_morning(acme)
    (call, *_) = await acme.ada.asks("GET", "/api/reports/calls")
    assert call["caller"] == "+1555•••••11"
    for sees, number in ((False, "+1555•••••11"), (True, "+15550001111")):
        _, body = await asked(acme, "calls", await key_of(acme, sees_numbers=sees))
        assert json.loads(body)[0]["caller"] == number


async def test_a_key_reads_its_own_company_until_it_is_revoked_and_nothing_but_figures(
    acme: Company, globex: Company
):
    await a_morning(acme)
    key = await key_of(globex)
    got, body = await asked(globex, "calls", key)
    assert (got.status, json.loads(body)) == (200, [])
    for path in ("board", "calls", "me"):
        address = f"{acme.product.address}/api/{path}"
        headers = {"Authorization": f"Bearer {await key_of(acme)}"}
        async with acme.product.http.get(address, headers=headers) as answer:
            assert answer.status == 401
    async with globex.product.services.database.work(globex.tenant) as work:
        assert await report_tokens.revoke_tokens(work, "a notebook", datetime.now(UTC)) == 1
    got, body = await asked(globex, "calls", key)
    assert (got.status, json.loads(body)["code"]) == (401, "no-such-key")


async def test_what_is_no_key_opens_nothing(acme: Company, globex: Company):
    key = await key_of(acme)
    secret = report_tokens.read_token(key.removeprefix(report_tokens.PREFIX))
    assert secret is not None
    theirs = report_tokens.Token(globex.tenant, secret.secret)
    session = next(iter(acme.sam.http.cookie_jar)).value
    wrong = ("", "x", key[:-3], report_tokens.PREFIX + theirs.text, f"patchbay_report_{session}")
    for attempt in (*wrong, await key_of(acme, lasts=timedelta(0))):
        got, body = await asked(acme, "measures", attempt)
        assert (got.status, json.loads(body)["code"]) == (401, "no-such-key"), attempt


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("first=2026-01-02&last=2026-01-01", "backward-days"),
        ("first=1969-01-01", "no-such-days"),
        ("first=1990-01-01&size=15min", "too-many-slots"),
        ("first=2025-01-01&last=2026-01-01&size=15min&format=json", "too-many-rows"),
        ("size=fortnight", "not-understood"),
        ("queue=%00", "no-such-queue"),
    ],
)
async def test_what_cannot_be_answered_is_refused_with_what_to_do(
    acme: Company, query: str, code: str
):
    with pytest.raises(Refused) as refused:
        await acme.sam.asks("GET", f"/api/reports/intervals?{query}")
    assert refused.value.code == code


async def test_keys_are_made_listed_and_revoked_by_a_command(acme: Company):
    database = acme.product.settings.database_url or ""

    async def command(*words: str) -> Any:
        return await give(
            "report-token", "--tenant", str(acme.tenant), *words, DATABASE_URL=database
        )

    made = await command("--make", "Jupyter of Ada", "--sees-numbers", "--days", "7")
    key, told, *_ = made.out.splitlines()
    assert "only time" in told
    got, _ = await asked(acme, "measures", key)
    assert got.status == 200
    listed = (await command()).out
    assert "Jupyter of Ada: works until" in listed
    assert "sees numbers" in listed
    assert key not in listed
    assert (await command("--revoke", "Jupyter of Bob")).status == 1
    assert "Jupyter of Ada: revoked" in (await command("--revoke", "Jupyter of Ada")).out
    got, _ = await asked(acme, "measures", key)
    assert got.status == 401
