"""A call from its first ring to its last callback."""

from tests.local_carrier.lab import Company

ROOM = """<Dial action="/after"><Conference {attributes}>room-1</Conference></Dial>"""


async def test_two_phones_in_a_conference_hear_each_other_and_not_themselves(acme: Company) -> None:
    acme.answers_calls_with("<Dial><Conference>room-1</Conference></Dial>")
    caller = await acme.is_called({"tone": 440})
    await caller.becomes("in-progress")
    agent = await acme.connects(tone=700)
    await caller.hears("voice", 700)
    heard = await agent.hears("voice", 440)
    assert {"kind": "participant", "sid": caller.sid, "label": None} in heard["sources"]
    await agent.hangs_up()
    await caller.hears("silence")
    await caller.hangs_up()
    await caller.becomes("completed")
