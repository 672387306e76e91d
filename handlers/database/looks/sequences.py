"""Sequences that come to the end of what their column can hold. Pure."""

from __future__ import annotations

from handlers.database.asking import Answers, Question, Row
from handlers.database.result import Finding, Grid, Look, ordered
from handlers.database.thresholds import SEQUENCE, above
from handlers.database.wording import counted, percent

QUESTIONS = (Question("sequences", "Sequences"),)


def findings(rows: list[Row]) -> list[Finding]:
    found = []
    for row in rows:
        severity = above(row["used"] or 0.0, SEQUENCE)
        if severity is None or row["cycles"]:
            continue
        owned = row["on_table"] is not None
        narrow = owned and row["type"] in ("integer", "smallint")
        reason = f"{percent(row['used'])} of {row['most']:,} values are used; then inserts fail."
        fix = ""
        if narrow:
            reason += " Widening rewrites the table under a lock."
            fix = (
                f"ALTER TABLE {row['on_table']} ALTER COLUMN {row['on_column']} TYPE bigint; "
                f"ALTER SEQUENCE {row['name']} AS bigint;"
            )
        found.append(Finding(severity, row["name"], reason, fix, "pg_sequence", int(row["used"])))
    return found


def look(answers: Answers) -> Look:
    rows = answers.all("sequences")
    found = findings(rows)
    notes = []
    if rows and rows[0]["hidden"]:
        role = answers.standing.role_quoted
        notes.append(
            f"{counted(rows[0]['hidden'], 'sequence')} cannot be read. As the owner: "
            f"`GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};`"
        )
    total = rows[0]["total"] if rows else 0
    return Look(
        "sequences", f"{counted(total, 'sequence')}, {len(found)} near their end", (),
        _grid(rows), ordered(found), tuple(notes), answers.unread,
    )  # fmt: skip


def _grid(rows: list[Row]) -> Grid | None:
    if not rows:
        return None
    return Grid(
        ("Sequence", "Used", "Last value", "Most", "Column"),
        tuple(
            (
                row["name"],
                "-" if row["used"] is None else percent(row["used"]),
                "not used" if row["last"] is None else f"{row['last']:,}",
                f"{row['most']:,}",
                f"{row['on_table']}.{row['on_column']} {row['type']}" if row["on_table"] else "-",
            )
            for row in rows
        ),
        frozenset({1, 2, 3}),
        rows[0]["total"],
    )
