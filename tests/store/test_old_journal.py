"""The journal of a company that has been here from the first day is still read."""

from msgspec.structs import fields

from backend.domain.board import AgentCard, CallCard, ConsultCard
from backend.measures.facts import Outcome
from backend.measures.folding import facts_of_call
from backend.store.old_journal import AGENT, CALL, CONSULT, read_line

FIRST_CALL = (
    '{"type":"event","number":3,"at":"2026-11-23T09:00:09Z","event":"call-ended","call":{'
    '"id":"00000000-0000-0000-0000-000000000007","rev":2,"state":"ended","direction":"inbound",'
    '"caller":"+15551112222","number":"+15550100001","offered_to":[],"agent_id":null,'
    '"agent_present":false,"slot":null,"parked_by":null,"handled_by":[],'
    '"started_at":"2026-11-23T09:00:00Z","since":"2026-11-23T09:00:09Z","answered_at":null,'
    '"ended_at":"2026-11-23T09:00:09Z","end_reason":"abandoned"}}'
)
FIRST_AGENT = (
    '{"type":"event","number":1,"at":"2026-11-23T09:00:00Z","event":"agent-changed","agent":{'
    '"id":"00000000-0000-0000-0000-000000000001","name":"Ana","rev":1,"status":"available",'
    '"since":"2026-11-23T09:00:00Z"}}'
)
IN_THE_FIRST = {
    *("id", "rev", "state", "direction", "caller", "number", "offered_to", "agent_id"),
    *("agent_present", "slot", "parked_by", "handled_by", "started_at", "since", "answered_at"),
    *("ended_at", "end_reason"),
}


def test_a_line_of_the_first_day_gives_its_facts():
    (visit,) = facts_of_call([read_line(FIRST_CALL)]).visits
    assert (visit.outcome, visit.wait_ms) == (Outcome.ABANDONED, 9_000)
    agent = read_line(FIRST_AGENT).agent
    assert agent is not None
    assert (agent.status, agent.wrap_up_of) == ("available", None)


def test_whatever_a_card_has_now_it_had_on_the_first_day_or_is_filled_in():
    """Whoever adds a field to a card adds to `old_journal` what it was before."""
    assert {field.name for field in fields(CallCard)} == IN_THE_FIRST | CALL.keys()
    since_then = {field.name for field in fields(AgentCard)} - {"set_by"}
    assert since_then == {"id", "name", "rev", "status", "since"} | AGENT.keys()
    asked = {"agent_id", "since", "accepted", "present", "talk_with"}
    assert {field.name for field in fields(ConsultCard)} == asked | CONSULT.keys()
