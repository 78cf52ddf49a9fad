"""Text that a spreadsheet would run: whoever calls, or names a queue, chooses what stands there.

See OWASP, "CSV Injection".
"""

import re

SPELL, NUMBER = re.compile(r"[=+\-@\t\r]"), re.compile(r"[+\-]?[0-9.]+")


def is_spell(text: str) -> bool:
    """Whether a spreadsheet would take that for a formula. A plain number is none, so telephone
    numbers stay as they are."""
    return bool(SPELL.match(text)) and not NUMBER.fullmatch(text)
