"""Secrets at rest: AES-256-GCM, each bound to the tenant and column that it was sealed for."""

from os import urandom
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
NONCE_BYTES = 12


class CannotUnseal(Exception):
    """A stored secret cannot be read with this PATCHBAY_SECRET_KEY. Was the key changed?"""


def seal(key: bytes, tenant: UUID, column: str, secret: str) -> bytes:
    """The secret, readable only with `key`, for this tenant and column."""
    nonce = urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, secret.encode(), _place(tenant, column))


def unseal(key: bytes, tenant: UUID, column: str, sealed: bytes) -> str:
    """What was sealed. Raises `CannotUnseal` for another key, tenant or column."""
    nonce, box = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, box, _place(tenant, column)).decode()
    except InvalidTag as problem:
        raise CannotUnseal from problem


def _place(tenant: UUID, column: str) -> bytes:
    return tenant.bytes + column.encode()
