"""Which backups are kept and which may go: days, then weeks, then months. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.backups.shelf import KeptBackup, last_good

if TYPE_CHECKING:
    from bot.settings.backups import Backups

FROM_THE_FUTURE = "its time lies in the future, so nobody knows its age"


@dataclass(frozen=True, slots=True)
class Judged:
    """`why` it is kept, or may go."""

    backup: KeptBackup
    goes: bool
    why: str


@dataclass(frozen=True, slots=True)
class Retention:
    """Every backup, newest first, with what becomes of it."""

    judged: tuple[Judged, ...]

    @property
    def going(self) -> tuple[KeptBackup, ...]:
        return tuple(each.backup for each in self.judged if each.goes)

    @property
    def bytes(self) -> int:
        """What their objects take in the bucket."""
        return sum(sum(each.size for each in backup.objects) for backup in self.going)


def judge(backups: Sequence[KeptBackup], limits: Backups, now: datetime, zone: str) -> Retention:
    """`backups` newest first; weeks and months are those of the team's time zone.

    Never goes what is held, the last good one, the last verified one, or the last one that was
    restored in a drill. A backup from the future (a clock that jumped) stays, since nobody knows
    its age, and takes the place of no other.
    """
    always = _always(backups)
    weekly = _last_of_each(backups, limits.keep_weekly, zone, "%G-%V")
    monthly = _last_of_each(backups, limits.keep_monthly, zone, "%Y-%m")
    judged = []
    for each in backups:
        days = each.age(now).days
        if each.held_at is not None:
            judged.append(Judged(each, False, "held"))
        elif each.ahead:
            judged.append(Judged(each, False, FROM_THE_FUTURE))
        elif (why := always.get(each.id)) is not None:
            judged.append(Judged(each, False, why))
        elif each.age(now) <= timedelta(days=limits.keep_days):
            judged.append(Judged(each, False, f"{days} of {limits.keep_days} days"))
        elif each.id in weekly:
            judged.append(Judged(each, False, "last of its week"))
        elif each.id in monthly:
            judged.append(Judged(each, False, "last of its month"))
        else:
            judged.append(Judged(each, True, f"{days} days old, limit {limits.keep_days}"))
    return Retention(tuple(judged))


def _always(backups: Sequence[KeptBackup]) -> dict[str, str]:
    found: dict[str, str] = {}
    tested = next((each for each in backups if each.counts and each.restored_at), None)
    verified = next((each for each in backups if each.counts and each.verified), None)
    for each, why in (
        (tested, "the last one that was restored in a drill"),
        (verified, "the last verified one"),
        (last_good(backups), "the last good one"),
    ):
        if each is not None:
            found[each.id] = why
    return found


def _last_of_each(
    backups: Iterable[KeptBackup], most: int, zone: str, period: str
) -> frozenset[str]:
    """The newest good backup of each of the newest `most` periods that have one."""
    found: dict[str, str] = {}
    for each in backups:
        if each.counts or (each.manifest is None and not each.ahead):
            found.setdefault(each.finished.astimezone(ZoneInfo(zone)).strftime(period), each.id)
    return frozenset(list(found.values())[:most])
