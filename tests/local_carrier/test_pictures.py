"""Pictures that go with a text: fetched, kept, shown, or not to be had.

The clock is moved by hand: nothing happens before it is time.
"""

import pytest

from backend.local_carrier.clock import MovedClock
from tests.local_carrier.customer import Customer, Reply
from tests.local_carrier.lab import Company, Lab
from tests.local_carrier.refusals import refusal_of
from tests.local_carrier.texts import PICTURE, WHOLE_ROAD, picture_of, text


@pytest.fixture
async def lab(still_lab: Lab) -> Lab:
    return still_lab


async def test_a_picture_is_fetched_kept_and_shown(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.answers("/cat.png", Reply(PICTURE, "image/png"))
    sent = await text(acme, body="", media_url=[customer.url("/cat.png")])
    assert (sent.sid[:2], sent.num_media, sent.num_segments) == ("MM", "1", "1")
    await clock.move(WHOLE_ROAD)
    (got,) = customer.at("/cat.png")
    assert (got.method, got.is_signed_with(acme.auth_token)) == ("GET", True)
    (media,) = await acme.twilio.messages(sent.sid).media.list_async()
    assert (media.content_type, media.parent_sid) == ("image/png", sent.sid)
    assert (
        await acme.twilio.messages(sent.sid).media.list_async(date_created_before="2020-01-01")
        == []
    )
    path = media.uri.removesuffix(".json")
    assert await picture_of(acme, path) == (200, "image/png", PICTURE)
    await acme.twilio.messages(sent.sid).media(media.sid).delete_async()
    assert (await picture_of(acme, path))[0] == 404
    assert await refusal_of(acme.twilio.messages(sent.sid).media(media.sid).fetch_async()) == (
        404,
        20404,
    )


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(status=404), 11200),
        (Reply("<html/>", "text/html"), 12300),
        (Reply(b"x" * 5_000_001, "image/png"), 11751),
    ],
)
async def test_a_text_whose_picture_cannot_be_had_fails(
    acme: Company, customer: Customer, clock: MovedClock, reply: Reply, code: int
) -> None:
    customer.answers("/cat.png", reply)
    sent = await text(acme, media_url=[customer.url("/cat.png")])
    await clock.move(WHOLE_ROAD)
    fetched = await acme.twilio.messages(sent.sid).fetch_async()
    assert (fetched.status, fetched.error_code) == ("failed", code)


async def test_a_picture_that_cannot_be_had_does_not_make_those_before_it_more(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.answers("/cat.png", Reply(PICTURE, "image/png"))
    pictures = [customer.url(path) for path in ("/cat.png", "/none.png", "/cat.png")]
    sent = await text(acme, media_url=pictures)
    assert sent.num_media == "3"
    await clock.move(WHOLE_ROAD)
    fetched = await acme.twilio.messages(sent.sid).fetch_async()
    assert (fetched.status, fetched.error_code, fetched.num_media) == ("failed", 11200, "3")
    assert len(await acme.twilio.messages(sent.sid).media.list_async()) == 1
    assert len(customer.at("/cat.png")) == 1


async def test_a_long_text_may_go_as_one_mms(acme: Company) -> None:
    sent = await text(acme, body="x" * 1600, send_as_mms=True)
    assert (sent.sid[:2], sent.num_segments, sent.num_media) == ("MM", "1", "0")
