"""Which uploaded version answers a request, and with which secrets."""

from __future__ import annotations

from contextvars import ContextVar

from aiohttp import web

from bot.sandbox.cloudflare.versions import Version

VERSION = web.RequestKey("version", Version)
ANSWERING: ContextVar[Version | None] = ContextVar("answering", default=None)


def has_secret(name: str) -> bool:
    """Whether the version that answers now has that secret."""
    version = ANSWERING.get()
    return version is None or name in version.secrets
