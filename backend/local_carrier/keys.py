"""Keys that the carrier presses for a call once it is answered: `SendDigits` of a created call,
`sendDigits` of a <Number>. `w` waits half a second, `W` a whole one.
"""

from backend.local_carrier.legs import Leg

WAITS = {"w": 0.5, "W": 1.0}
MOST_KEYS = 100
KEYS = frozenset("0123456789*#ABCD") | WAITS.keys()


async def press_keys(leg: Leg, keys: str) -> None:
    """A person only hears them; another account's line is told."""
    if not keys:
        return
    leg.note(f"is sent the keys {keys}")
    for key in keys:
        if key in WAITS:
            await leg.clock.sleep(WAITS[key])
        elif leg.on_key_sent is not None:
            leg.on_key_sent(key)
