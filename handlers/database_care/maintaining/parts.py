"""The parts of the guide's lists: each does its work and answers what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.backups import fresh_or_new
from handlers.database_care import planning, treating
from handlers.database_care.archiving.commands import aims_of
from handlers.database_care.archiving.moving import archive
from handlers.database_care.care import Care, expected
from handlers.database_care.indexing import looking
from handlers.database_care.indexing.definitions import does_its_work, shape
from handlers.database_care.leftovers import drop_leftovers
from handlers.database_care.result import Part, Report
from handlers.database_care.subjects import CONNECT, QUESTION, query, read, read_with
from handlers.database_care.treating import ANALYZE, FULL, REINDEX, VACUUM, Treatment
from handlers.database_care.wording import counted, gain, lasting, listed, percent, size

if TYPE_CHECKING:
    from handlers.database_care.subjects import Table


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the guide's list."""

    title: str
    work: Callable[[Care], Awaitable[Part]]


async def vacuum(care: Care) -> Part:
    return await _treated(care, VACUUM, "Vacuum analyze")


async def reindex(care: Care) -> Part:
    return await _treated(care, REINDEX, "Reindex tables")


async def analyze(care: Care) -> Part:
    return await _treated(care, ANALYZE, "Update statistics")


async def _treated(care: Care, treatment: Treatment, title: str) -> Part:
    subjects = await read(care.database)
    found = planning.chosen(subjects, treatment, "")
    return _part(title, await treating.treat(care, treatment, found))


def _part(title: str, report: Report) -> Part:
    told = [counted(len(report.good), "table")]
    if report.kind in ("vacuum", "vacuum-full"):
        told.append(f"{counted(report.removed, 'dead row')} removed")
    if report.kind != "analyze":
        told.append(gain(report.gained))
    if report.bad:
        told.append(f"not done: {listed([each.name for each in report.bad], 3)}")
    if report.cut:
        told.append(f"cut off: {report.cut}")
    if report.left:
        told.append(f"{counted(len(report.left), 'table')} not begun")
    if report.ended not in ("", "cancelled", "window"):
        told.append(report.ended)
    failed = bool(report.bad or report.left or report.cut)
    return Part(title, ", ".join(told), failed, report.removed, max(0, report.gained))


async def clean_up(care: Care) -> Part:
    found = await drop_leftovers(care, (await read(care.database)).indexes)
    told = "nothing to drop"
    if found.dropped:
        told = f"{counted(len(found.dropped), 'invalid leftover')} dropped"
    if found.locked:
        told += f"; {listed(found.locked, 3)} stay, because somebody holds a lock"
    if found.refused:
        names = listed([f"{each.name} of {each.on_table}" for each in found.refused], 3)
        told += f"; not the bot's to drop: {names}"
    # What the bot may never drop would be a failure on each day.
    return Part("Clean up after interrupted work", told, bool(found.locked))


async def sizes(care: Care) -> Part:
    """The largest tables, and how the whole has grown since yesterday."""
    subjects = await read(care.database)
    largest = sorted(subjects.tables, key=lambda each: -each.bytes)[:3]
    told = f"{size(sum(each.bytes for each in subjects.tables))} in tables; largest "
    told += listed([f"{each.raw} {size(each.bytes)}" for each in largest], 3)
    now = care.context.runtime.now()
    environment = care.context.settings.environment().name
    points = care.context.store.samples.series(
        environment, "database_size", now - timedelta(hours=30), now, timedelta(hours=1)
    )
    if len(points) > 1:
        grown = points[-1].average - points[0].average
        span = (points[-1].start - points[0].start).total_seconds()
        sign = "+" if grown >= 0 else "\N{MINUS SIGN}"
        told += f"; {sign}{size(abs(grown))} in {lasting(span)}"
    limit = care.context.settings.database.size_limit_gb * 1e9
    held = sum(each.bytes for each in subjects.tables)
    if limit:
        told += f"; {percent(100 * held / limit)} of the plan's {size(limit)}"
    return Part("Check table sizes", told, bool(limit and held > 0.8 * limit))


async def connections(care: Care) -> Part:
    async with care.database.looking(deadline=CONNECT) as look:
        states = await look.rows(query("states"), deadline=QUESTION)
        counts = (await look.rows(query("connections"), deadline=QUESTION))[0]
    used, available = counts["used"], max(1, counts["available"])
    by = ", ".join(f"{each['sessions']} {each['state']}" for each in states)
    told = f"{used} of {available} ({percent(100 * used / available)})" + (f": {by}" if by else "")
    return Part("Monitor connections", told, used >= 0.8 * available)


