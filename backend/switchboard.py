"""The one road: remember the signal once, load, decide, save, commit, announce, instruct.

Nothing else writes calls, agents or the journal. All signals of one tenant take their turn one
after the other (`Database.work(alone=True)`), so a decision sees the tenant as it is, and the
journal's numbers are in the order of the commits.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from msgspec.structs import replace

from backend.clock import Clock
from backend.domain import signals
from backend.domain.agent import Agent, AgentStatus
from backend.domain.board import Announcement
from backend.domain.call import Call
from backend.domain.decision import Scene
from backend.domain.ordering import has_its_place, next_in_order
from backend.domain.refusals import NoSuchCall, NotAllowed, UnseenInACall
from backend.domain.wrapping_up import must_be_disposed
from backend.logs import logger
from backend.store import attendance, floor, monitoring
from backend.store.tenancy import Database, Uncertain, Work
from backend.turn import Turn

log = logger("switchboard")

RINGS_OUTSIDE = signals.AgentDialled | signals.AgentTransferred | signals.AgentConsulted
"""When they name a number."""

Publish = Callable[[UUID, list[Announcement]], Awaitable[None]]
Instruct = Callable[[UUID, list[UUID]], None]
Unsure = Callable[[UUID], None]
"""Told that a tenant's journal may have grown by something that nobody announced."""


