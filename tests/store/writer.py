"""A process that writes until it is killed, and prints what the store reported as written."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.store import AuditEntry, Store


def entry(reference: str) -> AuditEntry:
    return AuditEntry(
        at=datetime.now(UTC),
        reference=reference,
        person_id="U012AB3CD",
        person_name="ana",
        surface="slash command",
        channel="C012AB3CD",
        command="health",
        arguments="health api",
        role="operator",
        outcome="succeeded",
        detail="Healthy: 7 of 7",
        duration_ms=412,
    )


def main(path: Path, name: str, most: int) -> None:
    store = Store.open(path, patience=20)
    for number in range(most):
        reference = f"{name}-{number}"
        assert store.deliveries.claim(reference, "health", "{}", datetime.now(UTC))
        print("claimed", reference, flush=True)  # noqa: T201 the parent reads it
        store.audit.append(entry(reference))
        print("recorded", reference, flush=True)  # noqa: T201
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