async def backup(care: Care) -> Part:
    """A full backup, unless a fresh one is there."""
    context, title = care.context, "Full backup"
    found, made = await fresh_or_new(
        context.runtime, context.settings, label="scheduled", person=context.invocation.person,
        say=care.say,
    )  # fmt: skip
    if made:
        return Part(title, f"made: {found.id}, {size(found.bytes)}")
    age = (context.runtime.now() - found.finished).total_seconds()
    return Part(title, f"one is there, made {lasting(age)} ago")


async def unused_indexes(care: Care) -> Part:
    async with care.database.looking(deadline=CONNECT) as look:
        rows = await look.rows(query("unused_indexes"), deadline=QUESTION)
    title = "Check for unused indexes"
    if not rows:
        return Part(title, "every index is used")
    held, reach = sum(each["bytes"] for each in rows), rows[0]["seconds"]
    told = f"{counted(len(rows), 'index', 'indexes')} not used in {lasting(reach)}, {size(held)}"
    if reach < looking.UNUSED_DAYS * 86_400:
        return Part(title, f"{told}; too short to judge, {looking.UNUSED_DAYS} days are needed")
    return Part(title, f"{told}; largest {listed([each['name'] for each in rows], 2)}")


async def archive_old(care: Care) -> Part:
    _, found, refused = await aims_of(care.context, "", counted_too=False)
    done = await archive(care, found)
    copied, deleted = (sum(getattr(each, name) for each in done.done) for name in
                       ("copied", "deleted"))  # fmt: skip
    told = f"{counted(copied, 'row')} archived, {counted(deleted, 'row')} deleted"
    bad = [each for each in done.done if each.problem]
    if bad:
        told += f"; not finished: {bad[0].table}, {bad[0].problem}"
    if refused:
        told += f"; left out: {listed(refused, 2)}"
    return Part("Archive old data", told, bool(bad or done.left))


async def rewrite(care: Care) -> Part:
    """VACUUM FULL where it wins much, and only where nobody waits for long."""
    title, most = "Optimize table storage", care.context.settings.database.full_lock_seconds
    async with care.database.looking(deadline=CONNECT) as look:
        found = await planning.bloated(look, await read_with(look))
    quick: list[Table] = []
    slow: list[str] = []
    for each in found:
        seconds, told = expected(care.context, "vacuum-full", each.bytes)
        if seconds <= most:
            quick.append(each)
        else:
            slow.append(f"{each.name} would be locked for {told}")
    if not quick:
        told = "no table wastes enough to be rewritten" if not slow else ""
        return Part(title, told or f"left out, to be done by hand: {listed(slow, 3)}", bool(slow))
    part = _part(title, await treating.treat(care, FULL, quick))
    tail = f"; left out, to be done by hand: {listed(slow, 3)}" if slow else ""
    return Part(title, part.outcome + tail, part.failed or bool(slow), part.removed, part.gained)


async def review_indexes(care: Care) -> Part:
    """Those of the guide that are missing, and those that another one makes superfluous."""
    async with care.database.looking(deadline=CONNECT) as look:
        subjects = await read_with(look)
        guide = await looking.guides(care.database, look, subjects)
        rows = await look.rows(query("all_definitions"), deadline=QUESTION)
    missing = [each.name for each in guide if each.wanted and not each.existing]
    shapes = [(each, shape(each["ddl"])) for each in rows]
    doubles = [
        one["name"]
        for one, ours in shapes
        if ours and not one["needed"]
        and any(
            theirs and other["table_oid"] == one["table_oid"] and other["oid"] != one["oid"]
            and does_its_work(theirs, ours) == "same"
            and (other["needed"] or other["oid"] < one["oid"])
            for other, theirs in shapes
        )
    ]  # fmt: skip
    invalid = [each.name for each in subjects.indexes if not each.valid and not each.building]
    told = [
        f"missing of the guide's: {listed(missing, 3) if missing else 'none'}",
        f"doubled: {listed(doubles, 3) if doubles else 'none'}",
    ]
    if invalid:
        told.append(f"invalid: {listed(invalid, 3)}")
    return Part("Review and update indexes", "; ".join(told), bool(invalid))


LISTS: dict[str, tuple[Task, ...]] = {
    "daily": (
        Task("Vacuum analyze", vacuum),
        Task("Check table sizes", sizes),
        Task("Monitor connections", connections),
        Task("Clean up after interrupted work", clean_up),
    ),
    "weekly": (
        Task("Full backup", backup),
        Task("Reindex tables", reindex),
        Task("Update statistics", analyze),
        Task("Check for unused indexes", unused_indexes),
    ),
    "monthly": (
        Task("Archive old data", archive_old),
        Task("Optimize table storage", rewrite),
        Task("Review and update indexes", review_indexes),
    ),
}
