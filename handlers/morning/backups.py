"""The last backups out of a bucket's listing: whole or not, how old, how large. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clients.storage import StoredObject
from bot.phrases import how_old, plural
from handlers.morning.result import Found, State
from handlers.morning.words import size

_MANIFEST = "manifest.json"
_DUMPS = (".dump", ".sql", ".gz", ".zst", ".lz4", ".age", ".pgdump")
_CORRUPT, _VERIFIED = "/corrupt.json", "/verified.json"
_SMALLEST = 1_000  # bytes; `pg_dump | gzip` leaves a file of 20 when pg_dump fails
_SHRUNK = 0.5  # of the one before: a table is missing, or worse
LAST = 5


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup. `proven`: it has its manifest, written last. A good one has no `problem`.

    `ahead`: its time lies in the future, so nobody knows how old it is.
    """

    name: str
    finished: datetime
    size: int
    proven: bool
    problem: str = ""
    ahead: bool = False


def last_backups(objects: Iterable[StoredObject], most: int = LAST) -> tuple[Backup, ...]:
    """The newest backups, newest first, and last those that bear a time in the future: objects of
    one folder are one backup."""
    groups: dict[str, list[StoredObject]] = {}
    for stored in objects:
        if stored.key.endswith((_MANIFEST, _CORRUPT, _VERIFIED, *_DUMPS)):
            groups.setdefault(_group(stored.key), []).append(stored)
    manifests = any(_has_manifest(held) for held in groups.values())
    backups = [_backup(name, held, manifests=manifests) for name, held in groups.items()]
    backups.sort(key=lambda each: (each.ahead, -each.finished.timestamp()))
    return tuple(backups[:most])


def verified(
    backups: tuple[Backup, ...], now: datetime, limit: timedelta, environment: str
) -> Found:
    """Verdict on the last backups; `limit` is how old the newest may be."""
    command = ("Check backups", f"health backup --details --environment {environment}")
    if not backups:
        told = "there is no backup"
        return Found("backups", State.NEEDS, told, why=told, label=command[0], command=command[1])
    whole = [each for each in backups if not each.problem]
    lines = tuple(_line(each, now) for each in backups)
    why = _why(backups, whole, now, limit)
    newest = f"newest {how_old(now - whole[0].finished)} old" if whole else "none is whole"
    proven = sum(each.proven for each in whole)
    how = "with a manifest" if proven == len(whole) else f"{proven} with a manifest"
    summary = f"{len(whole)} of the last {len(backups)} whole, {how}, {newest}"
    state = State.NEEDS if why else (State.GOOD if len(whole) == len(backups) else State.NOTE)
    shown = lines if state is not State.GOOD else ()
    data = {"backups": [{"name": each.name, "size": each.size, "problem": each.problem,
                         "finished": each.finished.isoformat()} for each in backups]}  # fmt: skip
    return Found("backups", state, summary, shown, why, *command, data=data)


def _why(backups: tuple[Backup, ...], whole: list[Backup], now: datetime, limit: timedelta) -> str:
    if not whole:
        return f"none of the last {plural(len(backups), 'backup')} is whole"
    if now - whole[0].finished > limit:
        past = how_old(now - whole[0].finished)
        return f"the newest whole backup is {past} old (limit {how_old(limit)})"
    if backups[0].problem and backups[0] is not whole[0]:
        return f"the newest backup is {backups[0].problem}"
    if len(whole) > 1 and whole[0].size < whole[1].size * _SHRUNK:
        return f"the newest backup has {size(whole[0].size)}, the one before {size(whole[1].size)}"
    return ""


def _group(key: str) -> str:
    folder, slash, name = key.rpartition("/")
    if slash:
        return folder
    stem = name.removesuffix(_MANIFEST).rstrip("._-")
    return stem.split(".")[0] if stem else name


def _has_manifest(held: list[StoredObject]) -> bool:
    return any(stored.key.endswith(_MANIFEST) for stored in held)


def _backup(name: str, held: list[StoredObject], *, manifests: bool) -> Backup:
    proven = _has_manifest(held)
    told = [each for each in held if not each.key.endswith((_CORRUPT, _VERIFIED))]
    total = sum(each.size for each in told if not each.key.endswith(_MANIFEST))
    ahead = not all(each.known for each in held)
    problem = ""
    if ahead:
        problem = "its time lies in the future, so nobody knows its age"
    elif manifests and not proven:
        problem = "not finished: it has no manifest"
    elif _found_corrupt(held):
        problem = "corrupt: its verification failed"
    elif total < _SMALLEST:
        problem = f"empty: {size(total)}"
    finished = max(each.modified for each in told or held)
    return Backup(name, finished, total, proven, problem, ahead)


def _found_corrupt(held: list[StoredObject]) -> bool:
    """The last verification failed: its mark is not older than that of a good one."""
    when = {each.key.rpartition("/")[2]: each.modified for each in held}
    corrupt, verified = when.get(_CORRUPT[1:]), when.get(_VERIFIED[1:])
    return corrupt is not None and (verified is None or corrupt >= verified)


def _line(backup: Backup, now: datetime) -> str:
    age = "" if backup.ahead else f"{how_old(now - backup.finished)} old"
    told = (f"{_mark(backup)} {backup.name}: {size(backup.size)}", age, backup.problem)
    return ", ".join(filter(None, told))


def _mark(backup: Backup) -> str:
    return "whole" if not backup.problem else "NOT whole"
