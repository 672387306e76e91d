"""`[security]`: who is never blocked, and how long containment lasts by itself."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, Field, Strict

from bot.settings.values import AnyText, FilePath, Table, Text

_SYSTEM = re.compile(r"AS[1-9]\d{0,9}")
_COUNTRY = re.compile(r"[A-Z][A-Z0-9]")


def _origin(text: str) -> str:
    if _SYSTEM.fullmatch(text) or _COUNTRY.fullmatch(text):
        return text
    try:
        ip_network(text, strict=False)
    except ValueError as error:
        raise ValueError(
            "is not an address, a network such as 192.0.2.0/24, AS64500 or a country such as DE"
        ) from error
    return text


Origin = Annotated[str, Strict(), Field(max_length=60), AfterValidator(_origin)]
LastingHours = Annotated[float, Strict(), Field(gt=0, le=720, allow_inf_nan=False)]
KeyPattern = Annotated[str, Strict(), Field(min_length=1, max_length=200)]


class Allowed(Table):
    """A finding that is none: `path` of the checkout or address of a script, * stands for any."""

    path: Annotated[str, Strict(), Field(min_length=1, max_length=300)]
    reason: Annotated[str, Strict(), Field(min_length=5, max_length=300)]
    rule: Annotated[str, Strict(), Field(max_length=60)] = "*"


class Security(Table):
    """`never_block` is the office and whoever else must get through, whatever happens.

    A block ends after `block_hours`, under attack mode after `under_attack_hours`, unless a
    person says otherwise. `session_keys` are the Redis keys that hold sessions.

    `audit` is when the weekly audit runs, as a crontab line; `checkout` a clone of the platform
    (that of [deploys.checkout] without it), `allowed` what is no secret in it; `hosts` are looked
    at besides those of the environments; `owner` answers for what is found.
    """

    audit: AnyText = "0 6 * * mon"
    checkout: FilePath | None = None
    allowed: Annotated[tuple[Allowed, ...], Field(max_length=500)] = ()
    hosts: Annotated[tuple[Text, ...], Field(max_length=50)] = ()
    owner: AnyText = ""

    never_block: Annotated[tuple[Origin, ...], Field(max_length=200)] = ()
    block_hours: LastingHours = 24.0
    under_attack_hours: LastingHours = 2.0
    session_keys: Annotated[tuple[KeyPattern, ...], Field(max_length=20)] = (
        "session:*",
        "sessions:*",
        "better-auth:*",
    )
