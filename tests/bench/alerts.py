"""Many rules over many series, and a storm: how long a look takes, how much Slack is asked."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app import House
from bot.settings import Settings, load
from bot.settings.alerts import Rule
from bot.store import Problem, Sample
from handlers.alerts.looking import evaluate, keep
from handlers.alerts.telling import tell

RULES, ENVIRONMENTS, METRICS = 500, 10, 20
HOURS, LOOKS = 6, 30
EVENTS, PASSES = 10_000, 240  # a pass each quarter of a second
CHANNEL = "C0BENCH001"
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
Say = Callable[[str], None]
Goal = Callable[[str, float, float], None]


async def measure(say: Say, goal: Goal) -> None:
    """Print how long looks take and what a storm of alerts becomes."""
    with tempfile.TemporaryDirectory(prefix="pitchey-alerts-") as folder:
        _looks(say, goal, Path(folder))
    for title, problems in (("different", EVENTS), ("over and over 40", 40)):
        with tempfile.TemporaryDirectory(prefix="pitchey-alerts-") as folder:
            await _storm(say, goal, Path(folder), title, problems)


def _looks(say: Say, goal: Goal, folder: Path) -> None:
    house = House.open(_settings(folder, rules=True))
    runtime = house.dispatcher.runtime
    runtime.clock, runtime.started_at = (lambda: NOW), NOW - timedelta(days=1)
    series = [(f"e{e}", f"metric_{m}") for e in range(ENVIRONMENTS) for m in range(METRICS)]
    house.store.samples.add(
        [
            Sample(environment, metric, NOW - timedelta(minutes=minute), float(minute % 97))
            for environment, metric in series
            for minute in range(HOURS * 60)
        ]
    )
    say(f"  {RULES} rules over {len(series)} series of {HOURS} h with a sample a minute")
    first = evaluate(runtime, NOW)
    keep(runtime, first, NOW)
    took = []
    for number in range(LOOKS):
        began = time.perf_counter()
        found = evaluate(runtime, NOW + timedelta(seconds=number))
        keep(runtime, found, NOW + timedelta(seconds=number))
        took.append((time.perf_counter() - began) * 1000)
    say(
        f"  {found.rules} looked at, {len(found.kept)} open: p50 {statistics.median(took):.0f} ms"
        f"  longest {max(took):.0f} ms"
    )
    goal("ms a look, p50", statistics.median(took), 200)
    house.store.close()


async def _storm(say: Say, goal: Goal, folder: Path, title: str, problems: int) -> None:
    """A minute by the bot's clock; Slack takes each message at once, so none is left out."""
    house = House.open(_settings(folder, rules=False))
    runtime = house.dispatcher.runtime
    now, calls, began = NOW, 0, time.perf_counter()
    runtime.clock = lambda: now
    for number in range(PASSES):
        now = NOW + timedelta(seconds=60 / PASSES * number)
        events = range(EVENTS * number // PASSES, EVENTS * (number + 1) // PASSES)
        house.store.alerts.raise_all([_problem(each % problems) for each in events], now)
        await tell(runtime)
        calls += _delivered(house, now)
    now += timedelta(seconds=11)
    await tell(runtime)
    calls += _delivered(house, now)
    took = time.perf_counter() - began
    opened = sum(house.store.alerts.counts().values())
    say(
        f"  {EVENTS:,} events in a minute, {title}: {opened:,} alerts open, {calls} calls of "
        f"Slack's; {took:.1f} s of work"
    )
    goal(f"calls of Slack's, {title}", calls, 40)
    goal(f"seconds of work in that minute, {title}", took, 30)
    house.store.close()


def _problem(number: int) -> Problem:
    severity = ("critical", "warning", "warning")[number % 3]
    return Problem("cloudflare", str(number), f"Zone {number} fails", severity, "5xx", rule="ZONE")


def _delivered(house: House, now: datetime) -> int:
    """Mark what waits as sent; how many calls that would have been."""
    outbox, count = house.store.outbox, 0
    while (message := outbox.head(outbox.channels() or [""])) is not None:
        outbox.sent(message, CHANNEL, f"{now.timestamp() + count / 1e6:.6f}", now)
        count += 1
    return count


def _settings(folder: Path, *, rules: bool) -> Settings:
    config = folder / "pitchey.toml"
    tables = "".join(
        f'[environments.e{number}]\napi_url = "https://a.test"\nsite_url = "https://b.test"\n'
        for number in range(ENVIRONMENTS)
    )
    config.write_text(
        f'default_environment = "e0"\n{tables}[store]\npath = "{folder}/store.sqlite3"\n',
        encoding="utf-8",
    )
    settings = load(config, {})
    if not rules:
        return settings
    many = tuple(
        Rule(
            name=f"RULE_{number}",
            metric=f"metric_{number % METRICS}",
            environments=(f"e{number // METRICS % ENVIRONMENTS}",),
            above=float(20 + number % 60),
            clear=float(10 + number % 60),
            window_minutes=(5, 10, 30, 60)[number % 4],
            statistic=("average", "maximum", "p95", "sum")[number // 7 % 4],
        )
        for number in range(RULES)
    )
    return settings.model_copy(
        update={"alerts": settings.alerts.model_copy(update={"rules": many})}
    )


if __name__ == "__main__":
    asyncio.run(measure(print, lambda name, value, most: print(name, value, "≤", most)))  # noqa: T201
