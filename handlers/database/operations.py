"""Asks the database for one look and gives it to the part that judges it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from bot.clients.postgres_trouble import DatabaseTrouble
from bot.forecasting import daily
from handlers.database import overview
from handlers.database.asking import Answers, Question, ask
from handlers.database.explaining import explain
from handlers.database.looks import (
    configuration,
    indexes,
    locks,
    replication,
    sequences,
    sessions,
    size,
    statements,
    tables,
)
from handlers.database.pooling import with_pool
from handlers.database.replica import with_replica
from handlers.database.result import Look
from handlers.database.wording import lasting

if TYPE_CHECKING:
    from bot.command import Context

Judge = Callable[[Answers], Look]


async def look(context: Context, name: str) -> Look:
    """One look by its name. Raises DatabaseFailure and NotConfigured."""
    questions, judge = _looks(context)[name]
    found = await _ask(context, questions, judge)
    if name == "replication":
        return await with_replica(found, context.clients.replica)
    if name in ("overview", "connections"):
        return await with_pool(found, context.clients.pooler, says_how=name == "connections")
    return found


async def plan(context: Context, query_id: str) -> Look:
    """How the server would run a statement that it knows."""
    return await explain(context.clients.database, query_id)


def _looks(context: Context) -> dict[str, tuple[Sequence[Question], Judge]]:
    limit = context.settings.database.size_limit_gb
    pooled = "-pooler" in (context.clients.database.dsn or "")
    return {
        "overview": (
            overview.QUESTIONS,
            lambda answers: overview.look(answers, history(context), limit),
        ),
        "size": (size.QUESTIONS, lambda answers: size.look(answers, history(context), limit)),
        "connections": (sessions.QUESTIONS, lambda answers: sessions.look(answers, pooled)),
        "slow": ((sessions.ACTIVITY,), statements.look),
        "locks": (locks.QUESTIONS, locks.look),
        "indexes": (indexes.QUESTIONS, indexes.look),
        "tables": (tables.QUESTIONS, tables.look),
        "settings": (
            configuration.QUESTIONS,
            lambda answers: configuration.look(
                answers, replication.quoted(answers.standing.database)
            ),
        ),
        "sequences": (sequences.QUESTIONS, sequences.look),
        "replication": (replication.QUESTIONS, replication.look),
    }


async def _ask(context: Context, questions: Sequence[Question], judge: Judge) -> Look:
    began = time.perf_counter()
    database = context.clients.database
    answers = await ask(database, questions, optional=(statements.STATEMENTS,))
    failure = answers.failures.get(tables.COUNTED.name)
    if failure is not None and failure.trouble is DatabaseTrouble.LOCKED:
        # Somebody took a lock between the look at the locks and the look at the files.
        counted = await ask(database, (tables.COUNTED,))
        answers = answers.with_(counted)
    found = judge(answers)
    took = (time.perf_counter() - began) * 1000
    return replace(found, about=about(answers), took_ms=took)


def about(answers: Answers) -> str:
    standing = answers.standing
    reach = lasting(standing.statistics_seconds)
    return f"PostgreSQL {standing.version} · statistics of the last {reach}"


def history(context: Context) -> dict[date, float]:
    """The sampled size in bytes by day."""
    environment = context.settings.environment().name
    now = context.runtime.now()
    return daily(context.store, context.settings, environment, "database_size", now)
