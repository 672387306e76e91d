"""What happens on each day of the made-up past: pure, from the seed and the date alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from bot.sandbox.history.asked import Asked

_HEX = "0123456789abcdef"
TITLES = {
    "outage": (
        "Checkout fails", "Platform answers 500", "API cannot be reached", "Uploads & pages fail",
        "Sign-in <broken> for *everybody*", "Database refuses connections",
    ),
    "degradation": (
        "Pages are slow", "Search takes seconds", "Pitches load slowly", "Slow queries pile up",
    ),
    "security": ("Strange sign-ins", "Leaked key reported"),
}  # fmt: skip
PARTS = ("checkout", "api", "site", "database", "uploads", "auth", "search")
PEOPLE = (("U0ANA00001", "ana"), ("U0OMAR0001", "omar"), ("U0RITA0001", "rita"))


@dataclass(frozen=True, slots=True)
class Trouble:
    """`kind` is outage, degradation, security or drill; `effect` on measurements is outage, slow or
    empty. Without a severity nobody declared an incident."""

    kind: str
    effect: str
    at: datetime
    until: datetime
    severity: str
    title: str
    part: str


@dataclass(frozen=True, slots=True)
class Deploy:
    at: datetime
    version: str
    previous: str
    outcome: str
    person: str
    built: datetime


@dataclass(frozen=True, slots=True)
class Job:
    """A guarded operation that ran."""

    at: datetime
    command: str
    target: str
    effect: str
    seconds: int
    outcome: str
    person: tuple[str, str]


@dataclass(slots=True)
class Plot:
    """Everything that happens, by time; `gaps` are when the bot did not run, `windows` are
    maintenance windows, in which the platform is down."""

    troubles: list[Trouble] = field(default_factory=list)
    deploys: list[Deploy] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    gaps: list[tuple[datetime, datetime]] = field(default_factory=list)
    windows: list[tuple[datetime, datetime]] = field(default_factory=list)
    late_backups: list[date] = field(default_factory=list)


def plot(asked: Asked) -> Plot:
    found = Plot()
    day = asked.since.date()
    while day < asked.until.date() or _midnight(day) < asked.until:
        _day(found, day, random.Random(f"{asked.seed} {day.isoformat()}"))  # noqa: S311
        day += timedelta(days=1)
    _cut(found, asked.until)
    return found


def _day(found: Plot, day: date, dice: random.Random) -> None:
    """Dice are thrown in the same order every day, so that each day depends on itself alone."""
    _deploy(found, day, dice)
    _trouble(found, day, dice)
    _care(found, day, dice)
    if dice.random() < 0.012:
        start = _at(day, dice.uniform(0, 20))
        found.gaps.append((start, start + timedelta(minutes=dice.randint(30, 360))))
    if dice.random() < 0.02:
        found.late_backups.append(day)


def _deploy(found: Plot, day: date, dice: random.Random) -> None:
    count = dice.choice((0, 0, 1, 1, 1, 2)) if day.weekday() < 5 else 0
    for number in range(2):
        hour, fate, who = dice.uniform(9, 16), dice.random(), dice.choice(PEOPLE)[1]
        lead = timedelta(hours=dice.lognormvariate(1.5, 0.9))
        version = "-".join("".join(dice.choice(_HEX) for _ in range(n)) for n in (8, 4, 4, 4, 12))
        follow, length = dice.random(), dice.randint(8, 45)
        if number >= count:
            continue
        at = _at(day, hour)
        outcome = "failed" if fate < 0.05 else "rolled back" if fate < 0.1 else "succeeded"
        previous = found.deploys[-1].version if found.deploys else version
        found.deploys.append(Deploy(at, version, previous, outcome, who, at - lead))
        if outcome == "rolled back" and follow < 0.7:
            end = at + timedelta(minutes=length)
            begin = at + timedelta(minutes=4)
            found.troubles.append(
                Trouble("outage", "outage", begin, end, "SEV2", f"Release {version[:7]} fails",
                        "api")
            )  # fmt: skip


def _trouble(found: Plot, day: date, dice: random.Random) -> None:
    chance, hour, length = dice.random(), dice.uniform(0, 23), dice.lognormvariate(3.0, 0.8)
    title, part = dice.choice(TITLES["outage"]), dice.choice(PARTS)
    if chance < 0.035:
        start = _at(day, hour)
        minutes = min(240, max(3, int(length)))
        severity = "SEV1" if minutes > 45 else "SEV2" if minutes > 12 else "SEV3"
        found.troubles.append(
            Trouble("outage", "outage", start, start + timedelta(minutes=minutes),
                    severity if minutes > 5 else "", title, part)
        )  # fmt: skip
    chance, hour, length = dice.random(), dice.uniform(7, 19), dice.uniform(30, 240)
    title = dice.choice(TITLES["degradation"])
    if chance < 0.05:
        start = _at(day, hour)
        severity = dice.choice(("SEV3", "SEV4", ""))
        found.troubles.append(
            Trouble("degradation", "slow", start, start + timedelta(minutes=length), severity,
                    title, "search")
        )  # fmt: skip
    chance, title = dice.random(), dice.choice(TITLES["security"])
    if chance < 0.008:
        start = _at(day, 11.5)
        found.troubles.append(
            Trouble("security", "", start, start + timedelta(hours=5), "SEV2", title, "auth")
        )
    if day.day == 15:
        start = _at(day, 10)
        found.troubles.append(
            Trouble("drill", "", start, start + timedelta(minutes=50), "SEV1", "Practice: breach",
                    "database")
        )  # fmt: skip


def _care(found: Plot, day: date, dice: random.Random) -> None:
    person, fate = dice.choice(PEOPLE), dice.random()
    outcome = "failed" if fate < 0.03 else "succeeded"
    if day.weekday() in (1, 4):
        found.jobs.append(
            Job(_at(day, 5), "db vacuum", "database", "Vacuum 14 tables, 1.2 GB in all",
                dice.randint(20, 200), outcome, person)
        )  # fmt: skip
    if day.weekday() == 6:
        found.jobs.append(
            Job(_at(day, 3), "backup now", "backups", "Back up the database, 1.9 GB",
                dice.randint(60, 300), "succeeded", person)
        )  # fmt: skip
    if day.weekday() == 6 and day.isocalendar()[1] % 2 == 0:
        start = _at(day, 4)
        found.windows.append((start, start + timedelta(minutes=40)))
        found.jobs.append(
            Job(start + timedelta(minutes=2), "db reindex", "database",
                "Rebuild 31 indexes without locking", dice.randint(600, 1_500), outcome, person)
        )  # fmt: skip
    if day.day == 3:
        found.jobs.append(
            Job(_at(day, 8), "restore drill", "backups", "Restore the newest backup elsewhere",
                dice.randint(200, 500), "succeeded", person)
        )  # fmt: skip
    if dice.random() < 0.1:
        found.jobs.append(
            Job(_at(day, 14.2), "cache purge", "cache", "Purge 12 addresses of the front page", 4,
                "succeeded", person)
        )  # fmt: skip


def _cut(found: Plot, until: datetime) -> None:
    """Nothing lies in the future; what is not over by then is left out."""
    found.troubles = sorted((each for each in found.troubles if each.until < until), key=_when)
    found.deploys = [each for each in found.deploys if each.at < until]
    found.jobs = sorted(
        (each for each in found.jobs if each.at + timedelta(seconds=each.seconds) < until),
        key=lambda each: each.at,
    )
    found.gaps = [each for each in found.gaps if each[1] < until]
    found.windows = [each for each in found.windows if each[1] < until]


def _when(trouble: Trouble) -> datetime:
    return trouble.at


def spans(found: Plot, effect: str) -> Iterator[tuple[datetime, datetime]]:
    """When measurements show that effect."""
    yield from ((each.at, each.until) for each in found.troubles if each.effect == effect)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _at(day: date, hour: float) -> datetime:
    moment = _midnight(day) + timedelta(hours=hour)
    return moment.replace(second=0, microsecond=0)
