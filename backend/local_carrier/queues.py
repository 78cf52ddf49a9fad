"""Queues: callers who wait in order until somebody takes the first of them.

A queue is made by the first <Enqueue> that names it, or by REST. Whoever waits hears the wait
document over and over; whoever takes them is bridged with them (`twiml/queue.py`).
"""

import asyncio
from datetime import datetime
from functools import partial
from typing import Literal

from backend.local_carrier.accounts import Account
from backend.local_carrier.legs import Leg
from backend.local_carrier.sids import new_sid

QueueResult = Literal[
    "bridged",
    "bridging-in-process",
    "error",
    "hangup",
    "leave",
    "redirected",
    "redirected-from-bridged",
    "queue-full",
    "system-error",
]
MemberState = Literal["waiting", "called", "over"]
"""Called: somebody is about to take the caller, so the music stops."""
USUAL_SIZE, LARGEST_SIZE = 1000, 5000
LONGEST_NAME = 64


class QueueFull(Exception):
    """The queue has as many members as it may have."""


class Member:
    """One caller who waits."""

    def __init__(self, queue: "Queue", leg: Leg) -> None:
        self.queue, self.leg = queue, leg
        self.enqueued_at: datetime = leg.clock.now()
        self._began = leg.clock.seconds()
        self._waited_until: float | None = None
        self.state: MemberState = "waiting"
        self.result: QueueResult = "system-error"
        """How the waiting ended, once it is over. `bridged`: somebody took the caller."""
        self._changed = asyncio.Event()

    @property
    def wait_seconds(self) -> int:
        """Until now, or until somebody took the caller."""
        until = self._waited_until
        return int((self.leg.clock.seconds() if until is None else until) - self._began)

    def become(self, state: MemberState) -> None:
        if state == "waiting":
            self._waited_until = None
        elif self._waited_until is None:
            self._waited_until = self.leg.clock.seconds()
        self.state = state
        self._changed.set()

    async def until(self, *states: MemberState) -> None:
        while self.state not in states:
            self._changed.clear()
            await self._changed.wait()

    @property
    def position(self) -> int:
        """From 1; 0 once the member has left."""
        members = self.queue.members
        return members.index(self) + 1 if self in members else 0


class Queue:
    def __init__(self, account: Account, name: str, size: int, now: datetime) -> None:
        self.sid = new_sid("QU")
        self.account, self.name, self.size = account, name, size
        self.members: list[Member] = []
        self.takers: list[asyncio.Future[Member]] = []
        """Those who came to take somebody and found nobody, in the order in which they came."""
        self.created_at = self.updated_at = now

    @property
    def average_wait_seconds(self) -> int:
        """Of those who are waiting now."""
        if not self.members:
            return 0
        return sum(m.wait_seconds for m in self.members) // len(self.members)


class Queues:
    def __init__(self) -> None:
        self._of_account: dict[str, dict[str, Queue]] = {}
        """By the SIDs of the account and of the queue."""
        self._members: dict[str, Member] = {}

    def of_account(self, account: Account) -> list[Queue]:
        return list(self._of_account.get(account.sid, {}).values())

    def find(self, account: Account, sid: str) -> Queue | None:
        return self._of_account.get(account.sid, {}).get(sid)

    def named(self, account: Account, name: str) -> Queue | None:
        return next((q for q in self.of_account(account) if q.name == name), None)

    def open(self, account: Account, name: str, size: int, now: datetime) -> Queue:
        """The queue of that name; a new one of that size if there is none."""
        queue = self.named(account, name)
        if queue is None:
            queue = Queue(account, name, size, now)
            self._of_account.setdefault(account.sid, {})[queue.sid] = queue
        return queue

    def is_in_use(self, queue: Queue) -> bool:
        """Whether anybody waits in it, may come back to it, or waits for somebody to come."""
        belongs = any(member.queue is queue for member in self._members.values())
        return belongs or any(not taker.done() for taker in queue.takers)

    def close(self, queue: Queue) -> None:
        self._of_account[queue.account.sid].pop(queue.sid, None)

    def member(self, leg: Leg) -> Member | None:
        """The leg as one who waits."""
        return self._members.get(leg.sid)

    def enqueue(self, leg: Leg, name: str) -> Member:
        """Raises `QueueFull`."""
        queue = self.open(leg.account, name, USUAL_SIZE, leg.clock.now())
        if len(queue.members) >= queue.size:
            raise QueueFull(name)
        member = Member(queue, leg)
        queue.members.append(member)
        self._members[leg.sid] = member
        leg.note(f"waits in queue {name} at position {member.position}")
        _hand_over(queue)
        return member

    def take_next(self, queue: Queue) -> "asyncio.Future[Member]":
        """Whoever has waited longest, or will come first; who asked earlier is served earlier.

        The taker must either talk with the member (`connected`) or give them back.
        """
        taken: asyncio.Future[Member] = asyncio.get_running_loop().create_future()
        queue.takers.append(taken)
        taken.add_done_callback(partial(_forget_taker, queue))
        _hand_over(queue)
        return taken

    def give_up(self, taken: "asyncio.Future[Member]") -> None:
        """A taker is gone, perhaps in the very moment in which somebody was found for them."""
        if not taken.cancel():
            self.put_back(taken.result())

    def put_back(self, member: Member) -> None:
        """Whoever took the caller is gone before they talked: the caller is first again."""
        if self._members.get(member.leg.sid) is member:
            member.queue.members.insert(0, member)
            member.become("waiting")
            _hand_over(member.queue)

    def connected(self, member: Member) -> None:
        """Taker and caller talk."""
        self._members.pop(member.leg.sid, None)
        _finish(member, "bridged")

    def leave(self, leg: Leg, result: QueueResult) -> bool:
        """The leg waits no more; whoever waits with it learns how that ended. False if it did not
        wait."""
        member = self._members.pop(leg.sid, None)
        if member is None:
            return False
        if member in member.queue.members:
            member.queue.members.remove(member)
        _finish(member, result)
        return True


def _finish(member: Member, result: QueueResult) -> None:
    if member.state != "over":
        member.result = result
        member.become("over")


def _forget_taker(queue: Queue, taker: "asyncio.Future[Member]") -> None:
    if taker in queue.takers:
        queue.takers.remove(taker)


def _hand_over(queue: Queue) -> None:
    """Whoever has waited longest to whoever came for somebody first."""
    while queue.members and queue.takers:
        taker = queue.takers.pop(0)
        if not taker.done():
            member = queue.members.pop(0)
            member.become("called")
            taker.set_result(member)
