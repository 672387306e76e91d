"""Indexes that are unused, doubled, invalid, missing or bloated. Pure."""

from __future__ import annotations

from bot.frozen import quoted
from handlers.database.asking import MOST, Answers, Question, Row
from handlers.database.looks.tables import bloat_findings
from handlers.database.result import Finding, Look, Severity, ordered
from handlers.database.thresholds import BLOAT, LARGE_TABLE_ROWS, UNUSED_DAYS, UNUSED_SIZE
from handlers.database.wording import counted, lasting, size, word

QUESTIONS = (
    Question("indexes_invalid", "Invalid indexes", deadline=8.0),
    Question("indexes_duplicate", "Duplicate indexes", deadline=8.0),
    Question("foreign_keys_without_index", "Foreign keys", deadline=8.0),
    Question("indexes_unused", "Unused indexes", deadline=8.0),
    Question("index_bloat", "Index bloat", {"bytes": BLOAT[0][1]}, deadline=8.0),
)

_COUNTED = ("indexes_duplicate", "foreign_keys_without_index")


def invalid(rows: list[Row]) -> list[Finding]:
    found = []
    for row in rows:
        if row["building"]:
            continue
        verb, act = "DROP", _drop(row) if row["may_drop"] else None
        if not row["leftover"]:
            verb, act = "REINDEX", ("Build it anew", f"db reindex {word(row['name'])}")
        found.append(
            Finding(
                Severity.NOTE if row["leftover"] and not row["written"] else Severity.WARNING,
                _subject("Invalid", row),
                _why_invalid(row),
                f"{verb} INDEX CONCURRENTLY {row['name']};",
                "pg_index",
                row["bytes"],
                act=act,
            )
        )
    return found


def _why_invalid(row: Row) -> str:
    if not row["leftover"]:
        return "It is not valid: it slows every write and no query uses it."
    told = "A REINDEX CONCURRENTLY that was cut off left it behind"
    told += ", in the table's TOAST: " if row["toast"] else ": "
    told += "each change is written to it, none is read." if row["written"] else "nothing uses it."
    if row["may_drop"]:
        return told
    who = "a superuser, or the provider's support" if row["toast"] else "its owner"
    return f"{told} The bot's user may not drop it: only {who}."


def duplicate(rows: list[Row]) -> list[Finding]:
    found = []
    for row in rows:
        why = (
            f"It has the same columns as {row['other']}, which stays."
            if row["exact"]
            else f"{row['other']} begins with the same columns and can do its work."
        )
        found.append(
            Finding(
                Severity.WARNING if row["exact"] else Severity.NOTE,
                _subject("Duplicate" if row["exact"] else "Covered", row),
                f"{why} It takes {size(row['bytes'])} and time at every write.",
                f"DROP INDEX CONCURRENTLY {row['name']};",
                "pg_index: columns, operators, order, predicate",
                row["bytes"],
                act=_drop(row),
            )
        )
    return found


def missing(rows: list[Row]) -> list[Finding]:
    return [
        Finding(
            Severity.WARNING if row["rows"] >= LARGE_TABLE_ROWS else Severity.NOTE,
            f"No index for {row['constraint_name']} on {row['name']}",
            f"Each row deleted in {row['other']}, and each join over it, reads all of "
            f"{row['name']} ({max(0, row['rows']):,} rows, {size(row['bytes'])}).",
            f"CREATE INDEX CONCURRENTLY ON {row['name']} ({row['columns']});",
            "pg_constraint and pg_index",
            row["bytes"],
            act=(
                "Create it",
                f"db create-index {word(row['name'])} --columns={quoted(row['columns'])}",
            ),
        )
        for row in rows
    ]


def unused(rows: list[Row], statistics_seconds: float) -> tuple[list[Finding], list[str]]:
    """Findings where the statistics reach back far enough; otherwise a note that says so."""
    if not rows:
        return [], []
    total, held = rows[0]["total"], size(rows[0]["all_bytes"])
    reach = lasting(statistics_seconds)
    many = counted(total, "index was", "indexes were")
    told = f"{many} not used in the {reach} that statistics cover ({held})"
    if statistics_seconds < UNUSED_DAYS * 86_400:
        return [], [f"{told}: too short to judge, {UNUSED_DAYS} days are needed."]
    large = [row for row in rows if row["bytes"] >= UNUSED_SIZE]
    found = [
        Finding(
            Severity.NOTE,
            _subject("Unused", row),
            f"No query used it in {reach}; it takes {size(row['bytes'])} and time at every write.",
            f"DROP INDEX CONCURRENTLY {row['name']};",
            "pg_stat_user_indexes of this server; read replicas count for themselves",
            row["bytes"],
            act=_drop(row),
        )
        for row in large
    ]
    rest = total - len(large)
    note = f"{told}; {counted(rest, 'of them is', 'of them are')} below {size(UNUSED_SIZE)}."
    return found, [note] if rest else []


def look(answers: Answers) -> Look:
    standing = answers.standing
    idle, notes = unused(answers.all("indexes_unused"), standing.statistics_seconds)
    invalids = invalid(answers.all("indexes_invalid"))
    doubles = answers.all("indexes_duplicate")
    keys = answers.all("foreign_keys_without_index")
    bloated = bloat_findings(
        answers.all("index_bloat"), "REINDEX INDEX CONCURRENTLY", measures=standing.measures_bloat
    )
    others = ordered([*duplicate(doubles), *missing(keys), *idle, *bloated])
    # Of one severity those that are broken first, however small they are.
    found = tuple(sorted((*ordered(invalids), *others), key=lambda each: each.severity.weight))
    told = [
        ("Invalid", str(len(invalids))),
        ("Duplicate", _held(doubles)),
        ("Foreign keys without index", str(keys[0]["total"] if keys else 0)),
        ("Unused", _held(answers.all("indexes_unused"))),
        ("Bloated", f"{len(bloated)} (estimate)"),
    ]
    if any(_count(answers, name) > MOST for name in _COUNTED):
        notes.append(f"Of each kind the {MOST} largest are listed.")
    if found:
        notes.append("CONCURRENTLY wants the direct host, outside a transaction.")
    summary = counted(_total(answers, invalids, bloated), "index to look at", "indexes to look at")
    return Look(
        "indexes",
        summary if found else "Nothing to mend among the indexes",
        tuple(told), None, found, tuple(notes), answers.unread,
    )  # fmt: skip


def _total(answers: Answers, *more: list[Finding]) -> int:
    return sum(map(len, more)) + sum(_count(answers, name) for name in _COUNTED)


def _count(answers: Answers, name: str) -> int:
    rows = answers.all(name)
    return int(rows[0]["total"]) if rows else 0


def _held(rows: list[Row]) -> str:
    return f"{rows[0]['total']}, {size(rows[0]['all_bytes'])}" if rows else "0"


def _drop(row: Row) -> tuple[str, str]:
    return "Drop it", f"db drop-index {word(row['name'])}"


def _subject(kind: str, row: Row) -> str:
    return f"{kind}: {row['name']} on {row['on_table']}"
