"""<Dial>: who rings, who wins, and what is told when it is over."""

import pytest

from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Lab, Phone
from tests.local_carrier.page import page
from tests.serving import eventually

ANSWERS = "+15557770001"
BUSY = "+15557770002"
NEVER = "+15557770003"


@pytest.fixture(autouse=True)
async def people_outside(lab: Lab) -> None:
    await lab.handset(ANSWERS, after=0.2, voice={"tone": 523})
    await lab.handset(BUSY, manner="busy", after=0.2)
    await lab.handset(NEVER, manner="never")


async def child_of(parent: Phone) -> Phone:
    """The one party that the parent's <Dial> rings, or has rung."""

    async def look() -> str | None:
        phones = await parent.lab.ask("GET", "/lab/phones")
        return next((p["sid"] for p in phones if p["parent_sid"] == parent.sid), None)

    return Phone(parent.lab, await eventually(look))


async def test_a_dialled_number_is_heard_and_hears(
    lab: Lab, acme: Company, customer: Customer
) -> None:
    """<Dial>: "connects the current caller to another party"."""
    await lab.handset(ANSWERS, manner="by-hand", voice={"tone": 523})
    acme.answers_calls_with(f"<Dial action='{customer.url('/after')}'>{ANSWERS}</Dial>")
    customer.twiml("/after", "<Hangup/>")
    caller = await acme.is_called({"tone": 440})
    await caller.hears("ring")
    callee = await child_of(caller)
    await callee.answers()
    await caller.hears("voice", 523)
    await callee.hears("voice", 440)
    await callee.hangs_up()
    (after,) = await eventually(lambda: customer.at("/after"))
    assert after.fields["DialCallStatus"] == "completed"
    assert after.fields["DialCallSid"] == callee.sid
    assert after.fields["DialBridged"] == "true"
    assert int(after.fields["DialCallDuration"]) >= 1
    await caller.becomes("completed")


async def test_the_child_knows_its_parent(acme: Company) -> None:
    acme.answers_calls_with(f"<Dial><Number>{ANSWERS}</Number></Dial>")
    caller = await acme.is_called()
    callee = await child_of(caller)
    await callee.becomes("in-progress")
    (child,) = await acme.twilio.calls.list_async(parent_call_sid=caller.sid)
    assert (child.sid, child.direction, child.to) == (callee.sid, "outbound-dial", ANSWERS)
    # Unless the <Dial> says otherwise, the callee sees the caller's own number.
    assert child._from == "+15557654321"
    await caller.hangs_up()
    await callee.becomes("completed")


