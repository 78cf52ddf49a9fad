"""How many agents a traffic needs: Erlang B, C and A, by recurrence, so that nothing overflows.

`load` is in Erlangs: calls that arrive in a unit of time, times how long one takes. Erlang C has
callers who wait for ever; Erlang A has those who give up (after an exponential patience).
"""

from math import ceil, exp, inf, lgamma, log, log1p, sqrt

from msgspec import Struct


def erlang_b(load: float, agents: int) -> float:
    """The share of calls that find all `agents` busy, if none may wait."""
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(load: float, agents: int) -> float:
    """The share of callers who have to wait; 1 if the load is more than the agents can do."""
    if agents <= load:
        return 1.0 if load > 0 else 0.0
    blocked = erlang_b(load, agents)
    return agents * blocked / (agents - load * (1 - blocked))


class Queue(Struct, frozen=True):
    """How a queue does in the long run. Waits in seconds; `abandon` is a share."""

    agents: int
    wait_probability: float
    mean_wait: float
    """Of everybody; infinite if the queue only grows."""
    service_level: float
    """The share who are served within the threshold."""
    occupancy: float
    abandon: float = 0.0

    @property
    def is_stable(self) -> bool:
        return self.mean_wait < inf


def patient_queue(
    calls_per_second: float, handle_seconds: float, agents: int, threshold_seconds: float
) -> Queue:
    """Erlang C: nobody gives up."""
    load = calls_per_second * handle_seconds
    if load == 0:
        return Queue(agents, 0.0, 0.0, 1.0, 0.0)
    if agents <= load:
        return Queue(agents, 1.0, inf, 0.0, 1.0)
    wait = erlang_c(load, agents)
    spare = agents - load
    late = wait * exp(-spare * threshold_seconds / handle_seconds)
    return Queue(agents, wait, wait * handle_seconds / spare, 1 - late, load / agents)


def impatient_queue(
    calls_per_second: float,
    handle_seconds: float,
    patience_seconds: float,
    agents: int,
    threshold_seconds: float,
) -> Queue:
    """Erlang A: callers give up after an exponential patience with that mean; always stable.

    The chances of each number of callers in the system follow from the balance between one more
    and one less, summed until what is left cannot be seen.
    """
    load = calls_per_second * handle_seconds
    if load == 0:
        return Queue(agents, 0.0, 0.0, 1.0, 0.0)
    if agents == 0:
        return Queue(0, 1.0, patience_seconds, 0.0, 0.0, 1.0)
    serve, give_up = 1 / handle_seconds, 1 / patience_seconds
    blocked = erlang_b(load, agents)
    if blocked == 0:  # so many agents that no float tells how rarely all are busy
        return Queue(agents, 0.0, 0.0, 1.0, load / agents)
    all_busy = _all_busy_from_blocked(blocked, calls_per_second, agents, serve, give_up)
    abandon = all_busy.mean_waiting * give_up / calls_per_second
    return Queue(
        agents=agents,
        wait_probability=all_busy.probability,
        mean_wait=all_busy.mean_waiting / calls_per_second,
        service_level=1
        - _served_late_or_lost(
            all_busy, calls_per_second, agents, serve, give_up, threshold_seconds
        ),
        occupancy=min(1.0, load * (1 - abandon) / agents),
        abandon=abandon,
    )


class _AllBusy(Struct, frozen=True):
    """The chance that all agents are busy, how many wait on average, and the chance of each queue
    length that an arriving caller may find."""

    probability: float
    mean_waiting: float
    waiting: tuple[float, ...]


def _all_busy_from_blocked(
    blocked: float, calls: float, agents: int, serve: float, give_up: float
) -> _AllBusy:
    # Logarithms, relative to the state in which all are busy and nobody waits: a queue that many
    # would have to give up on has its weight far from there.
    logs, n = [0.0], 0
    heaviest = 0.0
    while logs[-1] > heaviest - 40 or calls > agents * serve + n * give_up:
        n += 1
        logs.append(logs[-1] + log(calls / (agents * serve + n * give_up)))
        heaviest = max(heaviest, logs[-1])
    # Erlang B is that state's share among those with nobody waiting.
    some_free = exp(log((1 - blocked) / blocked) - heaviest) if blocked < 1 else 0.0
    weights = [exp(each - heaviest) for each in logs]
    total = some_free + sum(weights)
    waiting = tuple(weight / total for weight in weights)
    mean = sum(n * chance for n, chance in enumerate(waiting))
    return _AllBusy(sum(waiting), mean, waiting)


def _served_late_or_lost(
    busy: _AllBusy, calls: float, agents: int, serve: float, give_up: float, threshold: float
) -> float:
    """The share of callers who are not served within the threshold.

    Who finds n waiting is served once n + 1 have left before them, at rates that shrink by one
    patience each: the chance of that by the threshold, of a caller who does not give up first.
    """
    return sum(
        chance * (1 - _served_by(n, agents, serve, give_up, threshold))
        for n, chance in enumerate(busy.waiting)
        if chance > 1e-10
    )


def _served_by(ahead: int, agents: int, serve: float, give_up: float, threshold: float) -> float:
    """The chance that a caller with `ahead` others before them is served by the threshold.

    With a = agents * serve / give_up, the time until the queue before them is gone and one agent
    is free, raced against their own patience, has this closed form (a Beta integral): the share
    of `x = exp(-give_up * t)` between the threshold and 1.
    """
    shape = agents * serve / give_up
    low = exp(-give_up * threshold)
    gone = (agents * serve + ahead * give_up) * threshold  # at most so many have left by then
    if low == 1 or ahead > gone + 10 * sqrt(gone) + 20:
        return 0.0
    # Logarithms: the constant is far beyond what a float holds, and the powers far below.
    constant = lgamma(shape + ahead + 1) - lgamma(shape) - lgamma(ahead + 1)

    def density(x: float) -> float:
        if x <= 0 or x >= 1:
            return exp(constant) if x >= 1 and ahead == 0 else 0.0
        return exp(constant + shape * log(x) + ahead * log1p(-x))

    steps = 200 + 20 * 2 * ceil(sqrt(shape + ahead))  # the peak is about 1/sqrt(shape) wide
    width = (1 - low) / steps
    total = 0.0
    for step in range(steps + 1):
        weight = 1 if step in (0, steps) else 4 if step % 2 else 2
        total += weight * density(low + step * width)
    return min(1.0, total * width / 3)


def agents_needed(
    calls_per_second: float,
    handle_seconds: float,
    target: float,
    threshold_seconds: float,
    *,
    shrinkage: float = 0.0,
) -> int:
    """The fewest agents with whom `target` (0 to just under 1) of the callers are served within
    the threshold, by Erlang C; 0 without calls. With `shrinkage`, so many more as are paid but not
    there (breaks, training), rounded up.
    """
    load = calls_per_second * handle_seconds
    if load == 0:
        return 0
    agents = int(load) + 1
    while (
        patient_queue(calls_per_second, handle_seconds, agents, threshold_seconds).service_level
        < target
    ):
        agents += 1
    return ceil(agents / (1 - shrinkage) - 1e-9)
