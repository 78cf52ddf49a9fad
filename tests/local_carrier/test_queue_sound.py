"""What is heard in a queue, and by those who are asked for keys."""

from tests.local_carrier.customer import Customer, Reply
from tests.local_carrier.lab import Company
from tests.local_carrier.sounds import tone_wav

TAKE = "<Dial><Queue>support</Queue></Dial>"


async def test_whoever_waits_hears_music_until_somebody_takes_them(acme: Company) -> None:
    acme.answers_callers_and_agents("<Enqueue>support</Enqueue>", TAKE)
    caller = await acme.is_called({"tone": 440})
    heard = await caller.hears("music")
    assert heard["sources"] == [{"kind": "play", "url": "hold-music"}]
    agent = await acme.connects(tone=700)
    await caller.hears("voice", 700)
    await agent.hears("voice", 440)
    await agent.hangs_up()
    await caller.becomes("completed")


async def test_a_sound_at_the_wait_url_is_repeated(acme: Company, customer: Customer) -> None:
    acme.answers_calls_with("<Enqueue waitUrl='/note' waitUrlMethod='GET'>support</Enqueue>")
    customer.answers("/note", Reply(tone_wav(330, seconds=0.3), "audio/wav"))
    caller = await acme.is_called({"silence": True})
    await caller.hears("music", 330)
    await caller.hears_for(1)
    await caller.hears("music", 330)
    assert customer.at("/note")[0].method == "GET"


async def test_nothing_is_heard_where_nothing_is_wanted(acme: Company) -> None:
    acme.answers_calls_with("<Enqueue waitUrl=''>support</Enqueue>")
    caller = await acme.is_called()
    await caller.becomes("in-progress")
    await caller.hears_for(0.5)
    await caller.hears("silence")


async def test_the_first_key_silences_the_prompt(acme: Company) -> None:
    prompt = "Please enter your account number followed by the pound sign and then wait a while"
    acme.answers_calls_with(f"<Gather timeout='60'><Say>{prompt}</Say></Gather>")
    caller = await acme.is_called()
    await caller.hears("speech")
    await caller.presses("1")
    await caller.hears("silence")
    assert (await caller.look())["status"] == "in-progress"


async def test_the_caller_hears_what_comes_before_the_conversation(
    acme: Company, customer: Customer
) -> None:
    acme.answers_callers_and_agents(
        "<Enqueue>support</Enqueue>", "<Dial><Queue url='/about'>support</Queue></Dial>"
    )
    customer.twiml("/about", "<Say>You will be connected to an agent in a short moment</Say>")
    caller = await acme.is_called({"tone": 440})
    await caller.hears("music")
    agent = await acme.connects(tone=700)
    await caller.hears("speech")
    await caller.hears("voice", 700)
    await agent.hears("voice", 440)
