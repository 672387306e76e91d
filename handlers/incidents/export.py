"""A whole timeline as a file: Markdown for people, JSON and CSV for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from bot.errors import OpsError
from bot.store.incidents_rows import IncidentRecord
from bot.store.timeline import TimelineEntry
from handlers.incidents.naming import slug
from handlers.incidents.timeline_views import entry_data
from handlers.incidents.words import marked, utc

FORMS = ("md", "json", "csv")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def exported(
    record: IncidentRecord, entries: Sequence[TimelineEntry], form: str, head: str
) -> tuple[str, bytes]:
    """The file's name and content; entries in the order in which they happened. Pure."""
    name = f"{record.id.lower()}-{slug(record.title)[:40] or 'timeline'}.{form}"
    text = {"md": _markdown, "json": _json, "csv": _csv}[form](record, entries, head)
    return name, text.encode("utf-8", "backslashreplace")


def written(path: str, content: bytes) -> str:
    """Write it where a terminal asked for it; raises OpsError. Answers the whole path."""
    target = Path(path).expanduser()
    try:
        with target.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise OpsError(f"{target} is there already.", "Name another file.") from None
    except OSError as error:
        raise OpsError(f"{target} cannot be written: {error.strerror}.") from error
    return str(target.resolve())


def _markdown(record: IncidentRecord, entries: Sequence[TimelineEntry], head: str) -> str:
    lines = [
        f"# {marked(record)}{record.id}: {_flat(record.title)}",
        "",
        f"{record.severity} {record.kind}, {record.status}. Declared {utc(record.declared_at)} by "
        f"{_flat(record.declared_by_name)}. {len(entries)} entries, head `{head}`.",
        "",
        "| # | happened | written down | kind | who | what |",
        "|---|---|---|---|---|---|",
    ]
    for each in entries:
        cells = (
            str(each.sequence), utc(each.happened_at), utc(each.recorded_at), each.kind,
            _flat(each.actor_name), _flat(each.text),
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _json(record: IncidentRecord, entries: Sequence[TimelineEntry], head: str) -> str:
    whole = {
        "incident": record.id,
        "title": record.title,
        "drill": record.drill,
        "head": head,
        "entries": [entry_data(each) for each in entries],
    }
    return json.dumps(whole, indent=1, ensure_ascii=True) + "\n"


def _csv(_record: IncidentRecord, entries: Sequence[TimelineEntry], _head: str) -> str:
    made = io.StringIO()
    rows = [entry_data(each) for each in entries]
    writer = csv.DictWriter(made, list(rows[0]) if rows else ["sequence"])
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _harmless(value) for name, value in row.items()})
    return made.getvalue()


def _harmless(value: object) -> object:
    """A spreadsheet must not read what somebody said as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _flat(text: str) -> str:
    plain = " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")
    return plain.replace("<", "&lt;").replace("`", "'")
