"""Two calls that a <Dial> has put through to each other, whichever noun found the second: how long
they talk, what parts them, and what `action` is told of it.
"""

from backend.local_carrier.bridges import Bridge
from backend.local_carrier.clock import within
from backend.local_carrier.twiml.stage import Stage


async def talk(stage: Stage, bridge: Bridge, time_limit: int) -> dict[str, str]:
    """Waits until it is over. Returns the fields for `action`."""
    if not await within(stage.network.clock, bridge.over, time_limit):
        stage.network.bridges.part(bridge, "time is over")
    return _bridged(bridge)


def part(stage: Stage) -> None:
    """The caller pressed the star."""
    bridge = stage.network.bridges.of(stage.leg)
    if bridge is not None:
        stage.network.bridges.part(bridge, "star pressed")


def outcome_so_far(stage: Stage) -> dict[str, str]:
    bridge = stage.network.bridges.of(stage.leg)
    return not_bridged("canceled") if bridge is None else _bridged(bridge)


def not_bridged(status: str) -> dict[str, str]:
    return {"DialCallStatus": status, "DialBridged": "false"}


def _bridged(bridge: Bridge) -> dict[str, str]:
    """Without a duration if REST took the caller elsewhere."""
    told = {
        "DialCallStatus": "completed",
        "DialCallSid": bridge.child.sid,
        "DialBridged": "true",
    }
    if not (bridge.over.done() and bridge.over.result() == "taken elsewhere"):
        told["DialCallDuration"] = str(bridge.seconds)
    return told
