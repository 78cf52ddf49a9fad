"""Who wants no more texts, and who wants them again.

The clock is moved by hand: nothing happens before it is time.
"""

from pathlib import Path

import pytest

from backend.local_carrier.clock import MovedClock
from backend.local_carrier.server import carrier
from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Lab
from tests.local_carrier.refusals import refusal_of
from tests.local_carrier.texts import ANA, BEN, WHOLE_ROAD, text
from tests.serving import served


@pytest.fixture
async def lab(still_lab: Lab) -> Lab:
    return still_lab


@pytest.mark.parametrize(
    "word",
    ["STOP", " stop\n", "Unsubscribe", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"],
)
async def test_who_says_stop_is_texted_no_more(
    acme: Company, customer: Customer, clock: MovedClock, word: str
) -> None:
    await acme.takes_texts_at("/sms")
    customer.twiml("/sms", "<Message>You cannot leave</Message>")
    came_in = await acme.is_texted(word)
    await clock.move(WHOLE_ROAD)
    (answer,) = await acme.lab.texts(to=ANA)
    assert answer["body"].startswith("You have successfully been unsubscribed.")
    assert (answer["status"], answer["direction"]) == ("delivered", "outbound-reply")
    assert [got.fields["Body"] for got in customer.at("/sms")] == [word]
    (seen,) = await acme.lab.texts(sid=came_in["sid"])
    assert any("21610" in note["text"] for note in seen["log"])
    assert await refusal_of(text(acme)) == (400, 21610)
    assert (await text(acme, to=BEN)).status == "queued"


async def test_only_a_single_word_counts(acme: Company, clock: MovedClock) -> None:
    await acme.is_texted("please stop")
    await clock.move(WHOLE_ROAD)
    assert await acme.lab.texts(to=ANA) == []
    await text(acme)


@pytest.mark.parametrize("word", ["START", "yes", "UNSTOP"])
async def test_who_says_start_is_texted_again(acme: Company, clock: MovedClock, word: str) -> None:
    await acme.is_texted("STOP")
    await acme.is_texted(word)
    await clock.move(WHOLE_ROAD)
    assert (await text(acme)).status == "queued"
    _, answer, _ = await acme.lab.texts(to=ANA)
    assert answer["body"].startswith("You have successfully been re-subscribed")


async def test_what_changes_nothing_is_not_answered(acme: Company, clock: MovedClock) -> None:
    await acme.is_texted("YES")
    await acme.is_texted("STOP")
    await acme.is_texted("STOP")
    await clock.move(WHOLE_ROAD)
    assert len(await acme.lab.texts(to=ANA)) == 1


@pytest.mark.parametrize("word", ["HELP", "info"])
async def test_help_is_answered_even_to_who_has_left(
    acme: Company, clock: MovedClock, word: str
) -> None:
    await acme.is_texted("STOP")
    await acme.is_texted(word)
    await clock.move(WHOLE_ROAD)
    _, answer = await acme.lab.texts(to=ANA)
    assert answer["body"] == "Reply STOP to unsubscribe. Msg&Data Rates May Apply."


async def test_each_number_is_left_for_itself(
    acme: Company, globex: Company, clock: MovedClock
) -> None:
    await acme.is_texted("STOP")
    other = await acme.twilio.incoming_phone_numbers.create_async(area_code="415")
    assert (await text(acme, from_=other.phone_number)).status == "queued"
    assert (await text(globex)).status == "queued"


async def test_who_has_left_is_remembered_by_the_next_carrier(
    acme: Company, clock: MovedClock, tmp_path: Path
) -> None:
    await acme.is_texted("STOP")
    async with served(carrier(tmp_path, media="null")) as address, Lab.at(address) as lab:
        again = lab.client(acme.account_sid, acme.auth_token, acme.account_sid)
        attempt = again.messages.create_async(to=ANA, from_=acme.number, body="Hello")
        assert await refusal_of(attempt) == (400, 21610)
