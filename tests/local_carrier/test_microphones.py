"""A person speaks and hears through the lab's page: its browser offers, the phone answers.

That every peer connection is closed, whatever happened, is counted at the end of each test (see
`lab` in conftest.py).
"""

from collections.abc import AsyncGenerator

import pytest

from tests.local_carrier.lab import Company, Lab, Phone
from tests.local_carrier.page import Peer
from tests.serving import eventually

ROOM = "<Dial><Conference beep='false' waitUrl=''>room</Conference></Dial>"


@pytest.fixture
async def person() -> AsyncGenerator[Peer, None]:
    peer = Peer(880)
    yield peer
    await peer.close()


async def test_a_person_dials_speaks_and_hears(acme: Company, person: Peer) -> None:
    acme.answers_calls_with(ROOM)
    agent = await acme.connects(tone=700)
    body = {"from": "+15557654321", "to": acme.number, "voice": await microphone(person)}
    made = await acme.lab.ask("POST", "/lab/phones", body, 201)
    await person.is_answered(made["answer_sdp"])
    await agent.hears("voice", 880)
    await person.hears(700)
    await Phone(acme.lab, made["sid"]).hangs_up()
    assert (await Phone(acme.lab, made["sid"]).look())["answer_sdp"] is None


async def microphone(person: Peer) -> dict[str, str]:
    return {"microphone": await person.offers()}


async def test_a_person_is_an_agents_browser_phone(acme: Company, person: Peer) -> None:
    acme.answers_calls_with(ROOM)
    caller = await acme.is_called({"tone": 440})
    body = {"token": await acme.token(), "voice": await microphone(person)}
    made = await acme.lab.ask("POST", "/lab/softphones", body, 201)
    await person.is_answered(made["answer_sdp"])
    await caller.hears("voice", 880)
    await person.hears(440)


async def test_a_person_answers_a_telephone_that_rings(
    acme: Company, lab: Lab, person: Peer
) -> None:
    await lab.handset("+15557770001", manner="by-hand")
    acme.answers_calls_with("<Dial>+15557770001</Dial>")
    caller = await acme.is_called({"tone": 440})
    rung = await eventually(lambda: _ringing(lab))
    body = {"voice": await microphone(person)}
    made = await lab.ask("POST", f"/lab/phones/{rung}/answer", body)
    await person.is_answered(made["answer_sdp"])
    await caller.hears("voice", 880)
    await person.hears(440)


async def _ringing(lab: Lab) -> str | None:
    phones = await lab.ask("GET", "/lab/phones")
    ringing = (p["sid"] for p in phones if (p["kind"], p["status"]) == ("handset", "ringing"))
    return next(ringing, None)


async def test_a_page_that_is_closed_hangs_up(acme: Company, person: Peer) -> None:
    acme.answers_calls_with(ROOM)
    body = {"from": "+15557654321", "to": acme.number, "voice": await microphone(person)}
    made = await acme.lab.ask("POST", "/lab/phones", body, 201)
    await person.is_answered(made["answer_sdp"])
    await eventually(lambda: len(person.heard) > 5)
    await person.connection.close()
    ended = await Phone(acme.lab, made["sid"]).becomes("completed")
    assert "the microphone is gone" in [line["text"] for line in ended["log"]]


async def test_a_microphone_that_reaches_nobody_is_let_go(
    acme: Company, lab: Lab, person: Peer
) -> None:
    """Each of these made a peer connection; none may stay."""
    offered = await microphone(person)
    unknown = {"from": "+15557654321", "to": "+15559999999", "voice": offered}
    await lab.ask("POST", "/lab/phones", unknown, 404)
    no_app = {"token": await acme.token(application_sid="AP0"), "voice": offered}
    await lab.ask("POST", "/lab/softphones", no_app, 404)
    await acme.twilio.incoming_phone_numbers(acme.number_sid).update_async(voice_url="")
    nowhere = {"from": "+15557654321", "to": acme.number, "voice": offered}
    await lab.ask("POST", "/lab/phones", nowhere, 409)
    nonsense = {"from": "+1", "to": acme.number, "voice": {"microphone": "v=0"}}
    await lab.ask("POST", "/lab/phones", nonsense, 400)


@pytest.mark.parametrize("offer", ["", "v=0", "m=audio", "v=0\r\nm=audio x y\r\n"])
async def test_an_offer_that_is_none_is_refused_in_plain_words(
    acme: Company, lab: Lab, offer: str
) -> None:
    nonsense = {"from": "+15557654321", "to": acme.number, "voice": {"microphone": offer}}
    assert await lab.ask("POST", "/lab/phones", nonsense, 400) == {
        "code": "not-an-offer",
        "detail": "The browser's offer of its microphone is not one that the carrier understands.",
        "status": 400,
    }


async def test_a_telephone_outside_has_no_microphone_of_its_own(lab: Lab, person: Peer) -> None:
    body = {"voice": await microphone(person)}
    refusal = await lab.ask("PUT", "/lab/handsets/+15557770001", body, 400)
    assert refusal["code"] == "not-a-voice"
