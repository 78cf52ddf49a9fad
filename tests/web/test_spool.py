"""What waits on disk while the database is away, and what is put back in order afterwards."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from backend.domain import signals
from backend.domain.call import call_id_of
from backend.domain.signals import Callback
from backend.feed.hub import Goodbye, Listener, Numbered
from backend.store import floor
from backend.web.spool import Spool, Spooled
from tests.stories.company import Company


async def test_a_spooled_file_that_cannot_be_read_holds_up_no_other(tmp_path: Path, acme: Company):
    spool, now = Spool(tmp_path), acme.product.clock()
    left = Callback(uuid4(), "status:CA1", signals.CallerLeft("CA1"), now, now)
    spool.put(Spooled(acme.tenant, left))
    (tmp_path / "cut-short.json").write_bytes(b'{"tenant":')
    assert [each.callback for each in spool.everything()] == [left]
    assert (tmp_path / "cut-short.bad").exists()
    spool.remove(Spooled(acme.tenant, left))
    assert spool.everything() == []


async def test_a_caller_whose_arrival_was_stored_late_rings_as_long_as_any_other(acme: Company):
    now = acme.product.clock()
    leg = "CA" + uuid4().hex
    arrival = Callback(
        call_id=call_id_of(acme.tenant, leg),
        key=f"voice:{leg}",
        signal=signals.CallerArrived(leg, "+15557654321", acme.number),
        received_at=now - timedelta(seconds=70),
        happened_at=now - timedelta(seconds=70),
    )
    await acme.product.services.switchboard.take_callback(acme.tenant, arrival)
    async with acme.product.services.database.work(acme.tenant) as work:
        call = (await floor.load(work, arrival.call_id, None, None, now)).call
    assert call is not None
    assert call.started_at == arrival.happened_at
    assert call.deadline is not None
    assert call.deadline >= now + timedelta(seconds=60)
    await acme.product.services.switchboard.learn(acme.tenant, call.id, signals.CallerLeft(leg))


async def test_a_late_join_of_an_agent_who_has_another_call_is_sent_away(acme: Company):
    await acme.on_duty("Ana")
    first = await acme.rings("+15550001111")
    await acme.ana.claims(first)
    card = await acme.ana.sees_call(first, "connecting")
    await acme.product.later(16)
    await acme.ana.sees_call(first, "ringing")
    second = await acme.rings("+15550002222")
    await acme.ana.answers(second)
    late = signals.AgentJoined("CA" + uuid4().hex, acme.ana.id)
    await acme.product.services.switchboard.learn(acme.tenant, card.id, late)
    assert (await acme.ana.sees_call(first, "ringing")).agent_id is None
    assert (await acme.ana.sees_call(second, "connected")).agent_id == acme.ana.id


async def test_boards_hear_of_what_was_committed_and_never_announced(acme: Company):
    await acme.on_duty("Ana")
    services = acme.product.services
    unheard = type(services.switchboard)(
        services.database, acme.product.clock, _nobody, lambda *_: None, lambda _: None
    )
    await unheard.attend(acme.tenant, acme.ben.id, signals.AgentCameOnline())
    services.relay.grown(acme.tenant)  # what the relay does by itself every few seconds
    await acme.ana.sees(lambda _: acme.ana.shows(acme.ben) == "away")


def test_a_board_that_cannot_keep_up_still_gets_its_goodbye():
    board = Listener(uuid4(), uuid4(), b"session")
    board.tell(Goodbye("signed-out", "You have signed out."))
    for number in range(1, 300):
        board.tell(Numbered.of(number, "{}"))
    waiting = [board._queue.get_nowait() for _ in range(board._queue.qsize())]
    assert any(isinstance(message, Goodbye) for message in waiting)


async def _nobody(*_: object) -> None:
    """Nobody is told."""