async def test_of_several_who_ring_together_one_wins_and_the_others_are_canceled(
    acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with(
        f"<Dial action='{customer.url('/after')}'><Number>{NEVER}</Number>"
        f"<Number>{BUSY}</Number><Number>{ANSWERS}</Number></Dial>"
    )
    customer.twiml("/after", "<Hangup/>")
    caller = await acme.is_called()
    await caller.hears("voice", 523)
    children = await acme.twilio.calls.list_async(parent_call_sid=caller.sid)
    assert {child.to: child.status for child in children} == {
        ANSWERS: "in-progress",
        BUSY: "busy",
        NEVER: "canceled",
    }


@pytest.mark.parametrize(
    ("dialled", "status"),
    [(BUSY, "busy"), ("+15005550014", "failed"), ("client:nobody", "no-answer")],
)
async def test_who_does_not_answer_is_told_as_what_it_was(
    acme: Company, customer: Customer, dialled: str, status: str
) -> None:
    noun = f"<Client>{dialled[7:]}</Client>" if dialled.startswith("client:") else dialled
    acme.answers_calls_with(f"<Dial action='{customer.url('/after')}'>{noun}</Dial>")
    customer.twiml("/after", "<Say>Nobody is there</Say><Pause length='60'/>")
    caller = await acme.is_called()
    (after,) = await eventually(lambda: customer.at("/after"))
    assert (after.fields["DialCallStatus"], after.fields["DialBridged"]) == (status, "false")
    assert "DialCallDuration" not in after.fields
    await caller.hears("speech")


async def test_without_an_action_the_next_verb_runs(acme: Company) -> None:
    acme.answers_calls_with(f"<Dial>{BUSY}</Dial><Say>They are busy, please wait</Say>")
    caller = await acme.is_called()
    await caller.hears("speech")
    await caller.becomes("completed")


async def test_one_after_the_other_if_asked_so(acme: Company) -> None:
    acme.answers_calls_with(
        f"<Dial sequential='true'><Number>{BUSY}</Number><Number>{ANSWERS}</Number></Dial>"
    )
    caller = await acme.is_called()
    await caller.hears("voice", 523)
    second, first = await acme.twilio.calls.list_async(parent_call_sid=caller.sid)
    assert {first.to: first.status, second.to: second.status} == {
        BUSY: "busy",
        ANSWERS: "in-progress",
    }


async def test_with_answer_on_bridge_the_caller_rings_until_somebody_answers(
    acme: Company, lab: Lab
) -> None:
    await lab.handset(ANSWERS, manner="by-hand")
    acme.answers_calls_with(f"<Dial answerOnBridge='true'>{ANSWERS}</Dial>")
    caller = await acme.is_called()
    callee = await child_of(caller)
    await callee.becomes("ringing")
    assert (await caller.look())["status"] == "ringing"
    await callee.answers()
    await caller.becomes("in-progress")


async def test_with_answer_on_bridge_a_call_that_nobody_answers_ends_as_theirs_did(
    acme: Company,
) -> None:
    acme.answers_calls_with(f"<Dial answerOnBridge='true'>{BUSY}</Dial>")
    caller = await acme.is_called()
    assert (await caller.becomes("busy"))["answered_at"] is None


async def test_the_called_party_hears_its_own_document_first(
    acme: Company, customer: Customer
) -> None:
    """`url`: performed "on the called party's end, after they answer, but before they're
    connected"."""
    acme.answers_calls_with(
        f"<Dial><Number url='{customer.url('/whisper')}'>{ANSWERS}</Number></Dial>"
    )
    customer.twiml("/whisper", "<Say>A call for you from somebody who is waiting</Say>")
    caller = await acme.is_called()
    callee = await child_of(caller)
    await callee.hears("speech")
    assert (await caller.look())["hears"]["kind"] in ("ring", "silence")
    await callee.hears("voice", 440)
    assert customer.at("/whisper")[0].fields["ParentCallSid"] == caller.sid


async def test_a_called_party_that_hangs_up_in_its_document_is_not_connected(
    acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with(
        f"<Dial action='/after'><Number url='{customer.url('/screen')}'>{ANSWERS}</Number></Dial>"
    )
    customer.twiml("/screen", "<Hangup/>")
    customer.twiml("/after", "<Hangup/>")
    await acme.is_called()
    (after,) = await eventually(lambda: customer.at("/after"))
    assert after.fields["DialBridged"] == "false"


async def test_a_called_party_that_hangs_up_while_it_listens_is_not_connected(
    acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with(
        f"<Dial action='/after'><Number url='{customer.url('/whisper')}'>{ANSWERS}</Number></Dial>"
    )
    customer.twiml("/whisper", "<Say>A call for you from somebody who is waiting</Say>")
    customer.twiml("/after", "<Pause length='60'/>")
    caller = await acme.is_called()
    callee = await child_of(caller)
    await callee.hears("speech")
    await callee.hangs_up()
    (after,) = await eventually(lambda: customer.at("/after"))
    assert after.fields["DialCallStatus"] == "completed"
    assert after.fields["DialBridged"] == "false"
    assert (await caller.look())["status"] == "in-progress"


async def test_a_called_party_that_is_redirected_while_it_listens_goes_its_own_way(
    acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with(
        f"<Dial action='/after'><Number url='{customer.url('/whisper')}'>{ANSWERS}</Number></Dial>"
    )
    customer.twiml("/whisper", "<Pause length='60'/>")
    customer.twiml("/after", "<Pause length='60'/>")
    caller = await acme.is_called()
    callee = await child_of(caller)
    await eventually(lambda: customer.at("/whisper"))
    elsewhere = (
        "<Response><Say>You are somewhere else entirely</Say><Pause length='60'/></Response>"
    )
    await acme.twilio.calls(callee.sid).update_async(twiml=elsewhere)
    await callee.hears("speech")
    (after,) = await eventually(lambda: customer.at("/after"))
    assert (after.fields["DialCallSid"], after.fields["DialBridged"]) == (callee.sid, "false")
    await caller.hangs_up()
    assert (await callee.look())["status"] == "in-progress"


async def test_a_called_partys_document_cannot_dial(acme: Company, customer: Customer) -> None:
    acme.answers_calls_with(
        f"<Dial><Number url='{customer.url('/whisper')}'>{ANSWERS}</Number></Dial>"
    )
    customer.twiml("/whisper", f"<Dial>{BUSY}</Dial>")
    callee = await child_of(await acme.is_called())
    await callee.notes("13201")


async def test_a_number_reports_its_own_progress(acme: Company, customer: Customer) -> None:
    acme.answers_calls_with(
        f"<Dial><Number statusCallback='{customer.url('/progress')}'"
        f" statusCallbackEvent='initiated ringing answered completed'>{ANSWERS}</Number></Dial>"
    )
    customer.twiml("/progress", "")
    caller = await acme.is_called()
    await caller.hears("voice", 523)
    await caller.hangs_up()
    told = await eventually(lambda: customer.at("/progress")[3:] and customer.at("/progress"))
    assert [got.fields["CallStatus"] for got in told] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert [got.fields["SequenceNumber"] for got in told] == ["0", "1", "2", "3"]
    assert {got.fields["ParentCallSid"] for got in told} == {caller.sid}
    assert "CallDuration" in told[3].fields


async def test_a_caller_id_must_be_the_accounts_own(acme: Company, customer: Customer) -> None:
    acme.answers_calls_with(
        f"<Dial action='{customer.url('/after')}' callerId='+15550999999'>{ANSWERS}</Dial>"
    )
    customer.twiml("/after", "<Hangup/>")
    caller = await acme.is_called()
    (after,) = await eventually(lambda: customer.at("/after"))
    assert after.fields["DialCallStatus"] == "failed"
    await caller.notes("13214")
    assert await acme.twilio.calls.list_async(parent_call_sid=caller.sid) == []


async def test_a_party_that_rings_already_is_let_go_if_the_next_may_not_be_rung(
    acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with(
        f"<Dial action='{customer.url('/after')}' callerId='+15550999999'>"
        f"<Client>ana</Client><Number>{ANSWERS}</Number></Dial>"
    )
    customer.twiml("/after", "<Hangup/>")
    async with page(acme) as ana:
        await ana.registers(await acme.token("ana", incoming=True))
        caller = await acme.is_called()
        await caller.becomes("completed")
        (after,) = customer.at("/after")
        assert after.fields["DialCallStatus"] == "failed"
        children = await acme.twilio.calls.list_async(parent_call_sid=caller.sid)
        assert [child.status for child in children] == ["canceled"]


async def test_the_time_limit_ends_the_conversation(acme: Company, customer: Customer) -> None:
    acme.answers_calls_with(
        f"<Dial timeLimit='1' action='{customer.url('/after')}'>{ANSWERS}</Dial>"
    )
    customer.twiml("/after", "<Pause length='60'/>")
    caller = await acme.is_called()
    callee = await child_of(caller)
    await callee.becomes("completed")
    assert (await caller.look())["status"] == "in-progress"
    (after,) = await eventually(lambda: customer.at("/after"))
    assert after.fields["DialCallDuration"] == "1"


async def test_the_star_ends_a_conversation_if_asked_so(acme: Company) -> None:
    acme.answers_calls_with(
        f"<Dial hangupOnStar='true'>{ANSWERS}</Dial><Say>And what else can we do for you</Say>"
    )
    caller = await acme.is_called()
    await caller.hears("voice", 523)
    await caller.presses("1")
    await caller.presses("*")
    await caller.hears("speech")
    await (await child_of(caller)).becomes("completed")


async def test_a_parent_that_is_redirected_releases_its_child_and_ignores_the_actions_answer(
    acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with(f"<Dial action='{customer.url('/after')}'>{ANSWERS}</Dial>")
    customer.twiml("/after", "<Hangup/>")
    customer.twiml("/elsewhere", "<Say>Somewhere else entirely</Say><Pause length='60'/>")
    caller = await acme.is_called()
    await caller.hears("voice", 523)
    callee = await child_of(caller)
    await acme.twilio.calls(caller.sid).update_async(url=customer.url("/elsewhere"))
    await caller.hears("speech")
    await callee.becomes("completed")
    assert customer.at("/after")[0].fields["DialCallStatus"] == "completed"
    assert (await caller.look())["status"] == "in-progress"


async def test_without_an_action_a_following_redirect_is_told_of_a_redirected_parent(
    acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with(f"<Dial>{ANSWERS}</Dial><Redirect>{customer.url('/behind')}</Redirect>")
    customer.twiml("/behind", "<Hangup/>")
    caller = await acme.is_called()
    await caller.hears("voice", 523)
    waits = "<Response><Pause length='60'/></Response>"
    await acme.twilio.calls(caller.sid).update_async(twiml=waits)
    await eventually(lambda: customer.at("/behind"))
    assert (await caller.look())["status"] == "in-progress"


async def test_a_child_that_is_redirected_goes_its_own_way_and_the_parents_dial_is_over(
    acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with(f"<Dial action='{customer.url('/after')}'>{ANSWERS}</Dial>")
    customer.twiml("/after", "<Pause length='60'/>")
    caller = await acme.is_called()
    await caller.hears("voice", 523)
    callee = await child_of(caller)
    music = "<Response><Say>You are somewhere else now</Say><Pause length='60'/></Response>"
    await acme.twilio.calls(callee.sid).update_async(twiml=music)
    await callee.hears("speech")
    (after,) = await eventually(lambda: customer.at("/after"))
    assert after.fields["DialCallStatus"] == "completed"
    assert "DialCallDuration" not in after.fields
    await caller.hangs_up()
    assert (await callee.look())["status"] == "in-progress"


async def test_a_bridge_is_moved_into_a_conference_by_its_child(
    acme: Company, customer: Customer
) -> None:
    """The intent is kept, the child redirected, and the parent's action answers the same room."""
    acme.answers_calls_with(f"<Dial action='{customer.url('/after')}'>{ANSWERS}</Dial>")
    room = "<Dial><Conference beep='false'>moved</Conference></Dial>"
    customer.twiml("/after", room)
    caller = await acme.is_called({"tone": 440})
    await caller.hears("voice", 523)
    callee = await child_of(caller)
    await acme.twilio.calls(callee.sid).update_async(twiml=f"<Response>{room}</Response>")
    await caller.hears("voice", 523)
    await callee.hears("voice", 440)
    (conference,) = await acme.twilio.conferences.list_async(status="in-progress")
    present = await acme.twilio.conferences(conference.sid).participants.list_async()
    assert {p.call_sid for p in present} == {caller.sid, callee.sid}


async def test_one_account_dials_anothers_number(
    acme: Company, globex: Company, customer: Customer
) -> None:
    acme.answers_calls_with(f"<Dial>{globex.number}</Dial>")
    globex.answers_calls_with("<Say>Globex, good day to you, how can we help</Say>")
    caller = await acme.is_called()
    callee = await child_of(caller)
    await caller.hears("voice")
    (theirs,) = await globex.twilio.calls.list_async()
    assert (theirs.direction, theirs.to, theirs._from) == ("inbound", globex.number, "+15557654321")
    assert theirs.sid != callee.sid
    await callee.becomes("completed")
    await caller.becomes("completed")


async def test_another_account_that_rejects_sounds_busy(
    acme: Company, globex: Company, customer: Customer
) -> None:
    acme.answers_calls_with(f"<Dial action='{customer.url('/after')}'>{globex.number}</Dial>")
    customer.twiml("/after", "<Hangup/>")
    globex.answers_calls_with("<Reject reason='busy'/>")
    await acme.is_called()
    (after,) = await eventually(lambda: customer.at("/after"))
    assert after.fields["DialCallStatus"] == "busy"
