"""Faults on demand that are heard: no audio at all, or a room of the same name elsewhere."""

from tests.local_carrier.lab import Company, Lab
from tests.local_carrier.page import page
from tests.serving import eventually


async def test_without_media_a_call_is_answered_and_silent(lab: Lab, acme: Company) -> None:
    await lab.arms("no-media")
    acme.answers_calls_with("<Dial><Conference beep='false'>desk</Conference></Dial>")
    async with page(acme) as ana:
        await ana.listens(await acme.token())
        await ana.connects()
        await ana.is_answered()
        caller = await acme.is_called()
        await caller.becomes("in-progress")
        await caller.hears("silence")
    assert await lab.strikes() == ["no-media"]


async def test_in_another_region_a_room_of_the_same_name_is_another_room(
    lab: Lab, acme: Company
) -> None:
    """Both sides then wait for each other and hear music."""
    acme.answers_calls_with("<Dial><Conference beep='false'>desk</Conference></Dial>")
    caller = await acme.is_called()
    await caller.hears("music")
    await lab.arms("other-region", next=1)
    agent = await acme.connects()
    await agent.hears("music")
    assert (await caller.look())["hears"]["kind"] == "music"
    rooms = await acme.twilio.conferences.list_async(friendly_name="desk")
    assert {room.region for room in rooms} == {"us1", "ie1"}
    assert {room.status for room in rooms} == {"init"}


async def test_whoever_is_added_by_rest_may_come_into_another_region_too(
    lab: Lab, acme: Company
) -> None:
    acme.answers_calls_with("<Dial><Conference beep='false'>desk</Conference></Dial>")
    caller = await acme.is_called()
    await caller.hears("music")
    await lab.arms("other-region", next=1, match="desk")
    await lab.handset("+15557770001", voice={"tone": 523})
    await acme.twilio.conferences("desk").participants.create_async(
        to="+15557770001", from_=acme.number
    )
    rooms = await eventually(lambda: _rooms(acme, 2))
    assert rooms == {"us1", "ie1"}
    await caller.hears("music")


async def _rooms(acme: Company, count: int) -> set[str] | None:
    rooms = await acme.twilio.conferences.list_async(friendly_name="desk")
    return {room.region for room in rooms} if len(rooms) == count else None
