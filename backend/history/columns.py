"""The columns of a file of past calls, as the command and the page tell them."""

from msgspec import Struct

FORM = (
    "One row is one caller who came into a queue. Times are written 1999-01-31 14:48:31, with an"
    " offset (+01:00) or on the company's own clock; in Parquet they may be timestamps, which"
    " without a zone are on that clock too. Numbers are of seconds. Only queue_entered_at has to"
    " be there, and what became of the caller has to follow from the others; columns that are not"
    " listed here are not looked at."
)
EXAMPLE = (
    "queue_entered_at,queue,caller,answered_at,abandoned_at,agent,talk_seconds,wrap_up_seconds",
    "1999-01-31 14:48:31,Sales,+15550001111,1999-01-31 14:48:43,,Ana Ruiz,184,25",
    "1999-01-31 14:50:02,Sales,+15550002222,,1999-01-31 14:51:10,,,",
)


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
