"""The parts of a bundle: each written to a file of its own, or named with why it could not be."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.clients.cloudflare_analytics import worker_figures
from bot.clients.cloudflare_telemetry import MOST as MOST_EVENTS
from bot.clients.cloudflare_telemetry import events
from bot.errors import NotConfigured
from bot.store.incidents_rows import IncidentRecord

if TYPE_CHECKING:
    from bot.runtime import Runtime

BEFORE = timedelta(hours=2)  # of the time before it began, as the timeline's own look back
_DEADLINE = 20.0  # seconds for one service
_SESSIONS = """
select pid, usename, application_name, host(client_addr) as client_address, backend_type, state,
  wait_event_type, wait_event, backend_start, xact_start, query_start, state_change,
  left(query, 2000) as query
from pg_stat_activity order by pid
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is collected about: an incident, and the window [since, until) around it."""

    runtime: Runtime
    record: IncidentRecord
    since: datetime
    until: datetime

    @property
    def script(self) -> str:
        """The Worker's name; raises NotConfigured where none is set."""
        name = self.runtime.settings.environment().worker_script
        if not name:
            raise NotConfigured(
                "No Worker is named for this environment.", "Set worker_script in pitchey.toml."
            )
        return name


Rows = AsyncIterator[Any]
Collect = Callable[[Scene], Rows]


@dataclass(frozen=True, slots=True)
class Source:
    """One part: the name of its file, what it is, and where its rows come from."""

    name: str
    title: str
    rows: Collect


async def _timeline(scene: Scene) -> Rows:
    """Rows as they are stored, so that anybody can verify the chain."""
    lessons, after = scene.runtime.store.lessons, 0
    while rows := lessons.timeline_rows(scene.record.id, after):
        for sequence, previous, digest, entry in rows:
            yield {"sequence": sequence, "previous": previous, "hash": digest, "entry": entry}
        after = rows[-1][0]


async def _incident(scene: Scene) -> Rows:
    store, incident = scene.runtime.store, scene.record.id
    yield {"incident": scene.record}
    for change in store.incidents.changes(incident):
        yield {"change": change}
    for person in store.incident_work.people(incident):
        yield {"person": person}
    for task in store.incident_work.tasks(incident):
        yield {"task": task}
    for link in store.incident_work.links(incident):
        yield {"link": link}


async def _audit(scene: Scene) -> Rows:
    """Entries of the window, each with its number and hash in the whole log."""
    for number, entry, digest in scene.runtime.store.audit.each():
        if scene.since <= entry.at < scene.until:
            yield {"sequence": number, "hash": digest, "entry": entry}


async def _playbooks(scene: Scene) -> Rows:
    runs = scene.runtime.store.playbook_runs
    for run in runs.of_incident(scene.record.id):
        yield {"run": run}
        for step in runs.steps(run.id).values():
            yield {"run_id": run.id, "step": step}
        after = 0
        while entries := runs.history(run.id, after):
            for entry in entries:
                yield {"run_id": run.id, "history": entry}
            after = entries[-1].sequence


async def _samples(scene: Scene) -> Rows:
    """Every metric by the minute, while it was measured."""
    samples, environment = scene.runtime.store.samples, scene.runtime.settings.environment().name
    for metric in samples.metrics(environment):
        step = timedelta(minutes=1)
        for each in samples.series(environment, metric, scene.since, scene.until, step):
            yield {
                "metric": metric, "at": each.start, "count": each.count, "total": each.total,
                "minimum": each.minimum, "maximum": each.maximum, "good": each.good,
            }  # fmt: skip


async def _analytics(scene: Scene) -> Rows:
    found = await worker_figures(
        scene.runtime.clients.cloudflare, scene.script, scene.since, scene.until,
        step=timedelta(minutes=1), deadline=_DEADLINE,
    )  # fmt: skip
    for step in found.steps:
        yield step
    for problem in found.problems:
        yield {"problem": problem}
    if found.cut:
        yield {"problem": "there is more than one answer of Cloudflare's holds"}


async def _log(scene: Scene) -> Rows:
    found = await events(
        scene.runtime.clients.cloudflare, scene.script, scene.since, scene.until,
        limit=MOST_EVENTS, deadline=_DEADLINE,
    )  # fmt: skip
    for event in found:
        yield event
    if len(found) >= MOST_EVENTS:
        yield {"problem": f"only the newest {MOST_EVENTS} events are kept here"}


async def _deployments(scene: Scene) -> Rows:
    cloudflare = scene.runtime.clients.cloudflare
    found = await cloudflare.get(
        f"{cloudflare.script(scene.script)}/deployments",
        permission="Workers Scripts Read",
        deadline=_DEADLINE,
    )
    listed = found.get("deployments") if isinstance(found, dict) else found
    for each in listed if isinstance(listed, list) else ():
        yield each


async def _sessions(scene: Scene) -> Rows:
    rows = await scene.runtime.clients.database.query(_SESSIONS, deadline=_DEADLINE)
    for row in rows:
        yield row


async def _rules(scene: Scene) -> Rows:
    """The bot's own roles, then the IP access rules of the zone, where there is one."""
    roles = scene.runtime.settings.roles
    yield {"roles": {name: str(value) for name, value in roles}}
    cloudflare = scene.runtime.clients.cloudflare
    async for rule in cloudflare.pages(
        f"{cloudflare.zone}/firewall/access_rules/rules",
        permission="Firewall Services Read",
        deadline=_DEADLINE,
    ):
        yield rule


SOURCES = (
    Source("timeline.jsonl", "the timeline", _timeline),
    Source("incident.jsonl", "the incident's record", _incident),
    Source("audit.jsonl", "audit entries", _audit),
    Source("playbooks.jsonl", "playbook runs", _playbooks),
    Source("samples.jsonl", "measurements", _samples),
    Source("worker_analytics.jsonl", "Cloudflare's analytics", _analytics),
    Source("worker_log.jsonl", "the Worker's log", _log),
    Source("deployments.jsonl", "deployments and who made them", _deployments),
    Source("database_sessions.jsonl", "database sessions", _sessions),
    Source("access_rules.jsonl", "access rules", _rules),
)
# What is hashed where it comes from must stay as it is; it was redacted when it was written.
_VERBATIM = frozenset({"timeline.jsonl", "audit.jsonl"})


async def write(
    source: Source, scene: Scene, path: Path, beat: Callable[[], Awaitable[None]]
) -> int:
    """One JSON value a line, without secrets; answers how many. Raises OpsError.

    What was written before a failure stays in the file. `beat` is awaited now and then.
    """
    redact = scene.runtime.redactor
    count = 0
    with path.open("w", encoding="utf-8") as file:
        async for row in source.rows(scene):
            value = plain(row)
            if source.name not in _VERBATIM:
                value = redact.json(value)
            file.write(json.dumps(value, ensure_ascii=True, sort_keys=True) + "\n")
            count += 1
            if count % 500 == 0:
                await beat()
    return count


def plain(value: Any) -> Any:
    """A value of ours as JSON takes it; times as ISO 8601. Pure."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return str(value)
