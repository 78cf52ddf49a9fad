"""The columns of a file of past calls: one row is one caller who came into a queue.

Times are ISO 8601 (`1999-01-31 14:48:31`), with an offset or on the company's own wall clock; in
Parquet also timestamps, which without a zone are on that wall clock too. Numbers are of seconds.
"""

from msgspec import Struct


class Column(Struct, frozen=True):
    """One column, and what it says."""

    name: str
    meaning: str


COLUMNS = (
    Column("queue_entered_at", "when the caller came into the queue; every row must tell it"),
    Column(
        "call_id", "the call's name where it comes from; without, a row is known by its content"
    ),
    Column("queue", "the queue, or the number they dialled (else: history)"),
    Column("caller", "the caller's number (else: withheld)"),
    Column(
        "outcome",
        "answered, abandoned, callback, voicemail, flow_out, forced_out or failed (else: answered"
        " if answered_at tells a time, abandoned if abandoned_at does)",
    ),
    Column("answered_at", "when an agent was there"),
    Column("abandoned_at", "when the caller hung up"),
    Column("ended_at", "when the call was over"),
    Column(
        "wait_seconds",
        "how long they waited (else: the time from queue_entered_at to answered_at, abandoned_at or"
        " ended_at); what is told here counts, whatever the clocks say",
    ),
    Column(
        "agent",
        "who answered; a name that exactly one agent of the company has counts as that agent, any"
        " other as somebody of that name",
    ),
    Column("talk_seconds", "how long both talked"),
    Column("hold_seconds", "how long the caller was on hold"),
    Column("wrap_up_seconds", "how long the agent worked on it afterwards"),
    Column(
        "handle_seconds",
        "all of the agent's time with it (else: talk, hold and wrap-up together, if talk is told);"
        " without, the call is in no mean of handle time",
    ),
)
NAMES = tuple(column.name for column in COLUMNS)
