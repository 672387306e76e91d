"""What a killed process left behind: tail sessions at Cloudflare, and messages that say "live"."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.clients.cloudflare_tail_sessions import delete_tail
from bot.errors import OpsError
from bot.jobs import Job
from bot.store import LiveLog
from handlers.logs.views_live import lost_message
from handlers.logs.watching import OPEN

if TYPE_CHECKING:
    from bot.runtime import Runtime

log = logging.getLogger(__name__)


async def clear(runtime: Runtime) -> int:
    """Delete what no living process owns; how many sessions that were.

    A session that cannot be deleted now is tried again by the next look.
    """
    store, cloudflare = runtime.store, runtime.clients.cloudflare
    for record in store.live_logs.running():
        if not store.presence.alive(record.owner) and store.live_logs.end(
            record.number, runtime.now()
        ):
            _tell(runtime, record)
    deleted = 0
    for tail in store.live_logs.tails():
        ours = tail.owner == store.presence.name
        if tail.id in OPEN or (not ours and store.presence.alive(tail.owner)):
            continue
        try:
            await delete_tail(cloudflare, tail.script, tail.id)
        except OpsError as error:
            log.warning("a tail session of %s is still open: %s", tail.script, error)
            continue
        store.live_logs.forget_tail(tail.id)
        deleted += 1
    return deleted


def begin(runtime: Runtime) -> None:
    """At the start of the bot, beside everything else."""
    runtime.background(_clear(runtime), "clearing live logs")


async def _clear(runtime: Runtime) -> None:
    try:
        await clear(runtime)
    except OpsError as error:
        log.warning("live logs could not be cleared: %s", error)


def _tell(runtime: Runtime, record: LiveLog) -> None:
    """Its message ends as well; its samples stand in its thread."""
    text, blocks = lost_message(record.script, record.person.name, record.started_at)
    runtime.messages.post(
        record.channel, text, blocks, key=f"{record.key}:lost", update_of=record.key, latest=True
    )


async def _job(runtime: Runtime, _due: datetime) -> str:
    return f"Deleted {await clear(runtime)} tail sessions that were left open."


CLEAR = Job(
    name="logs-clear",
    title="Deleting live logs that were left open",
    when=lambda settings: timedelta(minutes=5) if settings.secrets.cloudflare_api_token else None,
    run=_job,
    deadline=60.0,
    quiet=True,
)
