"""What hypothesis draws programs from. TwiML is drawn as text, so that an example can be read."""

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st

from backend.local_carrier.handsets import Step
from tests.local_carrier.programs import (
    ABSENT,
    EVENTS,
    FAILS,
    HERE,
    IDENTITY,
    NUMBERS,
    OUTSIDE,
    ROOM_EVENTS,
    Act,
    Adds,
    CallsOff,
    Clicks,
    Creates,
    Dials,
    Ends,
    EndsRoom,
    HangsUp,
    Kicks,
    Passes,
    PicksUp,
    Presses,
    Program,
    Redirects,
    Turns,
    Updates,
)

T = TypeVar("T")
Text = st.SearchStrategy[str]


def programs(*, acts: int) -> st.SearchStrategy[Program]:
    return st.builds(
        Program,
        documents=st.tuples(call, call, call, waiting, music, whisper),
        acts=st.lists(act, min_size=acts // 3, max_size=acts).map(tuple),
        slowness=st.lists(st.integers(0, 6), min_size=1, max_size=4).map(tuple),
    )


def flags(**attributes: Sequence[str]) -> Text:
    """A few of these attributes, each with one of its values."""
    each = [
        st.sampled_from(["", "", "", *(f" {name}='{value}'" for value in values)])
        for name, values in attributes.items()
    ]
    return st.tuples(*each).map("".join)


def element(name: str, attributes: Text, inside: Text | None = None) -> Text:
    body = st.just("") if inside is None else inside
    return st.builds(lambda a, b: f"<{name}{a}>{b}</{name}>", attributes, body)


def often(*weighted: tuple[int, st.SearchStrategy[T]]) -> st.SearchStrategy[T]:
    """One of these, each as often as its weight says."""
    which = [at for at, (weight, _) in enumerate(weighted) for _ in range(weight)]
    return st.sampled_from(which).flatmap(lambda at: weighted[at][1])


def document(*verbs: tuple[int, Text], most: int = 3) -> Text:
    whole = st.lists(often(*verbs), min_size=1, max_size=most).map("".join)
    return often((25, whole), (1, st.sampled_from([FAILS, ABSENT])))


ACTION = tuple(f"{HERE}{path}" for path in ("/d0", "/d1", "/d2"))
WAIT, MUSIC, WHISPER = (f"{HERE}{path}" for path in ("/wait", "/music", "/whisper"))
reached = st.sampled_from([*OUTSIDE, NUMBERS[1], f"client:{IDENTITY}"])

pause = flags(length=("1", "5", "40")).map(lambda a: f"<Pause{a}/>")
say = st.just("<Say>Hello</Say>")
play = st.sampled_from(["<Play digits='1w2'/>", "<Play digits='1' loop='0'/>"])
hang_up, leave = st.just("<Hangup/>"), st.just("<Leave/>")
reject = flags(reason=("busy",)).map(lambda a: f"<Reject{a}/>")


def redirect(*paths: str) -> Text:
    return st.sampled_from(paths).map(lambda path: f"<Redirect>{path}</Redirect>")


def gather(*actions: str) -> Text:
    attributes = flags(timeout=("1", "9"), numDigits=("1", "2"), actionOnEmptyResult=("true",))
    action = st.sampled_from(actions).map(lambda path: f" action='{path}'")
    return element("Gather", st.builds(str.__add__, attributes, action), st.one_of(say, pause))


record = element(
    "Record", flags(maxLength=("2", "9"), timeout=("1",), playBeep=("false",), action=ACTION)
)
enqueue = element(
    "Enqueue", flags(action=ACTION, waitUrl=("", WAIT)), st.sampled_from(["q0", "q1"])
)


def _party(to: str, url: str) -> str:
    if to.startswith("client:"):
        return f"<Client{EVENTS}{url}>{to.removeprefix('client:')}</Client>"
    return f"<Number{EVENTS}{url}>{to}</Number>"


party = st.builds(_party, reached, flags(url=(WHISPER,)))
conference = st.builds(
    lambda a, room: (
        f"<Conference statusCallback='{HERE}/room' statusCallbackEvent='{ROOM_EVENTS}'{a}>"
        f"{room}</Conference>"
    ),
    flags(
        startConferenceOnEnter=("false",),
        endConferenceOnExit=("true",),
        participantLabel=("one", "two"),
        muted=("true",),
        waitUrl=("", MUSIC),
        maxParticipants=("2",),
        record=("record-from-start",),
    ),
    st.sampled_from(["r0", "r1"]),
)
queue = element("Queue", flags(url=(WHISPER,)), st.sampled_from(["q0", "q1"]))
dial = element(
    "Dial",
    flags(
        action=ACTION,
        timeout=("1", "10"),
        timeLimit=("2", "20"),
        hangupOnStar=("true",),
        answerOnBridge=("true",),
        sequential=("true",),
        record=("record-from-answer", "record-from-answer-dual"),
    ),
    often(
        (3, st.lists(party, min_size=1, max_size=3).map("".join)),
        (3, conference),
        (2, queue),
    ),
)
goes_on = redirect(*ACTION)
call = document(
    (12, dial),
    (5, enqueue),
    (2, gather(*ACTION)),
    (1, record),
    (1, goes_on),
    (1, st.one_of(pause, say, play)),
    (1, st.one_of(hang_up, reject, leave)),
)
waiting = document(
    (3, st.one_of(pause, say, play)),
    (2, st.one_of(redirect(WAIT), gather(WAIT))),
    (1, st.one_of(hang_up, leave)),
)
music = document((3, st.one_of(pause, say, play)), (1, redirect(MUSIC)))
whisper = document(
    (3, st.one_of(pause, say, play)),
    (2, st.one_of(redirect(WHISPER), gather(WHISPER))),
    (1, hang_up),
)
inline = st.lists(
    often((4, dial), (1, enqueue), (1, goes_on), (1, st.one_of(pause, say, hang_up))),
    min_size=1,
    max_size=2,
).map("".join)

which = st.integers(0, 7)
seconds = st.sampled_from([0.0, 0.05, 0.5, 1.0, 2.0, 5.0, 15.0, 45.0])
then = st.one_of(st.sampled_from(ACTION), inline)
step = st.builds(
    Step,
    after=seconds,
    press=st.sampled_from(["", "1", "*", "12#"]),
    hang_up=st.booleans(),
)
update = st.one_of(
    st.fixed_dictionaries({"Hold": st.sampled_from(["true", "false"])}),
    st.fixed_dictionaries({"Hold": st.just("true"), "HoldUrl": st.just(MUSIC)}),
    st.fixed_dictionaries({"Muted": st.sampled_from(["true", "false"])}),
    st.fixed_dictionaries({"EndConferenceOnExit": st.sampled_from(["true", "false"])}),
    st.fixed_dictionaries({"AnnounceUrl": st.just(MUSIC)}),
    st.fixed_dictionaries({"Coaching": st.just("true"), "CallSidToCoach": st.just("itself")}),
)
act: st.SearchStrategy[Act] = often(
    (
        2,
        st.builds(
            Dials,
            to=st.integers(0, 1),
            patience=st.one_of(st.none(), seconds),
            script=st.lists(step, max_size=2).map(tuple),
        ),
    ),
    (4, st.builds(Dials, to=st.integers(0, 1))),
    (2, st.builds(Creates, to=reached, then=then, timeout=st.sampled_from([1, 20]))),
    (
        2,
        st.builds(
            Adds,
            room=st.sampled_from(["r0", "r1"]),
            to=reached,
            label=st.sampled_from(["", "one"]),
            end_on_exit=st.booleans(),
        ),
    ),
    (2, st.builds(Redirects, leg=which, then=then)),
    (1, st.builds(Ends, leg=which, status=st.sampled_from(["completed", "canceled"]))),
    (1, st.builds(HangsUp, leg=which)),
    (1, st.builds(PicksUp, leg=which)),
    (1, st.builds(Clicks, tab=st.integers(0, 1), takes=st.booleans())),
    (1, st.builds(Presses, leg=which, digits=st.sampled_from(["1", "*", "#"]))),
    (2, st.builds(Updates, participant=which, fields=update)),
    (1, st.builds(Kicks, participant=which)),
    (1, st.just(CallsOff())),
    (1, st.builds(EndsRoom, room=which)),
    (3, st.builds(Turns, turns=st.integers(1, 12))),
    (6, st.builds(Passes, seconds=seconds)),
)
