"""What the repositories of the house do all day: deliveries, audit, outbox, operations, samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.command import Person
from bot.store import Sample, Store
from bot.store.operation_rows import Decision, State
from tests.guard.test_decisions import REQUEST
from tests.incidents.acts import NOW
from tests.store.test_audit import entry as audited

# Is given a number that is another one each time.
Operation = Callable[[int], object]
Operations = dict[str, dict[str, Operation]]

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SOMEBODY = Person("U0ANA", "ana")
_METRICS = ("uptime", "response_time", "error_rate", "cpu", "memory")


def house(store: Store) -> Operations:
    """By the repository's name in `Store`; what they read is there already."""
    run = store.runs.begin("1.0", "socket", NOW)
    return {
        "deliveries": {
            "claim": lambda n: store.deliveries.claim(f"d{n}", "health", "here", NOW),
            "newest": lambda _: store.deliveries.newest(),
        },
        "audit": {
            "append": lambda n: store.audit.append(audited(f"r{n}")),
            "50 entries": lambda _: store.audit.entries(limit=50),
        },
        "outbox": {
            "add": lambda n: store.outbox.add("C1", "x", (), f"k{n}"),
            "head": lambda _: store.outbox.head(("C1",)),
            "counts": lambda _: store.outbox.counts(),
        },
        "firings": {"claim": lambda n: store.firings.claim("job", NOW + n * MINUTE)},
        "runs": {
            "beat": lambda n: store.runs.beat(run, NOW + n * MINUTE, NOW),
            "latest": lambda _: store.runs.latest(),
        },
        "operations": {
            "add, begin, step": lambda n: _operation(store, f"OP-{n}"),
            "newest 20": lambda _: store.operations.newest(20),
            "running": lambda _: store.operations.running(),
        },
        "emergencies": {
            "declare, end": lambda _: store.emergencies.end(
                store.emergencies.declare("SEV1", "U0ANA", NOW), NOW
            ),
            "commanded by": lambda _: store.emergencies.commanded_by("U0ANA"),
        },
        "rehearsals": {"carry out": lambda n: store.rehearsals.carry_out(f"OP-{n}", NOW)},
        "schedules": {
            "know": lambda _: store.schedules.know("job", NOW),
            "started": lambda _: store.schedules.started("job", NOW, NOW),
            "finished": lambda _: store.schedules.finished("job", "succeeded", "", NOW),
        },
        "cursors": {
            "move": lambda n: store.cursors.move("here", n),
            "position": lambda _: store.cursors.position("here"),
        },
        "webhooks": {
            "take": lambda n: store.webhooks.take(f"digest-{n}", NOW, NOW - DAY),
            "taken": lambda n: store.webhooks.taken(f"digest-{n}"),
        },
        "live_logs": {
            "keep a tail": lambda n: store.live_logs.keep_tail(f"t{n}", "worker", "bot-1", NOW),
            "running": lambda _: store.live_logs.running(),
        },
        **_measurements(store),
    }


def _measurements(store: Store) -> Operations:
    _sampled(store, *range(60))
    return {
        "samples": {
            "add five": lambda n: _sampled(store, 60 + n),
            "window of a day": lambda _: store.samples.window("production", "cpu", NOW, NOW + DAY),
        },
        "sample_gaps": {
            "of a day": lambda _: store.sample_gaps.between(
                "production", "cpu", NOW, NOW + DAY, 3 * MINUTE
            )
        },
        "marks": {
            "add": lambda n: store.marks.add(NOW + n * MINUTE, "deployment", "v1", f"D-{n}"),
            "of an hour": lambda _: store.marks.between(NOW, NOW + timedelta(hours=1)),
        },
    }


def _sampled(store: Store, *minutes: int) -> None:
    times = [NOW + minute * MINUTE for minute in minutes]
    found = [Sample("production", each, at, 1.0) for at in times for each in _METRICS]
    store.samples.add(found, now=times[-1])


def _operation(store: Store, name: str) -> None:
    """Its whole life, so that no target stays taken."""
    store.operations.add(name, replace(REQUEST, target=name), NOW, NOW + timedelta(minutes=5))
    store.operations.begin(name, Decision(), "bot-1", NOW)
    store.operations.begin_step(name, "step", "bot-1", NOW)
    store.operations.end(name, State.SUCCEEDED, NOW, "bot-1", {})