class Switchboard:
    """Where every call's state changes. `publish` and `instruct` are told after the commit."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        publish: Publish,
        instruct: Instruct,
        unsure: Unsure,
    ) -> None:
        self._unsure = unsure
        self._database = database
        self._clock = clock
        self._publish = publish
        self._instruct = instruct

    async def take_callback(self, tenant: UUID, callback: signals.Callback) -> None:
        """Apply a callback of the carrier in its place. A repeat changes nothing.

        Raises `DatabaseAway`; then nothing was remembered and the callback must come again.
        """
        turn = Turn(tenant, self._clock())
        # One that comes out of the spool has waited for the database, not for its predecessor.
        callback = replace(callback, received_at=turn.now)
        async with self._alone(tenant) as work:
            loaded = await floor.load(work, callback.call_id, None, callback.key, turn.now)
            if loaded.seen:
                # Perhaps its first time ended before anybody was told.
                self._unsure(tenant)
                return
            await self._apply_in_order(turn, work, loaded, [*loaded.waiting, callback], callback)
        await self._end(turn)

    async def apply_waiting(self, tenant: UUID, call_id: UUID) -> None:
        """Apply callbacks that have waited long enough for one that does not come."""
        turn = Turn(tenant, self._clock())
        async with self._alone(tenant) as work:
            loaded = await floor.load(work, call_id, None, None, turn.now)
            await self._apply_in_order(turn, work, loaded, list(loaded.waiting), None)
        await self._end(turn)

    async def command(self, tenant: UUID, call_id: UUID, signal: signals.Command) -> Call:
        """Do what a person wishes with a call. Returns the call afterwards.

        Raises a `Refusal` that says why not, or `DatabaseAway`.
        """
        turn = Turn(tenant, self._clock())
        async with self._alone(tenant) as work:
            rings_outside = isinstance(signal, RINGS_OUTSIDE) and signal.number is not None
            team = signal.team if isinstance(signal, signals.AgentTransferred) else None
            loaded = await floor.load(
                work, call_id, signal.agent_id, None, turn.now, usage=rings_outside, team=team
            )
            dials = isinstance(signal, signals.AgentDialled)
            if loaded.actor is None and (dials or loaded.call is not None):
                raise NotAllowed
            turn.start(loaded.number, loaded.rules)
            turn.know(loaded.actor)
            after = turn.apply(loaded.scene(tenant, loaded.call), signal)
            is_repeated = dials and loaded.call is not None
            if loaded.actor is not None and not is_repeated:
                turn.hear_from(loaded.actor, signal, after)
            await self._settle(turn, work)
        await self._end(turn)
        return after

    async def time_ran_out(self, tenant: UUID, call_id: UUID) -> None:
        """The call's deadline has passed: ring somebody else, give up, or call it back."""
        await self._about_call(tenant, call_id, signals.TimeRanOut())

    async def monitor_time_ran_out(self, tenant: UUID, call_id: UUID) -> None:
        """A supervisor did not come into the call, or did not come back."""
        await self._about_call(tenant, call_id, signals.MonitorTimeRanOut())

    async def guest_time_ran_out(self, tenant: UUID, call_id: UUID) -> None:
        """A guest of a conference did not come back."""
        await self._about_call(tenant, call_id, signals.GuestTimeRanOut())

    async def learn(self, tenant: UUID, call_id: UUID, signal: signals.CarrierSignal) -> None:
        """What the carrier answered when it was asked about a call that went silent."""
        await self._about_call(tenant, call_id, signal)

    async def attend(
        self, tenant: UUID, agent_id: UUID, signal: signals.AgentSignal
    ) -> Agent | None:
        """Change an agent's status. Returns the agent, or None if they take no calls here.

        Raises a `Refusal` that says why not.
        """
        turn = Turn(tenant, self._clock())
        async with self._alone(tenant) as work:
            agent = await attendance.load_agent(work, agent_id)
            if agent is None:
                return None
            if await self._is_elsewhere(work, agent_id, signal):
                return agent
            if _makes_available(signal) and await monitoring.monitors_unseen(work, agent_id):
                raise UnseenInACall
            turn.start(*await attendance.load_rules(work))
            turn.know(agent)
            if isinstance(signal, signals.AgentFinishedWrapUp) and agent.wrap_up_of is not None:
                wrapped = await attendance.find_call(work, agent.wrap_up_of)
                must_be_disposed(wrapped, agent_id, turn.rules)
            after = turn.attend(agent, signal)
            if isinstance(signal, signals.AgentCameOnline):
                await attendance.mark_seen(work, [agent_id], turn.now)
            await self._settle(turn, work)
        await self._end(turn)
        return after

    async def _is_elsewhere(self, work: Work, agent_id: UUID, signal: signals.AgentSignal) -> bool:
        """Whether an agent who has no page at one server any more has one at another."""
        gone = isinstance(signal, signals.AgentWentOffline) and signal.left_at
        return bool(gone) and await attendance.was_seen_since(work, agent_id, gone)

    async def _about_call(self, tenant: UUID, call_id: UUID, signal: signals.CallSignal) -> None:
        turn = Turn(tenant, self._clock())
        async with self._alone(tenant) as work:
            loaded = await floor.load(work, call_id, None, None, turn.now)
            if loaded.call is None:
                raise NoSuchCall
            turn.start(loaded.number, loaded.rules)
            scene = await _with_agents_call(work, loaded.scene(tenant, loaded.call), signal)
            turn.apply(scene, signal)
            await self._settle(turn, work)
        await self._end(turn)

    async def _apply_in_order(
        self,
        turn: Turn,
        work: Work,
        loaded: floor.Loaded,
        waiting: list[signals.Callback],
        arrived: signals.Callback | None,
    ) -> None:
        turn.start(loaded.number, loaded.rules)
        call = loaded.call
        while (due := next_in_order(call, waiting, turn.now)) is not None:
            waiting.remove(due)
            turn.applied.append(due)
            if has_its_place(call, due):
                scene = await _with_agents_call(work, loaded.scene(turn.tenant, call), due.signal)
                call = turn.apply(scene, due.signal, due)
        if arrived is not None and arrived in waiting:
            turn.waiting.append(arrived)
        await self._settle(turn, work)

    async def _settle(self, turn: Turn, work: Work) -> None:
        """Draw the consequences for agents and for the other calls that ring, then save all."""
        for agent_id, call_id in turn.wrapping:
            agent = await _agent(turn, work, agent_id)
            # Whose caller on hold has hung up may be talking with another one.
            if agent is not None and not await self._talks(turn, work, agent_id):
                turn.wrap_up(agent, call_id)
        for agent_id in turn.missed:
            if (agent := await _agent(turn, work, agent_id)) is not None:
                turn.miss(agent)
        for agent_id in turn.freed:
            agent = await _agent(turn, work, agent_id)
            if agent is not None and not await self._has_in_hand(turn, work, agent_id):
                turn.leave_call(agent)
                if agent.may_be_offered:
                    await self._ask_ringing_calls(turn, work, signals.AgentBecameFree(agent_id))
        for agent_id in turn.unreachable:
            comes_back = await self._comes_back(turn, work, agent_id)
            unreachable = signals.AgentBecameUnavailable(agent_id, comes_back)
            await self._ask_ringing_calls(turn, work, unreachable)
        for agent_id in (*turn.came_or_went, *turn.new_guests):
            if (agent := await _agent(turn, work, agent_id)) is not None:
                await self._tell_conference(turn, work, agent)
        if turn.has_changes:
            await floor.save(
                work,
                turn.now,
                turn.number,
                turn.calls,
                turn.agents_changed,
                [*((c, True) for c in turn.applied), *((c, False) for c in turn.waiting)],
                turn.said,
                turn.asked,
                turn.noted,
                turn.recorded,
            )

    async def _ask_ringing_calls(
        self,
        turn: Turn,
        work: Work,
        signal: signals.AgentBecameFree | signals.AgentBecameUnavailable,
    ) -> None:
        free = isinstance(signal, signals.AgentBecameFree)
        holds = free and await self._holds_calls(turn, work, signal.agent_id)
        for ringing in await attendance.ringing_calls(work, signal.agent_id):
            known = turn.calls.get(ringing.call.id, ringing.call)
            if holds and signal.agent_id not in known.handled_by:
                continue  # whom they have on hold, or have talked to, comes before any other
            turn.apply(Scene(turn.tenant, turn.rules, known, team=ringing.team), signal)

    async def _tell_conference(self, turn: Turn, work: Work, agent: Agent) -> None:
        """Whose page is gone, or is back, may be a guest of a call."""
        changed = (call for call in turn.calls.values() if call.guest(agent.id) is not None)
        call = next(changed, None) or await attendance.call_as_guest(work, agent.id)
        if call is None:
            return
        is_off = agent.status is AgentStatus.OFFLINE
        told = signals.GuestWentOffline if is_off else signals.GuestCameOnline
        known = turn.calls.get(call.id, call)
        turn.apply(Scene(turn.tenant, turn.rules, known), told(agent.id))

    async def _has_in_hand(self, turn: Turn, work: Work, agent_id: UUID) -> bool:
        """Whether the agent's voice belongs in a call, as this turn has left it."""
        if any(call.is_in_hands_of(agent_id) for call in turn.calls.values()):
            return True
        before = await attendance.call_of(work, agent_id)
        return before is not None and before not in turn.calls

    async def _talks(self, turn: Turn, work: Work, agent_id: UUID) -> bool:
        """Whether the agent is in a call as anything but a monitor."""
        if any(call.talks(agent_id) for call in turn.calls.values()):
            return True
        before = await attendance.call_of(work, agent_id, as_monitor=False)
        return before is not None and before not in turn.calls

    async def _comes_back(self, turn: Turn, work: Work, agent_id: UUID) -> bool:
        """Whether an agent whom no call may ring at is there for those they have set aside."""
        agent = await _agent(turn, work, agent_id)
        if agent is None or agent.status is AgentStatus.OFFLINE:
            return False
        return agent.status is AgentStatus.WRAP_UP or await self._talks(turn, work, agent_id)

    async def _holds_calls(self, turn: Turn, work: Work, agent_id: UUID) -> bool:
        """Whether callers wait on hold for the agent: they come before any other."""
        if any(call.is_held_by(agent_id) for call in turn.calls.values()):
            return True
        before = await attendance.calls_held_by(work, agent_id)
        return any(call_id not in turn.calls for call_id in before)

    @asynccontextmanager
    async def _alone(self, tenant: UUID) -> AsyncGenerator[Work]:
        try:
            async with self._database.work(tenant, alone=True) as work:
                yield work
        except Uncertain:
            self._unsure(tenant)
            raise

    async def _end(self, turn: Turn) -> None:
        """After the commit: announce to everybody, and see that the carrier is told."""
        for one in turn.said:
            card = one.announcement.call
            log.info(
                one.announcement.event,
                tenant=str(turn.tenant),
                number=one.announcement.number,
                call=str(card.id) if card else None,
                state=card.state.value if card else None,
            )
        if turn.said:
            await self._publish(turn.tenant, [one.announcement for one in turn.said])
        if turn.asked:
            self._instruct(turn.tenant, list(dict.fromkeys(one.call_id for one in turn.asked)))


async def _agent(turn: Turn, work: Work, agent_id: UUID) -> Agent | None:
    """As this turn has left them; None for who takes no calls here."""
    return turn.agents.get(agent_id) or await attendance.load_agent(work, agent_id)


def _makes_available(signal: signals.AgentSignal) -> bool:
    if isinstance(signal, signals.SupervisorSetStatus):
        return signal.status is AgentStatus.AVAILABLE
    return isinstance(signal, signals.AgentWentAvailable)


async def _with_agents_call(work: Work, scene: Scene, signal: signals.CallSignal) -> Scene:
    """An agent who joins late may have taken another call meanwhile: look."""
    if not isinstance(signal, signals.AgentJoined):
        return scene
    other = await attendance.call_of(work, signal.agent_id)
    return replace(scene, actor_call=other)
