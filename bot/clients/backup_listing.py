"""Finds the newest complete backup among the objects of a bucket. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.clients.storage import StoredObject

_MANIFEST = "manifest.json"
DUMPS = (
    ".dump", ".dump.zst", ".dump.zst.age", ".dump.lz4", ".dump.gz", ".sql", ".sql.gz", ".sql.zst",
    ".pgdump",
)  # fmt: skip
# `pg_dump | gzip` leaves a valid file of 20 bytes when pg_dump fails; no real dump is so small.
SMALLEST_DUMP = 1_000
CLOCKS_DIFFER = timedelta(minutes=10)  # that two machines' clocks may
_MARKS = ("/verified.json", "/corrupt.json", "/restored.json", "/hold.json")
_NAMED = re.compile(r"(?:^|/)(\d{8})/(?:(\d{6})-[a-z0-9]{4}/)?[^/]*$")


@dataclass(frozen=True, slots=True)
class NewestBackup:
    """The newest backup of a bucket. `proven` if a manifest, written last, says it is whole."""

    key: str
    finished: datetime
    size: int
    proven: bool
    backups: int
    unfinished: tuple[str, ...] = ()  # newer dumps without manifest, or too small to be one
    corrupt: int = 0  # newer ones whose verification failed
    change_percent: float | None = None  # of the dump's size, beside the good one before
    ahead: int = 0  # that bear a time in the future, and so do not count


def dated(objects: Iterable[StoredObject], now: datetime) -> list[StoredObject]:
    """The same with times that can be believed: a bucket's clock that ran ahead would make its
    backups the newest ones, and fresh, for as long as it was ahead. Pure.

    Such an object is as old as its folder's name says, which the bot's clock gave; where that lies
    in the future as well, nobody knows its age.
    """
    latest = now + CLOCKS_DIFFER
    found = []
    for each in objects:
        if each.modified <= latest or each.key.endswith(_MARKS):
            found.append(each)
        elif (named := _named(each.key)) is not None and named <= latest:
            found.append(replace(each, modified=named))
        else:
            found.append(replace(each, known=False))
    return found


def _named(key: str) -> datetime | None:
    """The time in the name of a backup's folder; of a day alone, when it began."""
    found = _NAMED.search(key)
    if found is None:
        return None
    try:
        told = datetime.strptime(f"{found[1]}{found[2] or '000000'}+0000", "%Y%m%d%H%M%S%z")
    except ValueError:
        return None
    return told.astimezone(UTC)


def newest_backup(objects: Iterable[StoredObject]) -> NewestBackup | None:
    """The newest complete backup among the objects of a bucket; None where there is none. Pure.

    Where manifests are in use, a dump without one is not a backup, nor is one whose verification
    failed. Else the newest dump counts, unproven, unless it is too small to hold anything. What
    bears a time in the future is not the newest: see `dated`.
    """
    everything = list(objects)
    unknown = {_folder(stored.key) for stored in everything if not stored.known}
    held = sorted(
        (stored for stored in everything if _folder(stored.key) not in unknown),
        key=lambda stored: stored.modified, reverse=True,
    )  # fmt: skip
    dumps = [stored for stored in held if stored.key.endswith(DUMPS)]
    dumped, bad = {_folder(stored.key) for stored in dumps}, _corrupt(held)
    manifests = [
        stored
        for stored in held
        if stored.key.endswith(_MANIFEST) and _folder(stored.key) in dumped
    ]
    dumps = [stored for stored in dumps if _folder(stored.key) not in bad]
    if manifests:
        manifests = [stored for stored in manifests if _folder(stored.key) not in bad]
        if not manifests:
            return None
        newest = manifests[0]
        folders = {_folder(stored.key) for stored in manifests}
        size = sum(stored.size for stored in held if _belongs(stored.key, newest.key))
        loose = tuple(
            stored.key
            for stored in dumps
            if _folder(stored.key) not in folders and stored.modified > newest.modified
        )
        newer = {_folder(stored.key) for stored in held if stored.modified > newest.modified}
        return NewestBackup(
            newest.key, newest.modified, size, True, len(manifests), loose[:5],
            len(newer & bad), _change(manifests, dumps), len(unknown),
        )  # fmt: skip
    whole = [stored for stored in dumps if stored.size >= SMALLEST_DUMP]
    if not whole:
        return None
    newest = whole[0]
    tiny = tuple(
        stored.key
        for stored in dumps
        if stored.size < SMALLEST_DUMP and stored.modified > newest.modified
    )
    return NewestBackup(
        newest.key, newest.modified, newest.size, False, len(whole), tiny[:5], ahead=len(unknown)
    )


def corrupt_backups(objects: Iterable[StoredObject]) -> int:
    """How many, whatever their age, cannot be used. Pure."""
    return len(_corrupt(list(objects)))


def _folder(key: str) -> str:
    """What a manifest and its dump share: the folder, or the name before the manifest's end."""
    stem = key.removesuffix(_MANIFEST).rstrip("./-_")
    if stem != key:
        return stem
    for ending in sorted(DUMPS, key=len, reverse=True):
        if key.endswith(ending):
            return key.rpartition("/")[0] or key.removesuffix(ending)
    return key


def _belongs(key: str, manifest: str) -> bool:
    folder = _folder(manifest)
    return key != manifest and folder in (_folder(key), key.rpartition("/")[0])


def _change(manifests: list[StoredObject], dumps: list[StoredObject]) -> float | None:
    """Percent that the newest dump is larger than the one before; None where one is missing."""
    sizes = {_folder(stored.key): stored.size for stored in dumps}
    newest, before = (*(sizes.get(_folder(each.key), 0) for each in manifests[:2]), 0, 0)[:2]
    return 100.0 * (newest - before) / before if newest and before else None


def _corrupt(held: list[StoredObject]) -> set[str]:
    """Folders whose last verification failed: its mark is newer than that of a good one."""
    marks = {stored.key: stored.modified for stored in held}
    return {
        key.rpartition("/")[0]
        for key, modified in marks.items()
        if key.endswith("/corrupt.json")
        and modified >= marks.get(key.replace("/corrupt.json", "/verified.json"), modified)
    }
