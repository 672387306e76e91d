"""Ids that a person can read out over the phone: of operations, requests, archives, tickets."""

from __future__ import annotations

import secrets

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no letters that look like digits
_LENGTH = 8  # of 6 letters two of 33,000 requests were alike, and one's note passed for the other's


def short_id(kind: str) -> str:
    """A new one, such as `OP-7KQ2MX4P` of the kind `OP`. Older ones of it have six letters."""
    return f"{kind}-{''.join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))}"
