"""`/pitchey db explain`: how the server would run a statement; it is never run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.blocks import clip, code
from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from bot.errors import BadInput
from handlers.database.asking import CONNECT, PART, Standing, statement
from handlers.database.queries import query
from handlers.database.result import Look
from handlers.database.wording import (
    counted,
    lasting,
    plan_without_literals,
    several,
    without_literals,
)

if TYPE_CHECKING:
    from bot.clients.postgres import Database, Looking

_ID = re.compile(r"-?\d{1,19}")
_PLANNED = re.compile(
    r"\s*\(*\s*(select|insert|update|delete|merge|with|values|table)\b", re.IGNORECASE
)
_PARAMETER = re.compile(r"\$\d+")
_GENERIC = 160_000  # from this server on a statement with parameters can be planned without values
_LISTS = "`/pitchey db slow` lists them."


@dataclass(frozen=True, slots=True)
class _Known:
    text: str
    note: str
    cut: bool = False


async def explain(database: Database, query_id: str) -> Look:
    """The plan of a known query. Raises BadInput, DatabaseFailure and NotConfigured."""
    if not _ID.fullmatch(query_id) or not -(2**63) <= int(query_id) < 2**63:
        raise BadInput(f"{code(clip(query_id, 60))} is not a query id, which is a number.", _LISTS)
    async with database.looking(deadline=CONNECT) as looking:
        standing = Standing(**(await looking.rows(query("standing"), deadline=PART))[0])
        known = await _find(looking, standing, query_id)
        if known is None:
            raise BadInput(f"No query {code(query_id)} is known to the database.", _LISTS)
        _check(known, standing)
        generic = _PARAMETER.search(without_literals(known.text)) is not None
        options = "generic_plan, verbose off" if generic else "verbose off"
        try:
            rows = await looking.rows(
                f"explain ({options}) {known.text}", deadline=PART, foreign=not generic
            )
        except DatabaseFailure as failure:
            raise _told(failure, standing) from failure
    lines = [plan_without_literals(row["QUERY PLAN"]) for row in rows]
    notes = [known.note]
    if generic:
        notes.append("Planned without knowing the parameters' values.")
    notes += _remarks(lines)
    shown = clip(without_literals(known.text), 1_500)
    return Look(
        "explain", f"Plan of query {query_id}", (("Statement", shown),),
        notes=tuple(notes), plan="\n".join(lines),
    )  # fmt: skip


async def _find(looking: Looking, standing: Standing, query_id: str) -> _Known | None:
    asked = {"query_id": query_id}
    if standing.statements_schema is not None:
        try:
            rows = await looking.rows(statement("statement", standing), asked, deadline=PART)
        except DatabaseFailure:
            rows = []  # live activity may know it
        if rows:
            row = rows[0]
            note = f"{counted(row['calls'], 'call')}, {lasting(row['mean_ms'] / 1000)} on average."
            return _Known(row["statement"], note)
    rows = await looking.rows(query("live_statement"), asked, deadline=PART)
    if not rows:
        return None
    return _Known(
        rows[0]["statement"], f"Seen in a session that is {rows[0]['state']}.", rows[0]["cut"]
    )


def _check(known: _Known, standing: Standing) -> None:
    """Raises BadInput where the text cannot be planned."""
    text = known.text
    if known.cut:
        raise BadInput(
            "The server kept only the beginning of this statement, so it cannot be planned.",
            "track_activity_query_size decides how much it keeps.",
        )
    if not _PLANNED.match(text):
        if "insufficient privilege" in text:
            raise BadInput(
                "The text of this query is hidden from the bot.",
                f"As the owner: `GRANT pg_read_all_stats TO {standing.role_quoted};`",
            )
        raise BadInput(
            "Only SELECT, INSERT, UPDATE, DELETE and MERGE have a plan.",
            f"This is: {code(clip(without_literals(text), 100))}",
        )
    if several(text):
        raise BadInput("Several statements in one have no plan.", _LISTS)
    if _PARAMETER.search(without_literals(text)) and standing.version_number < _GENERIC:
        raise BadInput(
            f"PostgreSQL {standing.version} cannot plan a statement without its values.",
            "From PostgreSQL 16 on it can. Until then, use EXPLAIN with values of your own.",
        )


def _told(failure: DatabaseFailure, standing: Standing) -> Exception:
    if failure.trouble is DatabaseTrouble.PERMISSION:
        return DatabaseFailure(
            failure.trouble,
            failure.said,
            hint="A plan needs the right to read: "
            f"`GRANT pg_read_all_data TO {standing.role_quoted};`",
        )
    if failure.trouble is DatabaseTrouble.OTHER:
        return BadInput(
            "The server cannot plan this statement.", clip(without_literals(failure.said), 200)
        )
    return failure


def _remarks(lines: list[str]) -> list[str]:
    scans = sorted({found[1] for line in lines if (found := re.search(r"Seq Scan on (\S+)", line))})
    if not scans:
        return []
    named = ", ".join(scans[:5])
    return [f"It reads all of {named}: an index on the filtered columns may help."]
