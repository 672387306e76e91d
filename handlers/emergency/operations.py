"""Reads where an emergency stands: incident, maintenance mode, health, watch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.command import Invocation, Person, Surface
from bot.payloads import reference
from bot.store.incidents_rows import IncidentRecord
from handlers.emergency.result import Emergency

if TYPE_CHECKING:
    from bot.command import Context
    from bot.runtime import Runtime

_EMOJI = re.compile(r"^:[a-z0-9_+-]+: *")
_LINES = (
    "diagnose auto", "db pool-restart", "cache purge everything", "workers restart", "rollback",
    "maintenance on", "maintenance off", "deployments",
)  # fmt: skip


async def situation(context: Context, environment: str, cause: str) -> Emergency:
    """Everything at one moment. Raises BadInput for an environment that is not there."""
    runtime = context.runtime
    where = runtime.settings.environment(environment or None)
    incident, others = _incident(context)
    await context.progress.say("Checking every part of the platform")
    well, said = await health(runtime, context.invocation.person, context.invocation.surface)
    known = frozenset(
        line
        for line in _LINES
        if any(
            context.catalogue.find(" ".join(line.split()[:count])) is not None for count in (2, 1)
        )
    )
    run = ""
    if incident is not None:
        active = runtime.store.playbook_runs.active()
        run = next((each.id for each in active if each.incident == incident.id), "")
    return Emergency(
        where.name, cause, runtime.now(), incident, others,
        runtime.store.maintenance.current(where.name), said, well,
        runtime.store.recovery_watches.current(where.name), run, known,
    )  # fmt: skip


async def health(runtime: Runtime, person: Person, surface: Surface) -> tuple[bool | None, str]:
    """(well, its first line in plain words), as if that person had asked."""
    reply = await runtime.run(Invocation(reference(), person, surface, "health"))
    said = _EMOJI.sub("", reply.text.splitlines()[0] if reply.text else "")
    if reply.outcome != "succeeded":
        return None, said
    return reply.exit_code == 0, said


def _incident(context: Context) -> tuple[IncidentRecord | None, int]:
    """That of this channel, else the newest open one; a private one in its own channel alone."""
    store, asked = context.store.incidents, context.invocation
    here = store.of_channel(asked.channel, asked.thread_ts)
    seen = [
        each
        for each in store.open()
        if not each.drill
        and not each.over
        and (not each.private or (asked.channel and each.channel == asked.channel))
    ]
    if here is not None and not here.over and here in seen:
        return here, len(seen) - 1
    newest = max(seen, key=lambda each: each.declared_at, default=None)
    return newest, max(0, len(seen) - 1)
