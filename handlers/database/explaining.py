"""`/pitchey db explain`: how the server would run a statement; it is never run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.blocks import clip, code
from bot.clients.postgres_grants import read_everything
from bot.clients.postgres_plans import explaining, parameters
from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from bot.errors import BadInput
from handlers.database.asking import CONNECT, PART, Standing, statement
from handlers.database.queries import query
from handlers.database.result import Look
from handlers.database.wording import (
    counted,
    milliseconds,
    plan_without_literals,
    planned,
    several,
    without_literals,
)

if TYPE_CHECKING:
    from bot.clients.postgres import Database, Looking

_ID = re.compile(r"-?\d{1,19}")
_SCAN = re.compile(r"Seq Scan on (\S+).*?\.\.(\d+\.\d+)")
_LISTS = "`/pitchey db slow` lists them."
_SLOW = (("Show slow queries", "db slow"),)
_WHERE = re.compile(r"\s+LINE (?:\d+|\?):.*", re.DOTALL)  # a piece of the text, with our own in it


@dataclass(frozen=True, slots=True)
class _Known:
    text: str
    note: str
    cut: bool = False
    live: bool = False  # it runs at the moment


async def explain(database: Database, query_id: str) -> Look:
    """The plan of a known query. Raises BadInput, DatabaseFailure and NotConfigured."""
    query_id = query_id.strip()
    if not _ID.fullmatch(query_id) or not -(2**63) <= int(query_id) < 2**63:
        raise BadInput(
            f"{code(clip(query_id, 60))} is not a query id, which is a number.",
            _LISTS,
            offers=_SLOW,
        )
    async with database.looking(deadline=CONNECT) as looking:
        standing = Standing(**(await looking.rows(query("standing"), deadline=PART))[0])
        known = await _find(looking, standing, query_id)
        if known is None:
            raise BadInput(
                f"No query {code(query_id)} is known to the database.", _LISTS, offers=_SLOW
            )
        _check(known, standing)
        taken = parameters(without_literals(known.text))
        asked = explaining(known.text, taken, standing.version_number, "verbose off")
        try:
            rows = await looking.rows(asked, deadline=PART, foreign=not taken)
        except DatabaseFailure as failure:
            raise _told(failure, standing) from failure
    lines = [plan_without_literals(row["QUERY PLAN"]) for row in rows]
    notes = [known.note]
    if taken:
        notes.append("Planned without knowing the parameters' values.")
    verdict, remarks = judged(lines)
    shown = clip(without_literals(known.text), 1_500)
    kind = "session" if known.live else "query"
    return Look(
        "explain", f"Plan of {kind} {query_id}: {verdict}", (("Statement", shown),),
        notes=(*notes, *remarks), plan="\n".join(lines),
        offers=(("Cancel this query", f"db kill {query_id}"),) if known.live else (),
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
            note = f"{counted(row['calls'], 'call')}, {milliseconds(row['mean_ms'])} on average."
            return _Known(row["statement"], note)
    rows = await looking.rows(query("live_statement"), asked, deadline=PART)
    if not rows:
        return None
    return _Known(
        rows[0]["statement"], f"Seen in a session that is {rows[0]['state']}.", rows[0]["cut"],
        live=rows[0]["state"] == "active",
    )  # fmt: skip


def _check(known: _Known, standing: Standing) -> None:
    """Raises BadInput where the text cannot be planned."""
    text = known.text
    if known.cut:
        raise BadInput(
            "The server kept only the beginning of this statement, so it cannot be planned.",
            "track_activity_query_size decides how much it keeps.",
        )
    if not planned(text):
        if "insufficient privilege" in text:
            raise BadInput(
                "The text of this query is hidden from the bot.",
                f"As the owner: `GRANT pg_read_all_stats TO {standing.role_quoted};`",
            )
        raise BadInput(
            "Only SELECT, INSERT, UPDATE, DELETE and MERGE have a plan.",
            f"This is: {code(clip(without_literals(text), 100))}",
            offers=_SLOW,
        )
    if several(text):
        raise BadInput("Several statements in one have no plan.", _LISTS)


def _told(failure: DatabaseFailure, standing: Standing) -> Exception:
    if failure.trouble is DatabaseTrouble.PERMISSION:
        grant = read_everything(standing.role_quoted, standing.version_number // 10_000)
        return DatabaseFailure(
            failure.trouble, failure.said, hint=f"A plan needs the right to read: `{grant}`"
        )
    if failure.trouble is DatabaseTrouble.OTHER:
        return BadInput(
            "The server cannot plan this statement from the text that it keeps of it.",
            clip(without_literals(_WHERE.sub("", failure.said)), 200),
            offers=_SLOW,
        )
    return failure


def judged(lines: list[str]) -> tuple[str, list[str]]:
    """What the plan comes to in a few words, the dearest table first, and what may help."""
    scans = {found[1]: float(found[2]) for line in lines if (found := _SCAN.search(line))}
    if not scans:
        indexed = any("Index" in line for line in lines)
        return ("it finds its rows by indexes" if indexed else "it reads no table"), []
    dearest = sorted(scans, key=lambda name: -scans[name])
    helps = f"It reads all of {', '.join(dearest[:5])}: an index on the filtered columns may help."
    return f"it reads all of {', '.join(dearest[:2])}", [helps]
