"""A secret typed at a terminal without being shown, or read from standard input."""

from __future__ import annotations

import asyncio
import getpass
import sys

from bot.errors import BadInput

_MOST = 65_536  # bytes; more is a file by mistake


async def read_secret(prompt: str) -> str:
    """One value; of standard input that is no terminal, all of it without its last line end.

    Raises BadInput where nothing came.
    """
    value = await asyncio.to_thread(_read, prompt)
    if not value.strip():
        raise BadInput("No value was given. Nothing was changed.", "Type it, or pipe it in.")
    return value


def _read(prompt: str) -> str:
    if sys.stdin is None:
        return ""
    if not sys.stdin.isatty():
        return sys.stdin.read(_MOST).removesuffix("\n").removesuffix("\r")
    try:
        return getpass.getpass(prompt)
    except (EOFError, KeyboardInterrupt):
        return ""
