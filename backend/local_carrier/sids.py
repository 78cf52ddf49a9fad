"""Twilio's names for things: two letters that say what, and 32 hex digits that say which."""

import re
import secrets


def new_sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)


def is_sid(prefix: str, text: str) -> bool:
    return re.fullmatch(rf"{prefix}[0-9a-fA-F]{{32}}", text) is not None
