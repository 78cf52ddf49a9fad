"""Runs the whole product on one machine: PostgreSQL, the local carrier, the web server, Panel.

One copy per data folder. A part that dies is started again; when the supervisor dies, whatever
the reason, all parts die with it.
"""

from backend.supervisor.failure import CannotStart
from backend.supervisor.house import PRODUCT, Plan, run
from backend.supervisor.part import Part

__all__ = ["PRODUCT", "CannotStart", "Part", "Plan", "run"]
