"""Standbys, slots, publications and subscriptions. Pure."""

from __future__ import annotations

from handlers.database.asking import Answers, Question, Row
from handlers.database.result import Finding, Grid, Look, Severity, ordered
from handlers.database.thresholds import REPLAY_LAG, SLOT_BYTES, SLOT_INACTIVE, above
from handlers.database.wording import counted, lasting, size

SENDERS = Question("walsenders", "Standbys")
SLOTS = Question("slots", "Replication slots")
STANDBY = Question("standby", "Replay lag")
SUBSCRIPTIONS = Question("subscriptions", "Subscriptions")
BRIEF = (SENDERS, SLOTS, STANDBY, SUBSCRIPTIONS)
QUESTIONS = (
    *BRIEF,
    Question("publications", "Publications"),
    Question("subscription_errors", "Subscription errors", least_version=150_000),
)


def findings(answers: Answers) -> list[Finding]:
    found = [*_slots(answers.all("slots")), *_lags(answers)]
    stopped = [row for row in answers.all("subscriptions") if row["pid"] is None]
    failures = {
        row["name"]: row["applying"] + row["syncing"] for row in answers.all("subscription_errors")
    }
    found += [_stopped(row, failures.get(row["name"], 0)) for row in stopped]
    for row in answers.all("subscription_errors"):
        if row["name"] in {each["name"] for each in stopped}:
            continue
        reason = f"It failed {row['applying'] + row['syncing']:,} times since statistics began."
        found.append(
            Finding(
                Severity.WARNING, f"Subscription {row['name']}", reason, "",
                "pg_stat_subscription_stats",
            )
        )  # fmt: skip
    for row in answers.all("publications"):
        if row["keyless"]:
            reason = f"Updates and deletes of tables without a key fail: {row['keyless'][:300]}."
            found.append(
                Finding(
                    Severity.WARNING, f"Publication {row['name']}", reason, "", "pg_publication_rel"
                )
            )
    return found


def _stopped(row: Row, failures: int) -> Finding:
    """Nothing arrives: somebody disabled it, or its worker ends at each attempt."""
    times = f" ({failures:,} failures since statistics began)" if failures else ""
    reason, fix = (
        (
            f"It is on, but its worker ends at each attempt{times}, so nothing arrives. The "
            "server's log says why: most often a table or a row that is not as the publisher's.",
            "",
        )
        if row["enabled"]
        else (
            f"It is disabled{times}, so nothing arrives, and the publisher keeps its log for it.",
            f"ALTER SUBSCRIPTION {quoted(row['name'])} ENABLE;",
        )
    )
    return Finding(
        Severity.CRITICAL, f"Subscription {row['name']}", reason, fix, "pg_stat_subscription",
        command="db replication",
    )  # fmt: skip


def _slots(rows: list[Row]) -> list[Finding]:
    found = []
    for row in rows:
        kept = above(row["kept"], SLOT_BYTES)
        # Before PostgreSQL 17 nobody tells since when a slot is not read.
        idle = not row["active"] and (row["inactive"] is None or row["inactive"] >= SLOT_INACTIVE)
        if kept is None and not idle and row["wal_status"] != "lost":
            continue
        since = f" for {lasting(row['inactive'])}" if row["inactive"] else ""
        unread = f"Nobody reads it{since}; it" if not row["active"] else "It"
        name = row["name"].replace("'", "''")
        reason = f"{unread} keeps {size(row['kept'])} of write-ahead log from being removed."
        if not row["active"]:
            reason += " Start its reader again; drop the slot only where that one is gone for good."
        if row["wal_status"] == "lost":
            reason = "The log that it stands for is removed: its reader has to be copied anew."
        found.append(
            Finding(
                kept or Severity.WARNING,
                f"Replication slot {row['name']}",
                reason,
                "" if row["active"] else f"SELECT pg_drop_replication_slot('{name}');",
                "pg_replication_slots",
                row["kept"],
            )
        )
    return found


def _lags(answers: Answers) -> list[Finding]:
    found = []
    for row in answers.all("walsenders"):
        # One that stopped answering tells no more of time; what it lacks still grows.
        late, lacking = above(row["lag"] or 0.0, REPLAY_LAG), above(row["behind"], SLOT_BYTES)
        if severity := min(
            filter(None, (late, lacking)), key=lambda each: each.weight, default=None
        ):
            time = f"{lasting(row['lag'])} ({size(row['behind'])})" if row["lag"] else ""
            reason = f"It is {time or size(row['behind'])} behind."
            who = f"{_kind(row)} {row['application'] or row['pid']}"
            found.append(Finding(severity, who, reason, "", "pg_stat_replication"))
    standby = answers.one("standby")
    if standby and (severity := above(standby["lag"] or 0.0, REPLAY_LAG)):
        reason = f"This standby replays what happened {lasting(standby['lag'])} ago."
        found.append(Finding(severity, "Replay", reason, "", "pg_last_xact_replay_timestamp"))
    return found


def _kind(row: Row) -> str:
    return "Subscriber" if row["subscriber"] else "Standby"


def facts(answers: Answers) -> list[tuple[str, str]]:
    senders = [row for row in answers.all("walsenders") if not row["subscriber"]]
    standby = answers.one("standby")
    if standby and standby["standby"]:
        return [("Replication lag", lasting(standby["lag"] or 0.0))]
    slots = answers.all("slots")
    tail = f"; {counted(len(slots), 'slot')}" if slots else ""
    if not senders:
        return [("Replication lag", f"no standby is connected{tail}")]
    worst = max(row["lag"] or 0.0 for row in senders)
    return [
        (
            "Replication lag",
            f"{lasting(worst)} of {counted(len(senders), 'standby', 'standbys')}{tail}",
        )
    ]


def look(answers: Answers) -> Look:
    senders, slots = answers.all("walsenders"), answers.all("slots")
    publications, subscriptions = answers.all("publications"), answers.all("subscriptions")
    rows = [
        (_kind(row), row["application"] or str(row["pid"]), row["state"],
         f"{size(row['behind'])} behind" + (f", {lasting(row['lag'])}" if row["lag"] else ""))
        for row in senders
    ]  # fmt: skip
    rows += [
        ("Slot", row["name"], "read" if row["active"] else "not read",
         f"keeps {size(row['kept'])}, {row['type']}")
        for row in slots
    ]  # fmt: skip
    rows += [
        ("Publication", row["name"], "-",
         "all tables" if row["everything"] else counted(row["tables"], "table"))
        for row in publications
    ]  # fmt: skip
    rows += [
        ("Subscription", row["name"], "runs" if row["pid"] else "does not run",
         "-" if row["silent"] is None else f"heard {lasting(row['silent'])} ago")
        for row in subscriptions
    ]  # fmt: skip
    followers = sum(row["subscriber"] for row in senders)
    summary = ", ".join(
        (
            counted(len(senders) - followers, "standby", "standbys"),
            *((counted(followers, "subscriber"),) if followers else ()),
            counted(len(slots), "slot"),
            counted(len(publications), "publication"),
            counted(len(subscriptions), "subscription"),
        )
    )
    grid = Grid(("Kind", "Name", "State", "Detail"), tuple(rows)) if rows else None
    role = "This server is a standby" if answers.standing.standby else "This server is the primary"
    return Look(
        "replication", summary, tuple(facts(answers)), grid, ordered(findings(answers)),
        (f"{role}.",), answers.unread,
        offers=() if publications else (("Create the publication", "db publication create"),),
    )  # fmt: skip


def quoted(name: str) -> str:
    """An SQL identifier in double quotes."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
