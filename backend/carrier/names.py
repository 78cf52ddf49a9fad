"""Our names as they travel through the carrier and come back: identity, label, conference.

Twilio allows only letters, digits and underscores in an identity, and warns against personal
data in any of them (twilio.com/docs/voice/sdks/javascript). So they are ids and nothing else.
"""

import re
from uuid import UUID

CALLER_LABEL = "caller"
_IDENTITY = re.compile(r"^u_([0-9a-f]{32})$")
_LABEL = re.compile(r"^agent_([0-9a-f]{32})_([0-9a-f]{8})$")
_OUTBOUND = re.compile(r"^outbound_([0-9a-f]{32})$")
_MONITOR = re.compile(r"^monitor_([0-9a-f]{32})_([0-9a-f]{8})$")
_LEG = re.compile(r"^[0-9a-f]{8}$")


def identity_of(person: UUID) -> str:
    """How the voice SDK and the access token name an agent."""
    return f"u_{person.hex}"


def person_of_identity(identity: str) -> UUID | None:
    """The agent of that identity (`client:` in front or not), or None if it is not ours."""
    found = _IDENTITY.match(identity.removeprefix("client:"))
    return UUID(found[1]) if found else None


def label_of(person: UUID, leg: str) -> str:
    """An agent's label in the conference. `leg` tells two attempts of one page apart: a label
    must be unique in its room (error 16025)."""
    return f"agent_{person.hex}_{leg}"


def person_of_label(label: str) -> UUID | None:
    """The agent with that label, or None if it is another participant's."""
    found = _LABEL.match(label)
    return UUID(found[1]) if found else None


def label_of_outbound(outbound: UUID) -> str:
    """The label of a leg that we had placed to a number outside."""
    return f"outbound_{outbound.hex}"


def outbound_of_label(label: str) -> UUID | None:
    """The leg to a number outside with that label, or None if it is another participant's."""
    found = _OUTBOUND.match(label)
    return UUID(found[1]) if found else None


def monitor_label_of(person: UUID, leg: str) -> str:
    """The label of a supervisor who monitors; it tells their leg from an agent's."""
    return f"monitor_{person.hex}_{leg}"


def monitor_of_label(label: str) -> UUID | None:
    """The supervisor with that label, or None if it is another participant's."""
    found = _MONITOR.match(label)
    return UUID(found[1]) if found else None


def is_leg_name(text: str) -> bool:
    """Whether a browser named its attempt as it should: eight hexadecimal digits."""
    return bool(_LEG.match(text))
