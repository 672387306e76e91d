"""Cache hits, deadlocks, rollbacks and the distance to the wraparound. Pure."""

from __future__ import annotations

from handlers.database.asking import Question, Row
from handlers.database.result import Finding, Severity
from handlers.database.thresholds import (
    CACHE_HITS,
    CACHE_TRAFFIC,
    DEADLOCKS_A_DAY,
    FREEZE,
    ROLLBACKS,
    WRAPAROUND,
    WRAPAROUND_END,
    above,
    below,
)
from handlers.database.wording import counted, lasting, percent, word

TRAFFIC = Question("traffic", "Cache and transactions")
WRAP = Question("wraparound", "Wraparound")
WRAP_TABLES = Question("wraparound_tables", "Oldest tables")
QUESTIONS = (TRAFFIC, WRAP, WRAP_TABLES)
_LEAST_TRANSACTIONS = 1_000


def hit_ratio(row: Row) -> float | None:
    """Percent of blocks found in memory; None with too little traffic to say."""
    read = row["hit"] + row["read"]
    return None if read < CACHE_TRAFFIC else 100 * row["hit"] / read


def traffic_findings(row: Row, seconds: float) -> list[Finding]:
    """`seconds` is how far the counters reach back."""
    found, source = [], "pg_stat_database"
    ratio = hit_ratio(row)
    if ratio is not None and (severity := below(ratio, CACHE_HITS)):
        reason = (
            f"{percent(ratio)} of blocks came from memory, target {CACHE_HITS[0]:.0f}\u00a0% or "
            "more; "
            "the rest waited for storage."
        )
        found.append(Finding(severity, "Cache hits", reason, "", source, 0, "db slow"))
    a_day = row["deadlocks"] / max(1.0, seconds / 86_400)
    if a_day >= DEADLOCKS_A_DAY:
        reason = f"{row['deadlocks']:,} deadlocks in {lasting(seconds)}: two sessions lock in turn."
        found.append(Finding(Severity.WARNING, "Deadlocks", reason, "", source, 0, "db locks"))
    ended = row["commits"] + row["rollbacks"]
    share = 100 * row["rollbacks"] / max(1, ended)
    if ended >= _LEAST_TRANSACTIONS and share >= ROLLBACKS:
        reason = f"{percent(share)} of {ended:,} transactions were rolled back."
        found.append(Finding(Severity.WARNING, "Rollbacks", reason, "", source))
    return found


def traffic_facts(row: Row, seconds: float) -> list[tuple[str, str]]:
    ratio = hit_ratio(row)
    if ratio is None:
        blocks = row["hit"] + row["read"]
        return [("Cache hits", f"too little traffic to say ({counted(blocks, 'block')})")]
    target = f"target {CACHE_HITS[0]:.0f}\u00a0%"
    return [("Cache hits", f"{percent(ratio)} ({target}) over {lasting(seconds)}")]


def wraparound_findings(row: Row, tables: list[Row]) -> list[Finding]:
    oldest = max(row["transactions"], row["multixacts"])
    share = 100 * row["transactions"] / max(1, row["freeze_age"])
    limits = [above(oldest, WRAPAROUND), above(share, FREEZE)]
    bad = [each for each in limits if each]
    if not bad:
        return []
    left = WRAPAROUND_END - oldest
    table = f" The oldest table is {tables[0]['name']}." if tables else ""
    return [
        Finding(
            # Late freezing alone stops nothing yet.
            min(bad, key=lambda each: each.weight) if limits[0] else Severity.WARNING,
            "Wraparound",
            f"{left:,} transactions are left until the server takes no more writes.{table}",
            f"VACUUM (FREEZE) {tables[0]['name']};" if tables else "VACUUM (FREEZE);",
            "pg_database.datfrozenxid",
            act=("Freeze it", f"db vacuum {word(tables[0]['name'])} --freeze")
            if tables
            else ("Freeze old rows", "db vacuum --freeze"),
        )
    ]


def wraparound_facts(row: Row) -> list[tuple[str, str]]:
    used = max(row["transactions"], row["multixacts"])
    share = percent(100 * used / WRAPAROUND_END)
    return [("Wraparound", f"{WRAPAROUND_END - used:,} transactions left ({share} used)")]
