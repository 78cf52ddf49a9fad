"""A call from its first ring to its last callback."""

import base64

import pytest
from twilio.request_validator import RequestValidator

from tests.local_carrier.customer import Customer, Reply
from tests.local_carrier.lab import Company, Lab
from tests.local_carrier.sounds import tone_wav
from tests.serving import eventually


async def test_two_phones_in_a_conference_hear_each_other_and_not_themselves(acme: Company) -> None:
    acme.answers_calls_with("<Dial><Conference>room-1</Conference></Dial>")
    caller = await acme.is_called({"tone": 440})
    await caller.becomes("in-progress")
    agent = await acme.connects(tone=700)
    await caller.hears("voice", 700)
    heard = await agent.hears("voice", 440)
    assert {"kind": "participant", "sid": caller.sid, "label": None} in heard["sources"]
    assert (await caller.look())["says"]["pitch_hz"] == pytest.approx(440, abs=2)
    await agent.hangs_up()
    await caller.hears("silence")
    await caller.hangs_up()
    await caller.becomes("completed")


async def test_the_voice_webhook_is_signed_and_has_twilios_fields(
    acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with("<Hangup/>")
    caller = await acme.is_called()
    await caller.becomes("completed")
    (got,) = customer.at(acme.voice_path)
    assert got.method == "POST"
    fields = got.posted
    assert fields["CallSid"] == caller.sid
    assert fields["AccountSid"] == acme.account_sid
    assert (fields["From"], fields["Caller"]) == ("+15557654321",) * 2
    assert (fields["To"], fields["Called"]) == (acme.number,) * 2
    assert (fields["CallStatus"], fields["Direction"]) == ("ringing", "inbound")
    assert (fields["ApiVersion"], fields["FromCity"]) == ("2010-04-01", "")
    validator = RequestValidator(acme.auth_token)
    signature = got.headers["x-twilio-signature"]
    assert validator.validate(got.url, fields, signature)
    assert not validator.validate(got.url, fields | {"From": "+1"}, signature)


async def test_a_softphones_call_carries_its_parameters_as_fields(
    acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with("<Hangup/>")
    phone = await acme.connects({"call_id": "é 7&x=y", "leg": "0a1b2c3d", "From": "+1999"})
    await phone.becomes("completed")
    (got,) = customer.at(acme.voice_path)
    assert (got.fields["call_id"], got.fields["leg"]) == ("é 7&x=y", "0a1b2c3d")
    assert (got.fields["From"], got.fields["To"]) == ("client:ana", "")
    assert got.fields["ApplicationSid"] == acme.application_sid
    assert got.is_signed_with(acme.auth_token)


async def test_the_number_is_told_once_when_its_call_is_over(
    acme: Company, customer: Customer
) -> None:
    await acme.twilio.incoming_phone_numbers(acme.number_sid).update_async(
        status_callback=customer.url("/status?tenant=1")
    )
    customer.twiml("/status", "")
    acme.answers_calls_with("<Dial action='/after'><Conference>room</Conference></Dial>")
    customer.twiml("/after", "<Say>Nobody may hear this</Say>")
    caller = await acme.is_called()
    await caller.becomes("in-progress")
    await caller.hangs_up()
    (got,) = await eventually(lambda: customer.at("/status"))
    assert got.fields["CallStatus"] == "completed"
    assert got.fields["CallDuration"] == "1"
    assert got.fields["tenant"] == "1"
    assert (got.fields["CallbackSource"], got.fields["SequenceNumber"]) == (
        "call-progress-events",
        "0",
    )
    assert got.is_signed_with(acme.auth_token)
    (after,) = customer.at("/after")
    assert (after.fields["CallStatus"], after.fields["DialCallStatus"]) == ("completed", "answered")


async def test_play_say_pause_and_redirect_follow_each_other(
    acme: Company, customer: Customer
) -> None:
    customer.answers("/tune.wav", Reply(tone_wav(523, 1.2), "audio/wav"))
    acme.answers_calls_with("<Play>/tune.wav</Play><Redirect method='GET'>/next</Redirect>")
    customer.twiml("/next", "<Say>Hello to you</Say>")
    caller = await acme.is_called()
    await caller.hears("music", 523)
    heard = await caller.hears("speech")
    said = {"kind": "say", "text": "Hello to you"}
    assert said in heard["sources"]
    ended = await caller.becomes("completed")
    assert "says: Hello to you" in [line["text"] for line in ended["log"]]
    assert customer.at("/next")[0].method == "GET"


async def test_audio_as_the_answer_is_played_and_then_the_call_ends(
    acme: Company, customer: Customer
) -> None:
    customer.answers(acme.voice_path, Reply(tone_wav(660, 1.0), "audio/wav"))
    caller = await acme.is_called()
    await caller.hears("music", 660)
    await caller.becomes("completed")


@pytest.mark.parametrize(
    ("verbs", "status"),
    [
        ("<Reject/>", "no-answer"),
        ("<Reject reason='busy'/>", "busy"),
        ("<Hangup/>", "completed"),
        ("", "completed"),
    ],
)
async def test_a_call_ends_as_its_twiml_says(acme: Company, verbs: str, status: str) -> None:
    acme.answers_calls_with(verbs)
    caller = await acme.is_called()
    ended = await caller.becomes(status)
    assert (ended["answered_at"] is None) is (status != "completed")


async def test_a_caller_who_hangs_up_while_it_rings_was_never_answered(acme: Company) -> None:
    acme.answers_calls_with("<Pause length='30'/><Say>Hello</Say>")
    caller = await acme.is_called()
    await caller.hangs_up()
    assert (await caller.becomes("canceled"))["answered_at"] is None


async def test_a_caller_loses_patience_unless_somebody_is_there(acme: Company) -> None:
    acme.answers_calls_with("<Dial><Conference endConferenceOnExit='true'>room</Conference></Dial>")
    lonely = await acme.is_called(patience=0.3)
    assert "lost patience" in [line["text"] for line in (await lonely.becomes("completed"))["log"]]
    attended = await acme.is_called(patience=0.5)
    await acme.connects()
    await attended.hears("voice", 700)

    async def patience_is_over() -> bool:
        return (await attended.look())["frames_received"] > 0.7 * 50

    await eventually(patience_is_over)
    assert (await attended.look())["status"] == "in-progress"


@pytest.mark.parametrize("heard", [0.1, 0.2, 0.5])
async def test_a_moment_of_a_voice_tells_its_pitch(acme: Company, heard: float) -> None:
    acme.answers_calls_with("<Dial><Conference>room</Conference></Dial>")
    caller, _ = await acme.is_called(), await acme.connects()

    async def listens() -> bool:
        told = (await caller.look(heard))["hears"]
        return told["kind"] == "voice" and abs(told["pitch_hz"] - 700) < 5

    await eventually(listens)


async def test_what_a_phone_hears_is_told_of_a_tenth_to_half_a_second(acme: Company) -> None:
    acme.answers_calls_with("<Pause length='30'/>")
    caller = await acme.is_called()
    for seconds in (0, 0.09, 0.51, "nan", "long"):
        path = f"/lab/phones/{caller.sid}?heard={seconds}"
        assert (await acme.lab.ask("GET", path, status=400))["code"] == "bad-request"


async def test_a_recorded_voice_is_heard(acme: Company) -> None:
    acme.answers_calls_with("<Dial><Conference waitUrl=''>room</Conference></Dial>")
    await acme.is_called({"wav": base64.b64encode(tone_wav(880)).decode()})
    agent = await acme.connects()
    await agent.hears("voice", 880)


async def test_numbers_that_cannot_be_dialled_say_why(lab: Lab, acme: Company) -> None:
    unknown = await lab.ask("POST", "/lab/phones", {"from": "+1", "to": "+15559999999"}, 404)
    assert unknown["code"] == "no-such-number"
    await acme.twilio.incoming_phone_numbers(acme.number_sid).update_async(voice_url="")
    mute = await lab.ask("POST", "/lab/phones", {"from": "+1", "to": acme.number}, 409)
    assert mute["code"] == "no-voice-url"
    (call,) = await acme.twilio.calls.list_async()
    assert call.status == "failed"
    wrong = {"from": "+1", "to": acme.number, "voice": {"wav": "bm90IGEgd2F2"}}
    assert (await lab.ask("POST", "/lab/phones", wrong, 400))["code"] == "not-a-wav"
    assert (await lab.ask("DELETE", "/lab/phones/CA1", status=404))["code"] == "no-such-phone"
    assert (await lab.ask("DELETE", f"/lab/phones/{call.sid}", status=409))[
        "code"
    ] == "already-ended"


async def test_a_number_belongs_to_one_account(lab: Lab, acme: Company) -> None:
    body = {"friendly_name": "Initech", "numbers": [acme.number]}
    refusal = await lab.ask("POST", "/lab/accounts", body, 409)
    assert refusal["code"] == "number-taken"
    again = {"friendly_name": "Acme", "numbers": [acme.number, "+15550100009"]}
    made = await lab.ask("POST", "/lab/accounts", again)
    assert made["account_sid"] == acme.account_sid
    assert [n["phone_number"] for n in made["numbers"]] == [acme.number, "+15550100009"]


async def test_the_labs_openapi_document_names_its_paths(lab: Lab) -> None:
    document = await lab.ask("GET", "/lab/openapi.json")
    assert set(document["paths"]) == {
        "/lab/accounts",
        "/lab/clock",
        "/lab/accounts/{sid}/limits",
        "/lab/faults",
        "/lab/faults/{id}",
        "/lab/generators",
        "/lab/generators/{id}",
        "/lab/handsets",
        "/lab/handsets/{number}",
        "/lab/lines",
        "/lab/lines/{id}",
        "/lab/phones",
        "/lab/softphones",
        "/lab/phones/{sid}",
        "/lab/phones/{sid}/answer",
        "/lab/phones/{sid}/digits",
        "/lab/phones/{sid}/rejection",
        "/lab/phones/{sid}/speech",
        "/lab/queues",
        "/lab/recordings",
        "/lab/restart",
        "/lab/strikes",
        "/lab/recordings/{sid}/wav",
        "/lab/conferences",
        "/lab/deliveries",
        "/lab/messages",
        "/lab/messages/{sid}/media/{media_sid}",
        "/lab/webhooks",
    }
