"""Where a run is shown in Slack: its incident's channel or thread, else where it was started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.playbooks.records import RunRecord
    from bot.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Place:
    channel: str
    thread_ts: str = ""


def place_of(runtime: Runtime, run: RunRecord) -> Place | None:
    """None while its incident has no room yet; the next look tries again."""
    if not run.incident:
        return Place(run.channel or runtime.settings.slack.ops_channel)
    incident = runtime.store.incidents.find(run.incident)
    if incident is None:
        return Place(run.channel or runtime.settings.slack.ops_channel)
    if incident.channel:
        return Place(incident.channel, incident.thread_ts)
    if incident.room.value == "wanted":
        return None
    return Place(incident.origin, incident.origin_thread) if incident.origin else None
