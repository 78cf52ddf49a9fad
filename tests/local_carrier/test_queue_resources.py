"""Queues and their members in the REST API."""

import pytest
from twilio.base.exceptions import TwilioRestException

from backend.local_carrier.clock import MovedClock
from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Lab

NOBODY = "CA" + "0" * 32


@pytest.fixture
async def lab(still_lab: Lab) -> Lab:
    return still_lab


async def test_a_queue_lives_and_dies(acme: Company) -> None:
    queues = acme.twilio.queues
    made = await queues.create_async("support", max_size=3)
    assert (made.friendly_name, made.max_size, made.current_size) == ("support", 3, 0)
    assert (await queues.create_async("sales")).max_size == 1000
    renamed = await queues(made.sid).update_async(friendly_name="help", max_size=5000)
    assert (renamed.friendly_name, renamed.max_size) == ("help", 5000)
    assert [queue.friendly_name for queue in await queues.list_async()] == ["sales", "help"]
    assert (await queues(made.sid).fetch_async()).friendly_name == "help"
    await queues(made.sid).delete_async()
    with pytest.raises(TwilioRestException) as refusal:
        await queues(made.sid).fetch_async()
    assert (refusal.value.status, refusal.value.code) == (404, 20404)


async def test_a_queues_name_is_its_own_and_its_size_has_a_limit(acme: Company) -> None:
    queues = acme.twilio.queues
    made = await queues.create_async("support")
    other = await queues.create_async("sales")
    await queues(made.sid).update_async(friendly_name="support")
    for attempt, code in (
        (queues.create_async("support"), 20409),
        (queues(other.sid).update_async(friendly_name="support"), 20409),
        (queues.create_async("q" * 65), 20001),
        (queues.create_async(""), 20001),
        (queues.create_async("large", max_size=5001), 20001),
        (queues(made.sid).update_async(max_size=0), 20001),
    ):
        with pytest.raises(TwilioRestException) as refusal:
            await attempt
        assert refusal.value.code == code


async def test_a_queue_in_which_somebody_waits_cannot_be_removed(
    acme: Company, clock: MovedClock
) -> None:
    acme.answers_calls_with("<Enqueue waitUrl=''>support</Enqueue>")
    caller = await acme.is_called()
    await clock.move(0)
    (queue,) = await acme.twilio.queues.list_async()
    with pytest.raises(TwilioRestException) as refusal:
        await acme.twilio.queues(queue.sid).delete_async()
    assert (refusal.value.status, refusal.value.code) == (409, 20409)
    await caller.hangs_up()
    await acme.twilio.queues(queue.sid).delete_async()
    assert await acme.twilio.queues.list_async() == []


async def test_members_are_listed_in_order_and_fetched_by_sid_or_as_the_front(
    acme: Company, clock: MovedClock
) -> None:
    acme.answers_calls_with("<Enqueue waitUrl=''>support</Enqueue>")
    first = await acme.is_called()
    await clock.move(30)
    second = await acme.is_called()
    await clock.move(12)
    (queue,) = await acme.twilio.queues.list_async()
    members = acme.twilio.queues(queue.sid).members
    listed = await members.list_async()
    assert [(m.call_sid, m.position, m.wait_time) for m in listed] == [
        (first.sid, 1, 42),
        (second.sid, 2, 12),
    ]
    assert (await members("Front").fetch_async()).call_sid == first.sid
    fetched = await members(second.sid).fetch_async()
    assert (fetched.queue_sid, fetched.position) == (queue.sid, 2)


async def test_a_member_is_taken_out_of_the_queue_to_other_twiml(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    acme.answers_calls_with("<Enqueue action='/left' waitUrl=''>support</Enqueue>")
    customer.twiml("/left", "<Hangup/>")
    customer.twiml("/elsewhere", "<Pause length='60'/>")
    first, second = await acme.is_called(), await acme.is_called()
    await clock.move(9)
    (queue,) = await acme.twilio.queues.list_async()
    members = acme.twilio.queues(queue.sid).members
    taken = await members("Front").update_async(url=customer.url("/elsewhere"), method="GET")
    assert (taken.call_sid, taken.position, taken.wait_time) == (first.sid, 1, 9)
    await clock.move(0)
    (left,) = customer.at("/left")
    assert left.fields["CallSid"] == first.sid
    assert (left.fields["QueueResult"], left.fields["QueueTime"]) == ("redirected", "9")
    assert customer.at("/elsewhere")[0].method == "GET"
    # The action was told, and its <Hangup/> was ignored.
    assert (await first.look())["status"] == "in-progress"
    await members(second.sid).update_async(url=customer.url("/elsewhere"))
    for attempt, code in (
        (members(second.sid).update_async(url=customer.url("/elsewhere")), 20404),
        (members("Front").update_async(url=customer.url("/elsewhere")), 20404),
        (members("Front").fetch_async(), 20404),
        (members(NOBODY).fetch_async(), 20404),
    ):
        with pytest.raises(TwilioRestException) as refusal:
            await attempt
        assert refusal.value.code == code


async def test_a_member_needs_an_address_to_go_to(acme: Company, clock: MovedClock) -> None:
    acme.answers_calls_with("<Enqueue waitUrl=''>support</Enqueue>")
    await acme.is_called()
    await clock.move(0)
    (queue,) = await acme.twilio.queues.list_async()
    for url in ("", "/relative"):
        with pytest.raises(TwilioRestException) as refusal:
            await acme.twilio.queues(queue.sid).members("Front").update_async(url=url)
        assert refusal.value.code == 21205
    assert (await acme.twilio.queues(queue.sid).fetch_async()).current_size == 1
