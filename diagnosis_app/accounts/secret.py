"""Makes the secrets that people and scripts carry. Nothing here is stored in clear."""

from __future__ import annotations

import hashlib
import secrets

TOKEN_PREFIX = "clew_"  # noqa: S105  names the product, so that a leaked token is recognised
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # without i l o 0 1, which are misread aloud


def password() -> str:
    """A one-time password that can be read aloud: four groups of four, 79 bits."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))


def token() -> str:
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Enough for a token of 256 random bits: nothing to guess, so nothing to slow down."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
