"""Usage records: what an account has used, by category and by span of days."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from backend.local_carrier.clock import MovedClock
from tests.local_carrier.customer import Customer, Reply
from tests.local_carrier.lab import Company, Lab
from tests.local_carrier.refusals import refusal_of

ANA = "+15557654321"
A_DAY = 86_400.0


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock(begins=datetime(2026, 1, 30, 12, tzinfo=UTC))


@pytest.fixture
async def lab(still_lab: Lab) -> Lab:
    return still_lab


async def used(records: Any, **which: Any) -> dict[str, tuple[str, str]]:
    """Count and usage of each category that there was any of."""
    listed = await records.list_async(**which)
    return {r.category: (r.count, r.usage) for r in listed if r.usage != "0"}


async def test_each_kind_of_call_and_text_is_counted_where_it_belongs(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    acme.answers_calls_with("<Say>Hello</Say><Pause length='61'/>")
    await acme.is_called()
    await acme.connects()
    rings = "<Response><Pause length='10'/></Response>"
    await acme.twilio.calls.create_async(to=ANA, from_=acme.number, twiml=rings)
    unanswered = "+15005550012"
    await acme.twilio.calls.create_async(to=unanswered, from_=acme.number, twiml=rings)
    await acme.is_texted("x" * 200)
    customer.answers("/cat.png", Reply(b"a cat", "image/png"))
    picture = customer.url("/cat.png")
    send = acme.twilio.messages.create_async
    await send(to=ANA, from_=acme.number, body="x")
    await send(to=ANA, from_=acme.number, media_url=[picture])
    await send(to="+15005550026", from_=acme.number, body="fails")
    await clock.move(200)
    assert await used(acme.twilio.usage.records) == {
        "calls": ("3", "5"),
        "calls-inbound": ("1", "2"),
        "calls-client": ("1", "2"),
        "calls-outbound": ("1", "1"),
        "sms": ("2", "3"),
        "sms-inbound": ("1", "2"),
        "sms-outbound": ("1", "1"),
        "mms": ("1", "1"),
        "mms-outbound": ("1", "1"),
        "phonenumbers": ("1", "1"),
    }


async def test_a_recording_counts_its_minutes(acme: Company, clock: MovedClock) -> None:
    talk = "<Response><Pause length='70'/></Response>"
    await acme.twilio.calls.create_async(to=ANA, from_=acme.number, twiml=talk, record=True)
    await clock.move(200)
    (record,) = await acme.twilio.usage.records.list_async(category="recordings")
    assert (record.count, record.usage, record.usage_unit) == ("1", "2", "minutes")


async def test_a_record_says_what_it_counts_and_costs_nothing(acme: Company) -> None:
    records = {r.category: r for r in await acme.twilio.usage.records.list_async()}
    assert len(records) == 13
    calls, total = records["calls"], records["totalprice"]
    assert (calls.count_unit, calls.usage_unit, calls.price) == ("calls", "minutes", None)
    assert (calls.start_date, calls.end_date) == (date(2026, 1, 30),) * 2
    assert (total.usage, total.usage_unit, total.count) == ("0", "usd", None)
    assert "Records/LastMonth.json?Category=calls" in calls.subresource_uris["last_month"]
    assert await acme.twilio.usage.records.list_async(category="pigeons") == []


async def test_days_months_and_years_are_told_apart(acme: Company, clock: MovedClock) -> None:
    await acme.is_texted("in January")
    await clock.move(3 * A_DAY)
    await acme.is_texted("in February")
    await acme.is_texted("and again")
    await clock.move(A_DAY)
    records = acme.twilio.usage.records

    async def counts(part: Any, **which: Any) -> list[tuple[str, str]]:
        listed = await part.list_async(category="sms", **which)
        return [(f"{r.start_date}/{r.end_date}", r.count) for r in listed]

    assert await counts(records.today) == [("2026-02-03/2026-02-03", "0")]
    assert await counts(records.yesterday) == [("2026-02-02/2026-02-02", "2")]
    assert await counts(records.this_month) == [("2026-02-01/2026-02-03", "2")]
    assert await counts(records.last_month) == [("2026-01-01/2026-01-31", "1")]
    assert await counts(records.all_time) == [("2026-01-30/2026-02-03", "3")]
    assert await counts(records.yearly) == [("2026-01-01/2026-12-31", "3")]
    assert await counts(records.monthly) == [
        ("2026-02-01/2026-02-28", "2"),
        ("2026-01-01/2026-01-31", "1"),
    ]
    daily = await counts(records.daily)
    assert [count for _, count in daily] == ["0", "2", "0", "0", "1"]
    assert daily[0][0] == "2026-02-03/2026-02-03"
    assert await counts(records.daily, start_date="2026-02-01", end_date="2026-02-02") == daily[1:3]
    two_days = await counts(records, start_date="-2days", end_date="2026-02-28")
    assert two_days == [("2026-02-01/2026-02-03", "2")]
    assert await counts(records, end_date="2025-12-31") == []
    assert await refusal_of(records.list_async(start_date="soon")) == (400, 20001)


async def test_a_number_is_used_from_the_day_on_which_it_was_bought(
    acme: Company, clock: MovedClock
) -> None:
    await clock.move(A_DAY)
    await acme.twilio.incoming_phone_numbers.create_async(area_code="415")
    await clock.move(A_DAY)
    daily = await acme.twilio.usage.records.daily.list_async(category="phonenumbers")
    assert [record.count for record in daily] == ["2", "2", "1"]


async def test_an_owner_counts_its_subaccounts_too_unless_it_says_otherwise(
    acme: Company, globex: Company
) -> None:
    branch = await acme.twilio.api.accounts.create_async(friendly_name="Branch")
    theirs = acme.lab.client(branch.sid, branch.auth_token, branch.sid)
    await theirs.incoming_phone_numbers.create_async(area_code="415")
    records = acme.twilio.usage.records
    assert await used(records, category="phonenumbers") == {"phonenumbers": ("2", "2")}
    own = await used(records, category="phonenumbers", include_subaccounts=False)
    assert own == {"phonenumbers": ("1", "1")}
    assert await used(theirs.usage.records) == {"phonenumbers": ("1", "1")}
    assert await used(globex.twilio.usage.records) == {"phonenumbers": ("1", "1")}
