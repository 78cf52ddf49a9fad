"""What is asked of the carrier for those in a call's conference: nothing where it is so already."""

from backend.domain.call import Call
from backend.domain.instructions import HoldCaller, RemoveLeg, ResumeCaller


def hold_caller(call: Call) -> tuple[HoldCaller, ...]:
    """Music for a caller who does not hear it yet."""
    return () if call.caller_held else (HoldCaller(call.id, call.caller_leg, call.conference),)


def resume_caller(call: Call) -> tuple[ResumeCaller, ...]:
    """No more music for a caller who hears it."""
    return (ResumeCaller(call.id, call.caller_leg, call.conference),) if call.caller_held else ()


def remove(call: Call, leg: str | None) -> tuple[RemoveLeg, ...]:
    """That leg out of the conference, if there is one."""
    return () if leg is None else (RemoveLeg(call.id, leg, call.conference),)
