"""Passwords: kept as dear hashes, which are made and checked off the event loop.

Apart from signing in, because whoever adds people from the command line needs no web server.
"""

import asyncio
import os

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# Hashing takes tens of milliseconds of a core on purpose: it runs in threads, few at a time.
_hasher = PasswordHasher()
_turns = asyncio.Semaphore(2 * (os.cpu_count() or 1))


async def hash_password(password: str) -> str:
    """An argon2id hash, made off the event loop."""
    async with _turns:
        return await asyncio.to_thread(_hasher.hash, password)


async def password_is(stored: str, password: str) -> bool:
    """Whether the password belongs to that hash; checked off the event loop."""
    async with _turns:
        try:
            return await asyncio.to_thread(_hasher.verify, stored, password)
        except (VerificationError, InvalidHashError):
            return False
