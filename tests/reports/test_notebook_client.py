"""`patchbay.connect()`: what an analyst writes in a notebook, against the running product."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import patchbay
import pytest

from backend.store import report_tokens
from tests.reports.test_reports_api import a_morning
from tests.stories.company import Company


async def connected(company: Company) -> patchbay.Figures:
    async with company.product.services.database.work(company.tenant) as work:
        lasts = timedelta(days=1)
        key = await report_tokens.make_token(
            work, "a notebook", datetime.now(UTC), lasts, sees_numbers=True
        )
    return await asyncio.to_thread(patchbay.connect, company.product.address, key)


async def test_an_analyst_has_figures_calls_and_events_as_frames(acme: Company):
    await a_morning(acme)
    figures = await connected(acme)

    def work() -> None:
        (today,) = figures.intervals().to_dict("records")
        assert (today["offered"], today["answered"], today["abandoned"]) == (3, 1, 1)
        assert figures.formulas["sl_e"] == "At / (A + B - Bs), T = 20 s, S = 5 s"
        (ana,) = figures.agents().to_dict("records")
        assert (ana["agent_name"], ana["answered"]) == ("Ana", 1)
        (time,) = figures.agent_time().to_dict("records")
        assert time["logged_in_seconds"] >= time["talk_seconds"] + time["available_seconds"] > 0
        assert 0 <= time["occupancy"] <= 1
        traffic = figures.traffic(size="whole")
        assert traffic["peak_calls"].iloc[0] == 1
        assert 0 < traffic["erlangs"].iloc[0] < 1
        calls = figures.calls(outcome=["answered", "abandoned"])
        assert list(calls["caller"]) == ["+15550001111", "+15550002222"]
        events = figures.events(calls["call_id"].iloc[0])
        assert list(events["event"][:2]) == ["call-arrived", "call-offered"]
        assert "Ana" in set(events["agent_name"])

    await asyncio.to_thread(work)


async def test_pandas_polars_and_arrow_say_the_same(acme: Company):
    await a_morning(acme)
    figures = await connected(acme)

    def work() -> None:
        asked: Any = {"first": "2026-01-01", "size": "day"}
        table = figures.intervals(**asked, as_="arrow")
        assert figures.intervals(**asked, as_="polars").to_arrow().to_pylist() == table.to_pylist()
        frame = figures.intervals(**asked)
        assert list(frame["offered"]) == table["offered"].to_pylist()
        assert frame["asa"].isna().sum() == table["asa"].null_count

    await asyncio.to_thread(work)


async def test_what_is_refused_says_what_to_do(acme: Company, monkeypatch: pytest.MonkeyPatch):
    figures = await connected(acme)
    with pytest.raises(patchbay.Refused, match="Ask for days in their order") as refused:
        await asyncio.to_thread(figures.intervals, "2026-01-02", "2026-01-01")
    assert refused.value.code == "backward-days"
    with pytest.raises(patchbay.Refused) as unknown:
        await asyncio.to_thread(figures.events, uuid4())
    assert unknown.value.code == "no-such-call"
    with pytest.raises(patchbay.Refused) as closed:
        await asyncio.to_thread(patchbay.connect, acme.product.address, "not a key")
    assert closed.value.code == "no-such-key"
    with pytest.raises(patchbay.Refused, match="does not answer") as silent:
        await asyncio.to_thread(patchbay.connect, "http://127.0.0.1:9", "a key")
    assert silent.value.code == "no-answer"
    monkeypatch.delenv("PATCHBAY_TOKEN", raising=False)
    with pytest.raises(patchbay.Refused, match="PATCHBAY_TOKEN"):
        patchbay.connect()


async def test_the_key_is_in_no_picture_of_it(acme: Company):
    figures = await connected(acme)
    assert report_tokens.PREFIX not in repr(figures)
    assert "UTC" in repr(figures)
