"""A week as its measurements, kept as plain lists so that figures can be computed a second way."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.store import Sample, Store

# Monday 2 November 2026, midnight in Berlin; the week is 2026-W45.
MONDAY = datetime(2026, 11, 1, 23, 0, tzinfo=UTC)
WEEK, MINUTE = timedelta(days=7), timedelta(minutes=1)
NAME = "2026-W45"


@dataclass
class Raw:
    """What was measured, by metric: (at, value, good)."""

    values: dict[str, list[tuple[datetime, float, int | None]]] = field(default_factory=dict)

    def add(self, metric: str, at: datetime, value: float, good: int | None = None) -> None:
        self.values.setdefault(metric, []).append((at, value, good))

    def within(
        self, metric: str, since: datetime, until: datetime
    ) -> list[tuple[datetime, float, int | None]]:
        return [each for each in self.values.get(metric, []) if since <= each[0] < until]

    def store(self, store: Store) -> None:
        store.samples.add(
            [
                Sample("production", metric, at, value, good)
                for metric, rows in self.values.items()
                for at, value, good in rows
            ]
        )


def measured(
    seed: int = 1,
    since: datetime = MONDAY - WEEK,
    until: datetime = MONDAY + WEEK,
    every: timedelta = 5 * MINUTE,
    *,
    missing: tuple[tuple[datetime, datetime], ...] = (),
    failing: tuple[tuple[datetime, datetime], ...] = (),
) -> Raw:
    """Random measurements; none in `missing`, and all checks bad in `failing`."""
    dice, raw, at = random.Random(seed), Raw(), since
    while at < until:
        if not any(begin <= at < end for begin, end in missing):
            bad = any(begin <= at < end for begin, end in failing) or dice.random() < 0.002
            raw.add("uptime", at, 0.0 if bad else 1.0, 0 if bad else 1)
            if not bad:
                raw.add("response_time", at, round(dice.lognormvariate(5.1, 0.4), 1))
            total = dice.randint(0, 900)
            good = total - (total // 2 if bad else dice.randint(0, 2) if total > 2 else 0)
            raw.add("answers", at, float(total), good)
            raw.add("requests", at, float(total), good)
            raw.add("database_connections", at, round(dice.uniform(10, 78), 1))
        at += every
    return raw
