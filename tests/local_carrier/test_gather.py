"""<Gather>: what is entered, when it is over, and who is asked."""

import pytest

from backend.local_carrier.clock import MovedClock
from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Lab, Phone

LONG = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
"""About five and a half seconds of speech."""
BEHIND = "<Say>Nothing was entered</Say>"


@pytest.fixture
async def lab(still_lab: Lab) -> Lab:
    return still_lab


@pytest.fixture(autouse=True)
def menu(customer: Customer) -> None:
    customer.twiml("/entered", "<Pause length='600'/>")


async def hears_menu(acme: Company, clock: MovedClock, gather: str) -> Phone:
    acme.answers_calls_with(gather + BEHIND)
    caller = await acme.is_called()
    await clock.move(0)
    return caller


async def fell_through(caller: Phone) -> bool:
    log = (await caller.look())["log"]
    return any(line["text"] == "says: Nothing was entered" for line in log)


async def test_the_finishing_key_submits_what_was_entered_without_itself(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    caller = await hears_menu(acme, clock, "<Gather action='/entered'/>")
    await caller.presses("12*34")
    await clock.move(1)
    assert customer.at("/entered") == []
    await caller.presses("#")
    await clock.move(0)
    (entered,) = customer.at("/entered")
    assert (entered.method, entered.fields["Digits"]) == ("POST", "12*34")
    assert entered.fields["CallSid"] == caller.sid


async def test_the_finishing_key_may_be_another_or_none(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    caller = await hears_menu(acme, clock, "<Gather action='/entered' finishOnKey='*'/>")
    await caller.presses("1#*")
    await clock.move(1)
    assert customer.at("/entered")[0].fields["Digits"] == "1#"
    caller = await hears_menu(
        acme, clock, "<Gather action='/entered' finishOnKey='' method='GET'/>"
    )
    await caller.presses("1#*")
    await clock.move(5)
    assert (customer.at("/entered")[1].method, customer.at("/entered")[1].fields["Digits"]) == (
        "GET",
        "1#*",
    )


async def test_so_many_digits_are_enough(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    caller = await hears_menu(acme, clock, "<Gather action='/entered' numDigits='5'/>")
    await caller.presses("9411")
    await clock.move(1)
    assert customer.at("/entered") == []
    await caller.presses("789")
    await clock.move(0)
    assert [got.fields["Digits"] for got in customer.at("/entered")] == ["94117"]


async def test_the_time_out_begins_anew_with_every_key(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    caller = await hears_menu(acme, clock, "<Gather action='/entered' timeout='3'/>")
    for digit in "123":
        await clock.move(2.5)
        await caller.presses(digit)
    await clock.move(2.5)
    assert customer.at("/entered") == []
    await clock.move(0.5)
    assert customer.at("/entered")[0].fields["Digits"] == "123"


async def test_the_time_out_begins_when_the_prompt_is_over(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    """Twilio "waits until all nested verbs have executed"."""
    prompt = "<Pause length='4'/><Pause length='4'/>"
    caller = await hears_menu(acme, clock, f"<Gather timeout='3'>{prompt}</Gather>")
    await clock.move(10.5)
    assert not await fell_through(caller)
    await clock.move(1)
    assert await fell_through(caller)


async def test_the_first_key_cuts_the_prompt_short(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    caller = await hears_menu(acme, clock, f"<Gather action='/entered'><Say>{LONG}</Say></Gather>")
    await clock.move(1)
    await caller.presses("7")
    await clock.move(4.5)
    assert customer.at("/entered") == []
    await clock.move(0.5)
    assert customer.at("/entered")[0].fields["Digits"] == "7"


@pytest.mark.parametrize("keys", ["", "#"])
async def test_without_input_nobody_is_asked_and_the_next_verb_runs(
    acme: Company, customer: Customer, clock: MovedClock, keys: str
) -> None:
    """Also if the caller "enters # before entering any other digits"."""
    caller = await hears_menu(acme, clock, "<Gather action='/entered'/>")
    await caller.presses(keys)
    await clock.move(5.1)
    assert await fell_through(caller)
    assert customer.at("/entered") == []


async def test_without_input_the_action_is_asked_if_it_always_is(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    await hears_menu(acme, clock, "<Gather action='/entered' actionOnEmptyResult='true'/>")
    await clock.move(5)
    assert customer.at("/entered")[0].fields["Digits"] == ""


async def test_without_an_action_the_current_document_is_asked_again(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    caller = await hears_menu(acme, clock, "<Gather numDigits='1'/>")
    await caller.presses("4")
    await clock.move(1)
    first, again = customer.at(acme.voice_path)
    assert "Digits" not in first.fields
    assert again.fields["Digits"] == "4"


async def test_keys_that_are_pressed_while_nobody_listens_are_lost(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    caller = await hears_menu(
        acme, clock, "<Pause length='2'/><Gather action='/entered' numDigits='1'/>"
    )
    await caller.presses("8")
    await clock.move(3)
    await caller.presses("9")
    await clock.move(0)
    assert [got.fields["Digits"] for got in customer.at("/entered")] == ["9"]


async def test_speech_is_told_with_its_partial_result(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.twiml("/partial", "")
    gather = "<Gather input='speech' action='/entered' partialResultCallback='/partial'/>"
    caller = await hears_menu(acme, clock, gather)
    await caller.presses("1")
    await caller.says("I would like to pay a bill")
    await clock.move(1)
    (entered,), (partial,) = customer.at("/entered"), customer.at("/partial")
    assert entered.fields["SpeechResult"] == "I would like to pay a bill"
    assert 0 <= float(entered.fields["Confidence"]) <= 1
    assert "Digits" not in entered.fields
    assert partial.fields["UnstableSpeechResult"] == "I would like to pay a bill"
    assert partial.fields["CallSid"] == caller.sid


async def test_of_keys_and_speech_the_first_counts(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    """Twilio "gives precedence to the first input it detects"."""
    gather = "<Gather input='dtmf speech' action='/entered' timeout='2'/>"
    caller = await hears_menu(acme, clock, gather)
    await caller.presses("3")
    await caller.says("No, four")
    await clock.move(2)
    assert customer.at("/entered")[0].fields["Digits"] == "3"
    caller = await hears_menu(acme, clock, gather)
    await caller.says("Three")
    await caller.presses("4")
    await clock.move(1)
    assert customer.at("/entered")[1].fields["SpeechResult"] == "Three"


async def test_words_do_not_cut_a_prompt_short_that_forbids_it(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    prompt = "<Pause length='4'/>"
    gather = f"<Gather input='speech' action='/entered' bargeIn='false'>{prompt}</Gather>"
    caller = await hears_menu(acme, clock, gather)
    await caller.says("Sales")
    await clock.move(3.5)
    assert customer.at("/entered") == []
    await clock.move(0.5)
    assert customer.at("/entered")[0].fields["SpeechResult"] == "Sales"


async def test_who_waits_in_a_queue_may_be_asked_too(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    acme.answers_calls_with("<Enqueue waitUrl='/wait'>support</Enqueue>")
    customer.twiml("/wait", "<Gather action='/entered' numDigits='1'/><Pause length='5'/>")
    customer.twiml("/entered", "<Pause length='7'/>")
    caller = await acme.is_called()
    await clock.move(2)
    await caller.presses("1")
    await clock.move(8)
    (entered,) = customer.at("/entered")
    assert (entered.fields["Digits"], entered.fields["QueuePosition"]) == ("1", "1")
    # Whatever the answer was, the waiting goes on with the wait document.
    assert len(customer.at("/wait")) == 2


async def test_who_waits_in_a_conference_is_not_asked(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    acme.answers_calls_with("<Dial><Conference waitUrl='/wait'>room</Conference></Dial>")
    customer.twiml("/wait", "<Gather action='/entered' numDigits='1'/>")
    caller = await acme.is_called()
    await clock.move(1)
    await caller.presses("1")
    await clock.move(10)
    assert customer.at("/entered") == []
    assert any("12200" in line["text"] for line in (await caller.look())["log"])


async def test_an_inline_document_needs_an_absolute_action(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    acme.answers_calls_with("<Pause length='600'/>")
    caller = await acme.is_called()
    await clock.move(0)
    gather = "<Response><Gather action='/entered' numDigits='1'/></Response>"
    await acme.twilio.calls(caller.sid).update_async(twiml=gather)
    await clock.move(0)
    await caller.presses("1")
    await clock.move(10)
    assert (await caller.look())["status"] == "completed"
    assert any("11100" in line["text"] for line in (await caller.look())["log"])
    assert customer.at("/entered") == []
