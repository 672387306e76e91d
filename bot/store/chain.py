"""The hash chain of the audit log. Anyone can verify it with three columns and SHA-256:

    hash = sha256("<sequence>\\n<previous>\\n<entry>")      in lower-case hexadecimal

`entry` is the entry as JSON with its keys sorted, no spaces, and ASCII only; `previous` is the
hash of the entry before, or 64 zeros for the first.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, from where, with which right, and how it ended. Times are UTC."""

    at: datetime
    reference: str
    person_id: str
    person_name: str
    surface: str
    channel: str
    command: str
    arguments: str
    role: str
    outcome: str
    detail: str
    duration_ms: int


def canonical(entry: AuditEntry) -> str:
    """The entry as the text that is hashed; the same entry always gives the same text."""
    fields = asdict(entry) | {"at": instant(entry.at)}
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def from_canonical(text: str) -> AuditEntry:
    """Raises ValueError, TypeError or KeyError where the text is no entry."""
    fields: dict[str, Any] = json.loads(text)
    return AuditEntry(**fields | {"at": datetime.fromisoformat(fields["at"])})


def instant(moment: datetime) -> str:
    """An aware time in UTC, always with microseconds, so that texts sort as times do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def link(sequence: int, previous: str, entry: str) -> str:
    return hashlib.sha256(f"{sequence}\n{previous}\n{entry}".encode()).hexdigest()
