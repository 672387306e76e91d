"""What an audit is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.security_findings import Compared, Finding
from handlers.security.headers import Graded

PARTS = ("secrets", "traffic", "tls", "headers", "cookies", "dependencies")
TITLES = {
    "secrets": "Exposed secrets",
    "traffic": "Access anomalies",
    "tls": "TLS certificates",
    "headers": "Security headers",
    "cookies": "Cookies and CORS",
    "dependencies": "Vulnerable dependencies",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an audit. `looked` says at what; `unchecked` why not at all of it."""

    name: str
    findings: tuple[Finding, ...] = ()
    looked: str = ""
    unchecked: str = ""
    grades: tuple[Graded, ...] = ()


@dataclass(frozen=True, slots=True)
class Audit:
    """A whole audit and what changed since the one before; `before` is None for the first."""

    at: datetime
    seconds: float
    parts: tuple[Part, ...]
    compared: Compared
    before: datetime | None
