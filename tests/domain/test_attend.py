"""What happens to an agent's status apart from calls, where a story would take too long to tell."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from backend.domain import signals
from backend.domain.agent import Agent, AgentStatus
from backend.domain.attend import attend, begin_wrap_up, miss
from backend.domain.rules import Rules

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=60)
CALL = UUID(int=7)
RULES = Rules()
AVAILABLE = AgentStatus.AVAILABLE
ANA = Agent(UUID(int=11), "Ana", NOW, status=AVAILABLE, wanted=AVAILABLE)


def missed_often(agent: Agent) -> Agent:
    for _ in range(RULES.missed_rings):
        agent = miss(agent, RULES, LATER)
    return agent


def test_whoever_became_free_a_moment_before_the_ring_was_over_has_not_missed_it():
    assert miss(ANA, RULES, NOW + timedelta(seconds=5)) == ANA


def test_where_the_company_does_not_count_nobody_becomes_unreachable():
    never = Rules(missed_rings=0)
    assert miss(ANA, never, LATER) == ANA


def test_who_missed_too_many_in_wrap_up_is_unreachable_after_it():
    wraps = begin_wrap_up(ANA, CALL, RULES, NOW)
    missed = missed_often(wraps)
    assert (missed.status, missed.rev) == (AgentStatus.WRAP_UP, wraps.rev)
    over = attend(missed, signals.TimeRanOut(), RULES, LATER)
    assert over.status is AgentStatus.UNREACHABLE
    assert attend(over, signals.AgentFinishedWrapUp(), RULES, LATER) == over
    gone = attend(over, signals.AgentWentOffline(), RULES, LATER)
    assert attend(gone, signals.AgentCameOnline(), RULES, LATER).status is AgentStatus.UNREACHABLE


def test_whoever_leaves_for_the_day_begins_the_next_one_as_somebody_new():
    gone = attend(missed_often(ANA), signals.AgentSignedOut(), RULES, LATER)
    assert (gone.missed, gone.reason, gone.wanted) == (0, None, AgentStatus.AWAY)
    assert attend(gone, signals.AgentCameOnline(), RULES, LATER).status is AgentStatus.AWAY


def test_nothing_but_a_page_that_answers_brings_an_agent_online():
    wraps = begin_wrap_up(ANA, CALL, RULES, NOW)
    gone = attend(wraps, signals.AgentWentOffline(), RULES, NOW)
    assert gone.wrap_up_of == CALL
    for signal in (
        signals.AgentFinishedWrapUp(),
        signals.AgentTookCall(),
        signals.AgentWentAvailable(),
        signals.AgentWentAway("Lunch"),
    ):
        assert attend(gone, signal, RULES, NOW).status is AgentStatus.OFFLINE
    back = attend(gone, signals.AgentCameOnline(), RULES, NOW)
    assert replace(back, rev=wraps.rev) == wraps


def test_what_nobody_sees_is_not_announced():
    once = miss(ANA, RULES, LATER)
    assert (once.missed, once.rev) == (1, ANA.rev)
    again = attend(once, signals.AgentWentAvailable(), RULES, LATER)
    assert again == ANA
