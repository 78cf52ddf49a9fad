"""An outgoing call of a browser phone, the same for the real SDK and for the lab's softphones."""

from backend.local_carrier.exchange import CannotDial, Exchange
from backend.local_carrier.legs import FarEnd, Leg
from backend.local_carrier.signalling.tokens import Access


def place_call(
    exchange: Exchange, access: Access, parameters: dict[str, str], far_end: FarEnd
) -> Leg:
    """Parameters fixed in the token win over those that the page sends."""
    if access.application_sid is None:
        raise CannotDial("no-outgoing-grant", "The token does not allow outgoing calls.")
    return exchange.dial_application(
        access.account,
        access.application_sid,
        access.identity,
        parameters | access.outgoing_parameters,
        far_end,
    )
