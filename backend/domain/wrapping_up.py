"""What is written down about a call by those who handled it, during the call and after it: a note
of each, and how it went."""

from datetime import datetime
from unicodedata import category
from uuid import UUID

from msgspec.structs import replace

from backend.domain import events, refusals, signals
from backend.domain.call import Call, Disposition
from backend.domain.decision import Decision, Note, Scene, grown
from backend.domain.rules import Rules

LONGEST_NOTE = 4000


def note(scene: Scene, call: Call, signal: signals.AgentNoted, now: datetime) -> Decision:
    _must_have_handled(call, signal.agent_id)
    text = plain(signal.text)
    if len(text) > LONGEST_NOTE:
        raise refusals.NoteTooLong
    if text == scene.note:
        return Decision(call)
    written = Note(call.id, signal.agent_id, text, now)
    return Decision(grown(call), (events.CallNoted(signal.agent_id),), noted=(written,))


def dispose(scene: Scene, call: Call, signal: signals.AgentDisposed, now: datetime) -> Decision:
    """Each handler has a disposition of their own; a later choice takes the place of theirs."""
    agent_id, name = signal.agent_id, signal.disposition
    _must_have_handled(call, agent_id)
    if name not in scene.rules.dispositions:
        raise refusals.NoSuchDisposition
    if disposition_of(call, agent_id) == name:
        return Decision(call)
    others = tuple(one for one in call.dispositions if one.agent_id != agent_id)
    chosen = replace(call, dispositions=(*others, Disposition(agent_id, name, now)))
    return Decision(grown(chosen), (events.CallDisposed(agent_id, name),))


def disposition_of(call: Call, agent_id: UUID) -> str | None:
    return next((one.name for one in call.dispositions if one.agent_id == agent_id), None)


def must_be_disposed(call: Call | None, agent_id: UUID, rules: Rules) -> None:
    """Asked of whoever wishes to finish their wrap-up of `call`."""
    is_asked_for = rules.disposition_required and rules.dispositions
    if is_asked_for and call is not None and disposition_of(call, agent_id) is None:
        raise refusals.DispositionMissing


def _must_have_handled(call: Call, agent_id: UUID) -> None:
    if agent_id not in call.handled_by:
        raise refusals.NotHandledByYou


def plain(text: str) -> str:
    """Without what no keyboard writes (and PostgreSQL does not take); blanks alone are nothing."""
    lines = text.replace("\r\n", "\n")
    plain = "".join(sign for sign in lines if sign in "\n\t" or category(sign) != "Cc")
    return plain if plain.strip() else ""
