"""<Enqueue>, <Leave> and <Queue>: who waits, what they are told, and who takes them."""

import pytest

from backend.local_carrier.clock import MovedClock
from tests.local_carrier.customer import Customer, Got, Reply
from tests.local_carrier.lab import Company, Lab, Phone

ENQUEUE = "<Enqueue action='/left' waitUrl='/wait'>support</Enqueue>"
TAKE = "<Dial action='/taken'><Queue>support</Queue></Dial>"


@pytest.fixture
async def lab(still_lab: Lab) -> Lab:
    return still_lab


@pytest.fixture(autouse=True)
def answers(acme: Company, customer: Customer) -> None:
    acme.answers_callers_and_agents(ENQUEUE, TAKE)
    customer.twiml("/wait", "<Pause length='10'/>")
    customer.twiml("/left", "<Pause length='600'/>")
    customer.twiml("/taken", "<Pause length='600'/>")


@pytest.fixture
async def support(acme: Company) -> str:
    """The SID of the queue."""
    return (await acme.twilio.queues.create_async("support")).sid


def told_of(phone: Phone, got: list[Got]) -> list[dict[str, str]]:
    return [each.fields for each in got if each.fields["CallSid"] == phone.sid]


async def test_whoever_waits_is_told_their_place_and_everybodys_time(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    first = await acme.is_called()
    await clock.move(4)
    second = await acme.is_called()
    await clock.move(6)
    at_first, later = told_of(first, customer.at("/wait"))
    assert (at_first["QueuePosition"], at_first["QueueTime"]) == ("1", "0")
    assert (at_first["CurrentQueueSize"], at_first["MaxQueueSize"]) == ("1", "1000")
    assert (later["QueuePosition"], later["QueueTime"]) == ("1", "10")
    assert (later["CurrentQueueSize"], later["AvgQueueTime"]) == ("2", "8")
    (behind,) = told_of(second, customer.at("/wait"))
    assert (behind["QueuePosition"], behind["AvgQueueTime"]) == ("2", "2")
    (queue,) = await acme.twilio.queues.list_async()
    assert {queue.sid} == {each["QueueSid"] for each in (at_first, later, behind)}
    assert (queue.friendly_name, queue.current_size, queue.average_wait_time) == ("support", 2, 8)


async def test_a_wait_document_of_a_queue_loops_and_that_of_a_conference_does_not(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    """When it runs out of verbs "Twilio re-requests the waitUrl"; in a conference "silence will be
    played"."""
    customer.twiml("/short", "<Pause length='2'/>")
    customer.twiml("/once", "<Pause length='2'/>")
    acme.answers_callers_and_agents(
        "<Enqueue waitUrl='/short'>support</Enqueue>",
        "<Dial><Conference waitUrl='/once'>room</Conference></Dial>",
    )
    await acme.is_called()
    await acme.connects()
    await clock.move(9)
    assert len(customer.at("/short")) == 5
    assert len(customer.at("/once")) == 1


async def test_after_a_redirect_a_wait_document_begins_again_at_the_wait_url(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.twiml("/wait", "<Redirect>/more</Redirect>")
    customer.twiml("/more", "<Pause length='10'/>")
    await acme.is_called()
    await clock.move(15)
    assert [len(customer.at(path)) for path in ("/wait", "/more")] == [2, 2]
    assert customer.at("/more")[1].fields["QueueTime"] == "10"


async def test_a_wait_document_that_cannot_be_had_is_silence_and_is_asked_for_again(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.answers("/wait", Reply(status=500))
    caller = await acme.is_called()
    await clock.move(2.5)
    assert len(customer.at("/wait")) == 3
    assert (await caller.look())["status"] == "in-progress"


async def test_a_wait_document_with_an_error_ends_the_waiting(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.twiml("/wait", "<Dial>+15557770001</Dial>")
    await acme.is_called()
    await clock.move(1)
    (left,) = customer.at("/left")
    assert left.fields["QueueResult"] == "error"
    assert len(customer.at("/wait")) == 1


async def test_leave_goes_on_behind_the_enqueue(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    acme.answers_calls_with(
        "<Enqueue waitUrl='/wait'>support</Enqueue><Say>The line has closed</Say>"
    )
    customer.twiml("/wait", "<Pause length='5'/><Leave/><Say>Never said</Say>")
    caller = await acme.is_called()
    await clock.move(6)
    said = [line["text"] for line in (await caller.look())["log"] if "says:" in line["text"]]
    assert said == ["says: The line has closed"]
    assert len(customer.at("/wait")) == 1


async def test_leave_is_told_to_the_action_at_once(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.twiml("/wait", "<Pause length='5'/><Leave/>")
    caller = await acme.is_called()
    await clock.move(5)
    (left,) = customer.at("/left")
    assert (left.fields["QueueResult"], left.fields["QueueTime"]) == ("leave", "5")
    assert (left.fields["CallSid"], left.fields["CallStatus"]) == (caller.sid, "in-progress")


async def test_a_wait_document_may_hang_up(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.twiml("/wait", "<Hangup/>")
    caller = await acme.is_called()
    await clock.move(1)
    assert (await caller.look())["status"] == "completed"
    assert customer.at("/left")[0].fields["QueueResult"] == "hangup"


async def test_a_full_queue_rejects(
    acme: Company, support: str, customer: Customer, clock: MovedClock
) -> None:
    await acme.twilio.queues(support).update_async(max_size=1)
    await acme.is_called()
    await clock.move(0)
    too_late = await acme.is_called()
    await clock.move(1)
    (left,) = customer.at("/left")
    assert (left.fields["CallSid"], left.fields["QueueResult"]) == (too_late.sid, "queue-full")
    assert "QueueSid" not in left.fields
    assert "QueueTime" not in left.fields


async def test_a_caller_who_hangs_up_leaves_the_queue(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    caller = await acme.is_called()
    behind = await acme.is_called()
    await clock.move(10)
    await caller.hangs_up()
    await clock.move(10)
    (left,) = customer.at("/left")
    assert (left.fields["QueueResult"], left.fields["QueueTime"]) == ("hangup", "10")
    assert told_of(behind, customer.at("/wait"))[-1]["QueuePosition"] == "1"


async def test_the_action_is_asked_when_the_conversation_is_over(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    """Where somebody dialled the queue, "the action URL is hit once when the bridged parties
    disconnect"."""
    caller = await acme.is_called()
    await clock.move(7)
    agent = await acme.connects()
    await clock.move(20)
    assert customer.at("/left") == []
    await agent.hangs_up()
    await clock.move(0)
    (left,) = customer.at("/left")
    assert (left.fields["QueueResult"], left.fields["QueueTime"]) == ("bridged", "7")
    (taken,) = customer.at("/taken")
    assert taken.fields["DialCallSid"] == caller.sid
    assert taken.fields["QueueSid"] == left.fields["QueueSid"]
    assert (taken.fields["QueueTime"], taken.fields["DialCallDuration"]) == ("7", "20")
    assert taken.fields["DequeingCallSid"] == agent.sid
    assert (await caller.look())["status"] == "in-progress"


async def test_of_two_takers_the_first_gets_the_first_caller(
    acme: Company, support: str, customer: Customer, clock: MovedClock
) -> None:
    ana, ben = await acme.connects(), await acme.connects()
    await clock.move(1)
    first = await acme.is_called()
    await clock.move(1)
    second = await acme.is_called()
    await clock.move(1)
    for caller in (first, second):
        await caller.hangs_up()
    await clock.move(0)
    taken = {got.fields["CallSid"]: got.fields["DialCallSid"] for got in customer.at("/taken")}
    assert taken == {ana.sid: first.sid, ben.sid: second.sid}
    assert customer.at("/wait") == []


async def test_the_caller_hears_a_document_before_they_are_connected(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    acme.answers_callers_and_agents(
        ENQUEUE, "<Dial action='/taken'><Queue url='/about'>support</Queue></Dial>"
    )
    customer.twiml("/about", "<Pause length='3'/>")
    caller = await acme.is_called()
    await clock.move(5)
    agent = await acme.connects()
    await clock.move(4)
    (about,) = customer.at("/about")
    assert (about.fields["CallSid"], about.fields["DequeingCallSid"]) == (caller.sid, agent.sid)
    assert about.fields["QueueTime"] == "5"
    await caller.hangs_up()
    await clock.move(0)
    assert customer.at("/taken")[0].fields["DialCallDuration"] == "1"


async def test_a_taker_who_vanishes_before_that_leaves_the_caller_first_in_the_queue(
    acme: Company, support: str, customer: Customer, clock: MovedClock
) -> None:
    acme.answers_callers_and_agents(ENQUEUE, "<Dial><Queue url='/about'>support</Queue></Dial>")
    customer.twiml("/about", "<Pause length='30'/>")
    caller, behind = await acme.is_called(), await acme.is_called()
    await clock.move(5)
    agent = await acme.connects()
    await clock.move(1)
    members = acme.twilio.queues(support).members
    assert [m.call_sid for m in await members.list_async()] == [behind.sid]
    await agent.hangs_up()
    await clock.move(0)
    assert [m.call_sid for m in await members.list_async()] == [caller.sid, behind.sid]
    again = told_of(caller, customer.at("/wait"))[-1]
    assert (again["QueuePosition"], again["QueueTime"]) == ("1", "6")
    assert customer.at("/left") == []


async def test_a_caller_who_vanishes_before_that_lets_the_taker_go_on(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    acme.answers_callers_and_agents(
        ENQUEUE, "<Dial action='/taken'><Queue url='/about'>support</Queue></Dial>"
    )
    customer.twiml("/about", "<Pause length='30'/>")
    caller = await acme.is_called()
    await clock.move(0)
    agent = await acme.connects()
    await clock.move(1)
    await caller.hangs_up()
    await clock.move(0)
    (taken,) = customer.at("/taken")
    assert (taken.fields["DialCallStatus"], taken.fields["DialBridged"]) == ("canceled", "false")
    assert customer.at("/left")[0].fields["QueueResult"] == "hangup"
    assert (await agent.look())["status"] == "in-progress"


async def test_what_is_heard_before_that_may_not_ask_anything(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    """Allowed "are Play, Say, Pause, and Redirect"."""
    acme.answers_callers_and_agents(ENQUEUE, "<Dial><Queue url='/about'>support</Queue></Dial>")
    customer.twiml("/about", "<Gather/>")
    caller = await acme.is_called()
    await clock.move(0)
    agent = await acme.connects()
    await clock.move(0)
    assert any("12200" in line["text"] for line in (await caller.look())["log"])
    assert any("talks to" in line["text"] for line in (await agent.look())["log"])


async def test_in_front_of_an_empty_queue_a_dial_waits_until_its_timeout(
    acme: Company, support: str, customer: Customer, clock: MovedClock
) -> None:
    await acme.connects()
    await clock.move(29)
    assert customer.at("/taken") == []
    await clock.move(1)
    (taken,) = customer.at("/taken")
    assert (taken.fields["DialCallStatus"], taken.fields["DialBridged"]) == ("no-answer", "false")
    await acme.is_called()
    await clock.move(0)
    assert len(customer.at("/wait")) == 1


async def test_a_queue_that_does_not_exist_is_an_error(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    await acme.connects()
    await clock.move(1)
    assert customer.at("/taken")[0].fields["DialCallStatus"] == "failed"
    assert await acme.twilio.queues.list_async() == []


async def test_a_caller_whom_rest_takes_from_a_conversation_was_redirected_from_bridged(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    caller = await acme.is_called()
    await clock.move(3)
    await acme.connects()
    await clock.move(5)
    elsewhere = "<Response><Pause length='60'/></Response>"
    await acme.twilio.calls(caller.sid).update_async(twiml=elsewhere)
    await clock.move(0)
    (left,) = customer.at("/left")
    assert (left.fields["QueueResult"], left.fields["QueueTime"]) == (
        "redirected-from-bridged",
        "3",
    )
    (taken,) = customer.at("/taken")
    assert taken.fields["DialCallStatus"] == "completed"
    assert "DialCallDuration" not in taken.fields
    assert (await caller.look())["status"] == "in-progress"


async def test_the_star_ends_the_conversation_for_both_if_asked_so(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    acme.answers_callers_and_agents(
        ENQUEUE, "<Dial action='/taken' hangupOnStar='true'><Queue>support</Queue></Dial>"
    )
    await acme.is_called()
    await clock.move(0)
    agent = await acme.connects()
    await clock.move(1)
    await agent.presses("*")
    await clock.move(0)
    assert customer.at("/taken")[0].fields["DialCallStatus"] == "completed"
    assert customer.at("/left")[0].fields["QueueResult"] == "bridged"
