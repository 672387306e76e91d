"""Vacuum, analyze, reindex and rewrite: table by table, each with its figures before and after."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from bot.clients.postgres_working import StatementCancelled, Working
from handlers.database_care.care import Care, blocked_by, expected, run_watched
from handlers.database_care.leftovers import LEFTOVER, Cleaned, drop_leftovers
from handlers.database_care.restarting import AWAY, Outage, outage
from handlers.database_care.result import Report, Treated
from handlers.database_care.subjects import CONNECT, QUESTION, Index, Table, query, read_with
from handlers.database_care.wording import counted, size

_GONE = ("42P01", "42704", "XX000")  # SQLSTATE: undefined table or object, relation is gone
_CONNECTS = 3  # times that a server may answer and then refuse the session for the work
_PAUSE = 2.0  # seconds between two tries for a lock
_TELLS_AT_ONCE = 150_000  # servers before it tell statistics of up to half a second ago
_LAG = 0.6  # seconds
Subject = Table | Index


@dataclass(frozen=True, slots=True)
class Treatment:
    """What is done to each: `statement` makes the SQL, `doing` and `does` are words for it."""

    kind: str
    doing: str
    does: str
    feels: str  # what others notice
    statement: Callable[[Subject], str]
    windowed: bool = False
    exclusive: bool = False  # it waits for readers too
    tries: int = 1  # for its lock; between them others get their turn
    removes: bool = False  # dead rows
    concurrent: bool = False  # it waits for old transactions, and nobody waits for it


VACUUM = Treatment(
    "vacuum", "Vacuum", "vacuums",
    "reading and writing go on; changes of the tables' shape wait",
    lambda each: f"VACUUM (ANALYZE) {each.name}",
    removes=True,
)  # fmt: skip
FREEZE = Treatment(
    "vacuum", "Vacuum and freeze", "vacuums and freezes",
    "reading and writing go on; it reads every page of the tables",
    lambda each: f"VACUUM (FREEZE, ANALYZE) {each.name}",
    removes=True,
)  # fmt: skip
ANALYZE = Treatment(
    "analyze", "Analyze", "analyzes", "reading and writing go on",
    lambda each: f"ANALYZE {each.name}",
)  # fmt: skip
REINDEX = Treatment(
    "reindex", "Reindex", "reindexes",
    "reading and writing go on, somewhat slower; each index needs its size once more on the disk",
    lambda each: (
        f"REINDEX {'INDEX' if isinstance(each, Index) else 'TABLE'} CONCURRENTLY {each.name}"
    ),
    windowed=True,
    concurrent=True,
)  # fmt: skip
FULL = Treatment(
    "vacuum-full", "Rewrite", "rewrites",
    "NOBODY CAN READ OR WRITE a table while it is rewritten; it needs its size once more on the "
    "disk",
    lambda each: f"VACUUM (FULL, ANALYZE) {each.name}",
    windowed=True, exclusive=True, tries=3, removes=True,
)  # fmt: skip


async def treat(care: Care, treatment: Treatment, subjects: Sequence[Subject]) -> Report:
    """One after the other. What fails is told beside what was done; Cancel ends it at once."""
    began = time.monotonic()
    done: list[Treated] = []
    waiting = list(subjects)
    ended = cut = ""
    refused = 0
    warned: list[str] = []
    while waiting and not ended:
        ended = _ends(care)
        if ended:
            break
        try:
            async with care.working(patient=treatment.concurrent) as session:
                while waiting and not (ended := _ends(care)):
                    title = (
                        f"{treatment.doing} {waiting[0].name} ({size(waiting[0].bytes)}), "
                        f"{len(subjects) - len(waiting) + 1} of {len(subjects)}"
                    )
                    await care.say(title)
                    cut = waiting[0].name
                    treated = await _one(care, session, treatment, waiting[0], title)
                    cut = ""
                    warned += care.warnings
                    waiting.pop(0)
                    _note(care, treatment, treated)
                    done.append(treated)
        except StatementCancelled:
            ended = "cancelled" if care.stop() else "somebody cancelled it in the database"
        except DatabaseFailure as failure:
            if failure.trouble not in AWAY:
                ended = f"{failure.message} {failure.hint}".strip()
            elif not (gone := await outage(care)).back:
                ended = "cancelled" if care.stop() else gone.sentence
            elif cut:
                _gave_up(care, treatment, waiting, done, gone)
                cut = ""
            elif (refused := refused + 1) >= _CONNECTS:
                ended = f"{failure.message} {failure.hint}".strip()
    if cut:
        care.record(treatment.kind, cut, time.monotonic() - began, problem=ended)
    cleaned = await _clean(care, subjects) if treatment.concurrent else Cleaned()
    notes = [each for each in dict.fromkeys(warned) if not LEFTOVER.search(each)]
    return Report(
        treatment.kind, tuple(done), tuple(each.name for each in waiting if each.name != cut),
        ended, tuple(notes[:5]), cleaned,
        time.monotonic() - began, all(isinstance(each, Index) for each in subjects), cut,
    )  # fmt: skip


def _gave_up(
    care: Care,
    treatment: Treatment,
    waiting: list[Subject],
    done: list[Treated],
    gone: Outage,
) -> None:
    """The server went away during a table and is back: that table is told, the others go on."""
    each = waiting.pop(0)
    treated = Treated(each.name, 0.0, each.bytes, each.bytes, problem=gone.sentence,
                      hint="Do this one again.")  # fmt: skip
    _note(care, treatment, treated)
    done.append(treated)


async def _one(
    care: Care, session: Working, treatment: Treatment, subject: Subject, title: str
) -> Treated:
    """Raises StatementCancelled, and DatabaseFailure where the connection is gone."""
    before = await _figures(care, subject)
    if before is None:
        return Treated(subject.name, 0.0, 0, 0, problem="It was dropped meanwhile.")
    began = time.monotonic()
    care.warnings.clear()
    if treatment.concurrent and (old := await _old_writer(care, subject)):
        who = f"It was not begun, since {old[0]}; it would wait, and leave an invalid index behind."
        return Treated(subject.name, 0.0, before[0], before[0], problem=who, blocker=old[1])
    for attempt in range(1, treatment.tries + 1):
        problem, hint, blocker = "", "", 0
        try:
            seconds = expected(care.context, treatment.kind, subject.bytes)[0]
            await run_watched(care, session, treatment.statement(subject), title, seconds)
            break
        except DatabaseFailure as failure:
            if session.connection.closed or failure.trouble in AWAY:
                raise
            problem, hint, blocker = await _explained(care, treatment, subject, failure)
            if failure.trouble is not DatabaseTrouble.LOCKED or attempt == treatment.tries:
                break
            await care.say(f"{title}: it is locked, try {attempt + 1} of {treatment.tries}")
            await asyncio.sleep(_PAUSE)
    # An invalid index beside those that were built anew is told, and no failure of theirs.
    refused = [
        each
        for each in care.warnings
        if "invalid index" not in each and ("permission denied" in each or "skipping" in each)
    ]
    if refused and not problem:
        problem = f"The server said: {refused[0]}"
    took = time.monotonic() - began
    after = await _figures(care, subject)
    lags = session.connection.info.server_version < _TELLS_AT_ONCE
    if lags and after and "vacuum" in treatment.kind and 0 < before[1] == after[1]:
        await asyncio.sleep(_LAG)
        after = await _figures(care, subject)
    if after is None:
        gone = problem or "It was dropped meanwhile."
        return Treated(subject.name, took, before[0], before[0], problem=gone)
    return Treated(
        subject.name, took, before[0], after[0], before[1], after[1], problem, hint, blocker
    )


async def _explained(
    care: Care, treatment: Treatment, subject: Subject, failure: DatabaseFailure
) -> tuple[str, str, int]:
    if failure.trouble is DatabaseTrouble.LOCKED:
        who, blocker = "", 0
        with contextlib.suppress(DatabaseFailure):
            async with care.database.looking(deadline=CONNECT) as looking:
                oid = table_oid(subject)
                who, blocker = await blocked_by(looking, oid, reads=treatment.exclusive)
                if not who and treatment.concurrent:
                    # Its last step, dropping the old indexes, waits for readers as well.
                    who, blocker = await blocked_by(looking, oid, reads=True)
        waited = care.lock_seconds(patient=treatment.concurrent)
        who = who or "whoever held it has let go since"
        return f"Its lock was not free within {waited:g} s: {who}", "", blocker
    if failure.trouble is DatabaseTrouble.PERMISSION:
        return "The bot's database user may not do this.", failure.said, 0
    if failure.state in _GONE and "does not exist" in failure.said:
        return "It was dropped meanwhile.", "", 0
    return f"{failure.message} The server said: {failure.said}", failure.hint, 0


async def _figures(care: Care, subject: Subject) -> tuple[int, int] | None:
    """(bytes, dead rows) of now, those of the plan where it is locked; None where it is gone."""
    try:
        async with care.database.looking(deadline=CONNECT) as looking:
            asked = {
                "oid": subject.oid,
                "name": subject.name if isinstance(subject, Index) else "",
            }
            rows = await looking.rows(query("figures"), asked, deadline=QUESTION)
    except DatabaseFailure as failure:
        if failure.trouble in (DatabaseTrouble.LOCKED, DatabaseTrouble.TIMED_OUT):
            return subject.bytes, subject.dead if isinstance(subject, Table) else 0
        raise
    if not rows or rows[0]["bytes"] is None:
        return None
    return int(rows[0]["bytes"]), int(rows[0]["dead"])


def table_oid(subject: Subject) -> int:
    return subject.oid if isinstance(subject, Table) else subject.table_oid


async def _old_writer(care: Care, subject: Subject) -> tuple[str, int] | None:
    """A transaction that has held the table for so long that waiting for it makes no sense."""
    async with care.database.looking(deadline=CONNECT) as looking:
        found = await blocked_by(looking, table_oid(subject), reads=False, least=care.old)
    return found if found[0] else None


async def _clean(care: Care, subjects: Sequence[Subject]) -> Cleaned:
    """Drop what a REINDEX that did not end left behind, on the tables that were worked on."""
    oids = set(map(table_oid, subjects))
    try:
        async with care.database.looking(deadline=CONNECT) as looking:
            now = await read_with(looking)
        return await drop_leftovers(care, [each for each in now.indexes if each.table_oid in oids])
    except DatabaseFailure:
        return Cleaned(unknown=True)


def _ends(care: Care) -> str:
    if care.stop():
        return "cancelled"
    return "window" if care.closed() else ""


def _note(care: Care, treatment: Treatment, each: Treated) -> None:
    care.record(
        treatment.kind, each.name, each.seconds, bytes_before=each.bytes_before,
        bytes_after=each.bytes_after, dead_before=each.dead_before, dead_after=each.dead_after,
        problem=each.problem,
    )  # fmt: skip


def totals(subjects: Sequence[Subject], treatment: Treatment) -> str:
    """`15 tables, 120 MB, 4,312 dead rows`, these where the treatment removes them."""
    tables = [each for each in subjects if isinstance(each, Table)]
    held = size(sum(each.bytes for each in subjects))
    if not tables:
        return f"{counted(len(subjects), 'index', 'indexes')}, {held}"
    if not treatment.removes:
        return f"{counted(len(tables), 'table')}, {held}"
    dead = sum(each.dead for each in tables)
    return f"{counted(len(tables), 'table')}, {held}, {counted(dead, 'dead row')}"
