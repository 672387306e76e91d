"""The database: asked directly where the bot may, else what the platform says of it."""

from __future__ import annotations

from bot.clients.health_words import tidy
from bot.clients.postgres import DatabaseProbe
from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from bot.judging.reading import Finding
from bot.judging.states import State
from bot.judging.wording import duration
from bot.phrases import plural
from bot.settings import Metric
from handlers.health.checks.told import by_platform
from handlers.health.result import Check
from handlers.health.scene import Scene

ALERT_MS = 500.0  # SELECT 1 on an open connection; a healthy one takes a tenth even far away
# PostgreSQL checks and defaults: idle in transaction 5 minutes warns, 30 are critical.
IDLE_ALERT_SECONDS = 300.0
_QUOTA = "What needs the database does not work until the quota is raised."
ADDRESS = "/api/health/database"


async def check(scene: Scene) -> Check:
    database = scene.clients.database
    if not scene.own or not database.configured:
        enable = (
            "Set DATABASE_URL in the bot's environment to ask the database itself."
            if scene.own
            else "DATABASE_URL belongs to the default environment; only the platform was asked."
        )
        return await by_platform(
            scene, "database", ADDRESS, ("database", "db", "neon"), "the database", enable
        )
    try:
        probe = await database.probe(deadline=scene.settings.checks.database)
    except DatabaseFailure as failure:
        return failed(failure)
    return decide(probe, scene.settings.metrics["database_connections"])


def decide(probe: DatabaseProbe, limit: Metric) -> Check:
    """What a successful probe shows; `limit` is the guide's for connections. Pure."""
    pool = probe.pool
    use = f"{pool.used} of {pool.available} connections ({pool.percent:.0f} %)"
    found = Finding(State.HEALTHY, "healthy", f"Answers SELECT 1; {use} in use.")
    if pool.percent > limit.alert:
        found = Finding(
            State.DEGRADED,
            "nearly full",
            f"{use} are taken, above the limit of {limit.alert:g} %: soon nobody can connect.",
            "Find who holds connections, and close idle ones.",
        )
    elif probe.latency_ms > ALERT_MS:
        found = Finding(
            State.DEGRADED,
            "slow",
            f"SELECT 1 takes longer than {duration(ALERT_MS)}; every page waits for it.",
            "Look for long queries and locks.",
        )
    elif pool.oldest_idle_seconds > IDLE_ALERT_SECONDS:
        minutes = plural(round(pool.oldest_idle_seconds / 60), "minute")
        found = Finding(
            State.DEGRADED,
            "held open",
            f"A transaction has been idle for {minutes} and may block others.",
            "Find its session, and end it.",
        )
    elif probe.waited_for_waking:
        waited = duration(probe.connect_ms)
        found = Finding(
            State.HEALTHY, "healthy", f"It slept and woke up in {waited}; {use} in use."
        )
    return Check(
        component="database",
        state=found.state,
        summary=found.summary,
        meaning=found.meaning,
        next_step=found.next_step,
        value=duration(probe.latency_ms),
        threshold=f"alert above {duration(ALERT_MS)}",
        latency_ms=probe.latency_ms,
        evidence=_evidence(probe),
    )


def failed(failure: DatabaseFailure) -> Check:
    """What a failed probe means. Pure."""
    match failure.trouble:
        case DatabaseTrouble.QUOTA | DatabaseTrouble.WAKING:
            state = State.DEGRADED  # neither is a crash: one ends by itself, one by paying
        case DatabaseTrouble.PERMISSION | DatabaseTrouble.ROLE_FULL:
            state = State.UNKNOWN  # it answered; the bot may not look
        case _:
            state = State.DOWN
    return Check(
        component="database",
        state=state,
        summary=str(failure.trouble),
        meaning=failure.message,
        next_step=failure.hint,
        lost=str(failure.trouble),
        effect=_QUOTA if failure.trouble is DatabaseTrouble.QUOTA else "",
        evidence=(
            f"DATABASE_URL: {failure.trouble} after {failure.seconds * 1000:.0f} ms. "
            f"{tidy(failure.said, 240)}",
        ),
    )


def _evidence(probe: DatabaseProbe) -> tuple[str, ...]:
    pool = probe.pool
    lines = [
        f"Connected in {duration(probe.connect_ms)}"
        f"{' through the pooler' if probe.pooled else ''}, SELECT 1 in "
        f"{probe.latency_ms:.1f} ms, PostgreSQL {tidy(pool.server_version, 40)}",
        f"{pool.used} connections used; {pool.max_connections} at most, "
        f"{pool.reserved} of them reserved",
        f"{pool.idle_in_transaction} idle in transaction, the oldest for "
        f"{pool.oldest_idle_seconds:.0f} s",
    ]
    if pool.hidden:
        lines.append(
            f"{pool.hidden} sessions hide their state from the bot: grant pg_monitor to its user"
        )
    return tuple(lines)
