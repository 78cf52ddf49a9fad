"""The SDK's side of the wire, spoken by hand: tokens that expire, are renewed, or are another's."""

import pytest

from tests.local_carrier.lab import Company, Phone
from tests.local_carrier.page import RINGS_ANA, STAYS, page

pytestmark = pytest.mark.usefixtures("after")


async def test_a_token_that_expires_ends_the_registration_and_not_the_call(
    acme: Company,
) -> None:
    acme.answers_calls_with(STAYS)
    caller = await acme.is_called()
    async with page(acme) as ana:
        await ana.registers(await acme.token("ana", incoming=True))
        sid = await ana.connects()
        await ana.is_answered()
        await ana.listens(await acme.token("ana", incoming=True, ttl=2))
        assert (await ana.is_told("error"))["error"]["code"] == 31205
        await ana.is_told("offline")
        (line,) = await acme.lab.ask("GET", "/lab/lines")
        assert (line["registered"], line["calls"]) == (False, [sid])
        await ana.says("register", media={"audio": True})
        assert (await ana.is_told("error"))["error"]["code"] == 31205
        await ana.says("invite", callsid="TJS2", sdp="v=0", twilio={})
        assert (await ana.is_told("hangup"))["error"]["code"] == 31205
        await caller.hears("voice", 700)
        await ana.says("hangup", callsid=sid)
        await Phone(acme.lab, sid).becomes("completed")


async def test_a_new_token_in_time_keeps_everything(acme: Company) -> None:
    async with page(acme) as ana:
        await ana.registers(await acme.token("ana", incoming=True, ttl=60))
        told = await ana.listens(await acme.token("ana", incoming=True, ttl=600))
        assert told["token"]["ttl"] > 500
        (line,) = await acme.lab.ask("GET", "/lab/lines")
        assert line["registered"]
        acme.answers_calls_with(RINGS_ANA)
        await acme.is_called()
        await ana.is_told("invite")


async def test_another_persons_token_ends_the_registration_of_the_first(acme: Company) -> None:
    async with page(acme) as tab:
        await tab.registers(await acme.token("ana", incoming=True))
        await tab.says("listen", token=await acme.token("ben", incoming=True))
        await tab.is_told("offline")
        assert (await tab.is_told("connected"))["token"]["identity"] == "ben"
        (line,) = await acme.lab.ask("GET", "/lab/lines")
        assert (line["identity"], line["registered"]) == ("ben", False)


@pytest.mark.parametrize("identity", ["ana.smith", "ana smith", "a" * 122, "zoë"])
async def test_an_identity_is_of_letters_digits_and_underscores(
    acme: Company, identity: str
) -> None:
    async with page(acme) as tab:
        await tab.says("listen", token=await acme.token(identity))
        assert (await tab.is_told("error"))["error"]["code"] == 31105
