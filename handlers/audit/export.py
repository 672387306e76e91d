"""The audit log as a file: every entry that fits, oldest first, with its number and hash."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import OpsError
from bot.store import AuditEntry
from handlers.audit.result import AuditExport, Wanted
from handlers.audit.withheld import withheld_from
from handlers.audit.wording import plainly

if TYPE_CHECKING:
    from bot.command import Role
    from bot.store import Store

FORMS = ("csv", "json")
_COLUMNS = ("number", *(field.name for field in fields(AuditEntry)), "hash")
# A spreadsheet runs a cell that begins so as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def export_audit(
    store: Store, wanted: Wanted, form: str, now: datetime, role: Role | None = None
) -> AuditExport:
    """Every fitting entry that `role` may see (the limit does not count); raises OpsError for a
    damaged log."""
    return await asyncio.to_thread(_export, store, wanted, form, now, role)


async def write_export(export: AuditExport, path: str) -> str:
    """Write the file for its owner's eyes alone; answers its path, raises OpsError."""

    def write() -> str:
        target = Path(path).expanduser()
        try:
            target.touch(mode=0o600)
            target.write_bytes(export.content)
        except OSError as error:
            raise OpsError(
                f"The file {target} could not be written: {error.strerror}.",
                "Name another one with `--file`.",
                permanent=True,
            ) from error
        return str(target.resolve())

    return await asyncio.to_thread(write)


def _export(
    store: Store, wanted: Wanted, form: str, now: datetime, role: Role | None
) -> AuditExport:
    _, head = store.audit.head()
    hidden = withheld_from(store, role)
    rows = [
        {"number": number, **asdict(entry), "at": entry.at.isoformat(), "hash": found}
        for number, entry, found in store.audit.each()
        if _fits(entry, wanted, now) and not hidden(entry)
    ]
    text = _as_csv(rows) if form == "csv" else json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    name = f"pitchey-audit-{now:%Y-%m-%d-%H%M}.{form}"
    return AuditExport(wanted, name, text.encode(), len(rows), head)


def _fits(entry: AuditEntry, wanted: Wanted, now: datetime) -> bool:
    return (
        wanted.person in (None, entry.person_id)
        and wanted.command in (None, entry.command, entry.command.partition(" ")[0])
        and wanted.outcome in (None, entry.outcome)
        and (wanted.since is None or now - entry.at <= wanted.since)
    )


def _as_csv(rows: list[dict[str, Any]]) -> str:
    written = io.StringIO()
    writer = csv.DictWriter(written, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        # For people to read; the JSON keeps each detail as its hash was made from it.
        read = row | {"detail": plainly(row["detail"])}
        writer.writerow({name: _cell(value) for name, value in read.items()})
    return written.getvalue()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
