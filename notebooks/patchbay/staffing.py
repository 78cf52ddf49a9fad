"""How many agents a traffic needs, by Erlang: the formulas of the dashboards, for what-ifs."""

from backend.measures.erlang import (
    Queue,
    agents_needed,
    erlang_b,
    erlang_c,
    impatient_queue,
    patient_queue,
)

__all__ = [
    "Queue",
    "agents_needed",
    "erlang_b",
    "erlang_c",
    "impatient_queue",
    "patient_queue",
]
