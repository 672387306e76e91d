"""The server's settings that decide over safety and speed. Pure."""

from __future__ import annotations

from handlers.database.asking import Answers, Question, Row
from handlers.database.result import Finding, Grid, Look, Severity, ordered
from handlers.database.wording import counted, size

QUESTIONS = (Question("server_settings", "Settings"),)
# Setting, the value that is bad, how bad, why, the value that mends it.
_RULES: tuple[tuple[str, str, Severity, str, str], ...] = (
    ("fsync", "off", Severity.CRITICAL, "A power cut can destroy the database.", "on"),
    ("full_page_writes", "off", Severity.CRITICAL, "A power cut can destroy pages.", "on"),
    ("autovacuum", "off", Severity.CRITICAL, "Dead rows stay, up to the wraparound.", "on"),
    ("track_counts", "off", Severity.CRITICAL, "Autovacuum does not know where to go.", "on"),
    (
        "idle_in_transaction_session_timeout", "0", Severity.NOTE,
        "A forgotten transaction keeps its locks without end.", "'10min'",
    ),
    (
        "statement_timeout", "0", Severity.NOTE,
        "A query may run without end; set it for the application's role.", "'60s'",
    ),
    ("synchronous_commit", "off", Severity.NOTE, "A crash loses the last moment's commits.", "on"),
    ("track_io_timing", "off", Severity.NOTE, "Nobody can tell reading time from work.", "on"),
    (
        "password_encryption", "md5", Severity.WARNING,
        "New passwords are stored in a form that is broken.", "'scram-sha-256'",
    ),
    (
        "max_slot_wal_keep_size", "-1", Severity.NOTE,
        "A slot that nobody reads can fill the disk.", "'10GB'",
    ),
)  # fmt: skip
_OF_A_ROLE = frozenset({"statement_timeout", "idle_in_transaction_session_timeout"})
_PAGES = {"8kB": 8192, "kB": 1024, "MB": 1024**2, "B": 1}


def findings(rows: list[Row]) -> list[Finding]:
    by_name = {row["name"]: row for row in rows}
    found = []
    for name, bad, severity, why, good in _RULES:
        if name in by_name and by_name[name]["setting"] == bad:
            fix = (
                f"ALTER DATABASE CURRENT_DATABASE SET {name} = {good};"
                if name in _OF_A_ROLE
                else f"ALTER SYSTEM SET {name} = {good};"
            )
            found.append(Finding(severity, f"{name} = {bad}", why, fix, "pg_settings"))
    return found + [
        Finding(
            Severity.NOTE, row["name"], "A new value waits for a restart of the server.", "",
            "pg_settings.pending_restart",
        )
        for row in rows
        if row["pending_restart"]
    ]  # fmt: skip


def value(row: Row) -> str:
    """The setting with its unit; sizes in words."""
    setting, unit = row["setting"], row["unit"]
    if unit in _PAGES and setting.lstrip("-").isdigit() and int(setting) > 0:
        return size(int(setting) * _PAGES[unit])
    return f"{setting}\u00a0{unit}" if unit and setting not in ("0", "-1") else setting or "(empty)"


def look(answers: Answers, database: str) -> Look:
    rows = answers.all("server_settings")
    found = [
        Finding(
            each.severity, each.subject, each.reason,
            each.fix.replace("CURRENT_DATABASE", database), each.source,
        )
        for each in findings(rows)
    ]  # fmt: skip
    notes = []
    if found:
        notes.append("On a managed server such as Neon, its console or support sets some of them.")
    if answers.standing.statements_schema is None:
        notes.append("pg_stat_statements is not installed: `/pitchey db slow` says how.")
    grid = Grid(
        ("Setting", "Value", "Comes from"),
        tuple((row["name"], value(row), row["source"]) for row in rows),
    )
    return Look(
        "settings", f"{counted(len(rows), 'setting')} that matter, {len(found)} worth a look", (),
        grid if rows else None, ordered(found), tuple(notes), answers.unread,
    )  # fmt: skip
