"""The read replica's own side: whether it answers, follows, and how far behind it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.clients.postgres_trouble import DatabaseFailure
from handlers.database.asking import Answers, Question, ask
from handlers.database.looks import replication
from handlers.database.result import Finding, Grid, Look, Severity, ordered
from handlers.database.thresholds import REPLAY_LAG, above
from handlers.database.wording import lasting

if TYPE_CHECKING:
    from bot.clients.postgres import Database

QUESTIONS: tuple[Question, ...] = (
    replication.STANDBY,
    replication.SUBSCRIPTIONS,
    Question("subscription_errors", "Subscription errors", least_version=150_000),
)


async def with_replica(found: Look, database: Database) -> Look:
    """The primary's look, with what the replica says of itself."""
    if not database.configured:
        return found
    try:
        answers = await ask(database, QUESTIONS, lanes=1)
    except DatabaseFailure as failure:
        lost = Finding(
            Severity.CRITICAL, "Read replica", f"{failure.message} {failure.hint}".strip(),
            source="REPLICA_DATABASE_URL",
        )  # fmt: skip
        return _with(found, [lost], "does not answer", ())
    return _with(found, judged(answers), *_state(answers))


def judged(answers: Answers) -> list[Finding]:
    """What is wrong on the replica. Pure."""
    bad = [
        replace(each, subject=f"On the replica: {each.subject}")
        for each in replication.findings(answers)
    ]
    for row in answers.all("subscriptions"):
        if severity := above(row["silent"] or 0.0, REPLAY_LAG):
            told = f"It has heard nothing from the primary for {lasting(row['silent'])}."
            bad.append(
                Finding(
                    severity, f"On the replica: subscription {row['name']}", told,
                    source="pg_stat_subscription", command="db replication",
                )
            )  # fmt: skip
    standby = answers.one("standby")
    if not answers.all("subscriptions") and standby is not None and not standby["standby"]:
        bad.append(
            Finding(
                Severity.WARNING, "Read replica",
                "It answers, but follows nobody: no subscription, and no standby.",
                source="pg_stat_subscription",
                act=("Create the subscription", "db subscription create"),
            )
        )  # fmt: skip
    return bad


def _state(answers: Answers) -> tuple[str, tuple[tuple[str, ...], ...]]:
    standby = answers.one("standby")
    if standby and standby["standby"]:
        return f"a standby, {lasting(standby['lag'] or 0.0)} behind", ()
    rows = tuple(
        (
            "Replica's subscription", row["name"], "runs" if row["pid"] else "does not run",
            "-" if row["silent"] is None else f"heard {lasting(max(0.0, row['silent']))} ago",
        )
        for row in answers.all("subscriptions")
    )  # fmt: skip
    heard = [row["silent"] for row in answers.all("subscriptions") if row["silent"] is not None]
    if not rows:
        return "follows nobody", ()
    return (f"follows, heard {lasting(max(0.0, *heard, 0.0))} ago" if heard else "follows"), rows


def _with(found: Look, more: list[Finding], state: str, rows: tuple[tuple[str, ...], ...]) -> Look:
    grid = found.grid
    if rows:
        columns = ("Kind", "Name", "State", "Detail")
        grid = Grid(columns, (*(grid.rows if grid else ()), *rows))
    return replace(
        found,
        facts=(*found.facts, ("Read replica", state)),
        findings=ordered([*found.findings, *more]),
        grid=grid,
    )
