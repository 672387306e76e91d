"""Sizes, dead rows, bloat and upkeep of tables. Pure."""

from __future__ import annotations

from handlers.database.asking import Answers, Question, Row
from handlers.database.result import Finding, Grid, Look, Severity, ordered
from handlers.database.thresholds import (
    BLOAT,
    DEAD_ROWS,
    DEAD_SHARE,
    STALE_ROWS,
    STALE_SECONDS,
    STALE_SHARE,
)
from handlers.database.wording import counted, lasting, percent, size, word

# The second is asked too where locks keep the first from answering: it touches no table.
SIZES = (Question("tables", "Table sizes", {"counted": False}),)
COUNTED = Question("tables", "Table sizes", {"counted": True})
DEAD = Question("dead_rows", "Dead rows", {"rows": min(DEAD_ROWS, STALE_ROWS)})
BLOATED = Question("table_bloat", "Table bloat", {"bytes": BLOAT[0][1]})
UPKEEP = Question("upkeep", "Vacuum and analyze")
CONSTRAINTS = Question("unvalidated_constraints", "Constraints")
QUESTIONS = (*SIZES, DEAD, BLOATED, CONSTRAINTS, UPKEEP)


def sized(answers: Answers) -> list[Row]:
    return answers.all("tables")


def size_grid(rows: list[Row]) -> Grid | None:
    if not rows:
        return None
    return Grid(
        ("Table", "Size", "of it indexes", "Rows", "Dead", "Vacuumed", "Analyzed"),
        tuple(
            (
                row["name"],
                f"{'≈ ' if row['estimated'] else ''}{size(row['bytes'])}",
                size(row["indexes"]),
                f"{max(0, row['live']):,}",
                f"{row['dead']:,}",
                ago(row["vacuumed"]),
                ago(row["analyzed"]),
            )
            for row in rows
        ),
        frozenset({1, 2, 3, 4}),
        rows[0]["total"],
    )


def estimated_note(rows: list[Row]) -> tuple[str, ...]:
    many = sum(row["estimated"] for row in rows)
    if not many:
        return ()
    return (
        f"≈ marks {counted(many, 'table')} that somebody locks exclusively: estimated from the "
        "pages that the last vacuum counted.",
    )


def ago(seconds: float | None) -> str:
    return "never" if seconds is None else f"{lasting(max(0.0, seconds))} ago"


def dead_findings(rows: list[Row]) -> list[Finding]:
    """Tables that vacuum or analyze should have come by."""
    found = []
    for row in rows:
        live, dead, modified = row["live"], row["dead"], row["modified"]
        share = 100 * dead / max(1, live + dead)
        if dead >= DEAD_ROWS and share >= DEAD_SHARE:
            found.append(
                Finding(
                    Severity.WARNING,
                    row["name"],
                    f"{dead:,} of its rows are dead ({percent(share)}); last vacuum "
                    f"{ago(row['vacuumed'])}.",
                    f"VACUUM (ANALYZE) {row['name']};",
                    "pg_stat_user_tables",
                    dead,
                    act=("Vacuum it", f"db vacuum {word(row['name'])}"),
                )
            )
        stale = 100 * modified / max(1, live)
        waited = row["analyzed"] is None or row["analyzed"] >= STALE_SECONDS
        if modified >= STALE_ROWS and stale >= STALE_SHARE and waited:
            found.append(
                Finding(
                    Severity.NOTE,
                    row["name"],
                    f"{modified:,} rows were modified since its last analyze "
                    f"({ago(row['analyzed'])}), so plans may be built on old statistics.",
                    f"ANALYZE {row['name']};",
                    "pg_stat_user_tables",
                    modified,
                    act=("Analyze it", f"db analyze {word(row['name'])}"),
                )
            )
    return found


def bloat_findings(rows: list[Row], verb: str, *, measures: bool = False) -> list[Finding]:
    """Tables or indexes that are much larger than their rows need; `verb` mends it."""
    found = []
    for row in rows:
        share = 100 * row["wasted"] / max(1, row["bytes"])
        severity = None
        for level, (least, held) in zip((Severity.WARNING, Severity.CRITICAL), BLOAT, strict=True):
            if share >= least and row["wasted"] >= held:
                severity = level
        if severity is not None:
            exact = " pgstattuple can measure it." if measures else ""
            found.append(
                Finding(
                    severity,
                    row["name"],
                    f"About {size(row['wasted'])} of {size(row['bytes'])} ({percent(share)}) hold "
                    f"nothing.{exact}",
                    f"{verb} {row['name']};",
                    "an estimate from pg_stats",
                    row["wasted"],
                    act=_act(verb, row["name"]),
                )
            )
    return found


def _act(verb: str, name: str) -> tuple[str, str]:
    if verb.startswith("REINDEX"):
        return "Reindex it", f"db reindex {word(name)}"
    return "Rewrite it", f"db vacuum-full {word(name)}"


def constraint_findings(rows: list[Row]) -> list[Finding]:
    return [
        Finding(
            Severity.NOTE,
            f"{row['name']}: {row['constraint_name']}",
            "This constraint was never checked against the rows that were there before it.",
            f"ALTER TABLE {row['name']} VALIDATE CONSTRAINT {row['constraint_name']};",
            "pg_constraint",
        )
        for row in rows
    ]


def upkeep_facts(row: Row) -> list[tuple[str, str]]:
    share = 100 * row["dead"] / max(1, row["live"] + row["dead"])
    return [
        ("Dead rows", f"{row['dead']:,} of {row['live'] + row['dead']:,} ({percent(share)})"),
        ("Last vacuum", f"{ago(row['vacuumed'])}, analyze {ago(row['analyzed'])}"),
    ]


def look(answers: Answers) -> Look:
    rows, upkeep = sized(answers), answers.one("upkeep")
    found = [
        *dead_findings(answers.all("dead_rows")),
        *bloat_findings(
            answers.all("table_bloat"), "VACUUM FULL", measures=answers.standing.measures_bloat
        ),
        *constraint_findings(answers.all("unvalidated_constraints")),
    ]
    told = upkeep_facts(upkeep) if upkeep else []
    notes = list(estimated_note(rows))
    if any("VACUUM FULL" in each.fix for each in found):
        notes.append("VACUUM FULL locks a table against all reading and writing while it runs.")
    total = rows[0]["total"] if rows else 0
    held = size(rows[0]["all_bytes"]) if rows else size(0)
    return Look(
        "tables",
        f"{counted(total, 'table')}, {held} together",
        tuple(told),
        size_grid(rows),
        ordered(found),
        tuple(notes),
        answers.unread,
    )
