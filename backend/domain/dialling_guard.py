"""The one guard that every leg to a number outside passes, before it exists.

Toll fraud is a stolen session that rings expensive numbers all night. So what may be called, from
which number, how many at once, how many a minute and for how much a day is decided here, by the
company's rules, inside the turn in which the leg is wished for: two requests at once cannot both
be the last one allowed. What the browser sends is a wish and nothing more.
"""

from datetime import datetime
from uuid import UUID, uuid5

from backend.domain import instructions, refusals
from backend.domain.call import Call
from backend.domain.decision import Scene
from backend.domain.outbound import OutboundLeg, OwnNumber
from backend.domain.phone_numbers import Destination, NotANumber, NumberKind, read_number


def read(scene: Scene, typed: str, caller_id: str | None) -> tuple[Destination, OwnNumber]:
    """Where a wish to call would lead, and the number shown there. Raises the `Refusal` that
    stands in its way.

    Emergency calls pass every limit, and the switch; they need a number with an address.
    """
    rules = scene.rules.dialling
    try:
        destination = read_number(typed, rules.country)
    except NotANumber as problem:
        raise refusals.NotANumber from problem
    shown = _caller_id(scene, destination, caller_id)
    if destination.kind is NumberKind.EMERGENCY:
        return destination, shown
    _must_be_switched_on(scene)
    if destination.kind is NumberKind.PREMIUM and not rules.premium:
        raise refusals.PremiumNumber
    if destination.country not in rules.countries:
        raise refusals.CountryNotAllowed
    _keep_within_limits(scene)
    return destination, shown


def may_call_out(scene: Scene) -> None:
    """Raises the `Refusal` that stands in the way of any call, whichever number it is to."""
    _must_be_switched_on(scene)
    if not scene.numbers:
        raise refusals.NoNumberToCallFrom
    _keep_within_limits(scene)


def authorise(
    scene: Scene,
    call: Call | None,
    call_id: UUID,
    typed: str,
    caller_id: str | None,
    agent_id: UUID,
    now: datetime,
) -> OutboundLeg:
    """The leg that may be placed for this wish. Raises the `Refusal` that says why not."""
    destination, shown = read(scene, typed, caller_id)
    rules = scene.rules.dialling
    before = 0 if call is None else len(call.outbound)
    return OutboundLeg(
        id=uuid5(call_id, f"outbound {before}"),
        number=destination.number,
        caller_id=shown.number,
        agent_id=agent_id,
        asked_at=now,
        price=rules.prices.get(destination.country or "", rules.price),
    )


def placing(
    scene: Scene, call: Call, outbound: OutboundLeg, now: datetime
) -> instructions.PlaceOutbound:
    """What is asked of the carrier for a leg that was authorised."""
    rules = scene.rules.dialling
    return instructions.PlaceOutbound(
        call_id=call.id,
        outbound=outbound.id,
        number=outbound.number,
        caller_id=outbound.caller_id,
        ring_seconds=rules.ring_seconds,
        longest_seconds=rules.longest_minutes * 60,
        ends_call=call.callee is not None and call.callee.id == outbound.id,
        until=now + rules.placing,
    )


def _must_be_switched_on(scene: Scene) -> None:
    if not scene.calling_out:
        raise refusals.CallingOutIsOff("Calling out is switched off for everybody at the moment.")
    if not scene.rules.dialling.enabled:
        raise refusals.CallingOutIsOff


def _caller_id(scene: Scene, destination: Destination, wish: str | None) -> OwnNumber:
    """A number of the company, and only that: nobody else's is ever shown."""
    if destination.kind is NumberKind.EMERGENCY:
        with_address = [each for each in scene.numbers if each.emergency]
        if not with_address:
            raise refusals.NoEmergencyCalls
        return next((each for each in with_address if each.number == wish), with_address[0])
    if not scene.numbers:
        raise refusals.NoNumberToCallFrom
    if wish is None:
        return scene.numbers[0]
    found = next((each for each in scene.numbers if each.number == wish), None)
    if found is None:
        raise refusals.NotYourNumber
    return found


def _keep_within_limits(scene: Scene) -> None:
    rules, usage = scene.rules.dialling, scene.usage
    if usage.open >= rules.concurrent:
        raise refusals.TooManyOutboundCalls
    if usage.last_minute >= rules.per_minute or usage.last_minute_by_actor >= rules.per_agent:
        raise refusals.DiallingTooFast
    if usage.spent >= rules.spend_a_day:
        raise refusals.SpendLimitReached
