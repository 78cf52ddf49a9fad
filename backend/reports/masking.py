"""Telephone numbers for whoever may not see them whole: of callers, and of all others outside."""

from msgspec.structs import replace

from backend.domain.board import CallCard


def masked(number: str) -> str:
    """A number by which nobody can be called: at least five digits of it are hidden."""
    head = max(0, min(5, len(number) - 7))
    if len(number) < 8:
        return "•" * len(number)
    return f"{number[:head]}{'•' * (len(number) - head - 2)}{number[-2:]}"


def masked_card(card: CallCard) -> CallCard:
    """A call without the number of anybody outside. The company's own, which was called, stays."""
    transfer, consult = card.transfer, card.consult
    return replace(
        card,
        caller=masked(card.caller),
        transfer=transfer and replace(transfer, number=_masked(transfer.number)),
        consult=consult and replace(consult, number=_masked(consult.number)),
        guests=tuple(replace(one, number=_masked(one.number)) for one in card.guests),
    )


def _masked(number: str | None) -> str | None:
    return None if number is None else masked(number)
