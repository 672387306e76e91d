"""`[store]`: where the bot's own records are, a file or a PostgreSQL database."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, Field, Strict

from bot.settings.problems import Problem
from bot.settings.secrets import Secrets, looks_secret, parses
from bot.settings.values import FilePath, Table

_SCHEME = re.compile(r"postgres(?:ql)?://")
_SECRET_OPTIONS = re.compile(r"password|secret", re.IGNORECASE)  # sslpassword too


def holds_secret(address: str) -> bool:
    """Whether an address that should name a database holds a password, or any other secret."""
    try:
        parts = urlsplit(address, allow_fragments=False)
    except ValueError:
        return False  # unreadable, which is another complaint
    options = parse_qsl(parts.query, keep_blank_values=True)
    return (
        bool(parts.password)
        or any(_SECRET_OPTIONS.search(name) for name, _ in options)
        # What stands in front of an @ in there was a password with a slash in it.
        or "@" in parts.path
        or looks_secret(_SCHEME.sub("", address, count=1))
    )


def _address(text: str) -> str:
    if not text:
        return text
    if not _SCHEME.match(text):
        raise ValueError("is not an address such as postgresql://bot@db.example.com/records")
    if any(character.isspace() or not character.isprintable() for character in text):
        raise ValueError("contains a space or an invisible character")
    if not parses(text):
        raise ValueError(
            "is an address that cannot be read (a bracket, a port or a % sign is wrong)"
        )
    return text


StoreAddress = Annotated[str, Strict(), AfterValidator(_address), Field(max_length=500)]


class Records(Table):
    """With `url` the records are in PostgreSQL, and `path` says where this machine keeps its own.

    A relative path counts from the folder of pitchey.toml. The password is no part of `url`.
    """

    path: FilePath = Path("var/pitchey.sqlite3")
    url: StoreAddress = ""


def unused_password(records: Records, secrets: Secrets) -> list[Problem]:
    """A password without a database it belongs to: the records would go into a file, silently."""
    if secrets.store_password is None or secrets.store_url is not None or records.url:
        return []
    return [
        Problem(
            "STORE_PASSWORD",
            "is set, but no address of a store is.",
            "Write the address into [store] url, or unset it.",
        )
    ]
