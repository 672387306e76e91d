"""Nobody forgets it: the channel is reminded when it lasts too long, or was deployed over.

What was told is in the store, so a restart neither forgets nor repeats.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot import maintenance_mode
from bot.command import Person
from bot.errors import OpsError
from bot.jobs import Job
from bot.store.maintenance import MaintenanceRecord
from handlers.maintenance.result import Shown
from handlers.maintenance.views import over_notice, overtaken_notice, reminder

if TYPE_CHECKING:
    from bot.runtime import Runtime

EVERY = timedelta(minutes=1)
SETTLED = timedelta(minutes=1)  # whoever ends it by `maintenance off` is given time to say so


async def watch(runtime: Runtime, _due: datetime) -> str:
    """One look at every open maintenance."""
    told = 0
    failed = ""
    for record in runtime.store.maintenance.open():
        try:
            told += await _look(runtime, record)
        except OpsError as error:
            # Cloudflare away must not silence the reminder: it needs no answer of theirs.
            failed = error.message
            told += _remind(runtime, record, None)
    if failed:
        return f"Told {told}; Cloudflare could not be asked: {failed}"
    return f"Told {told}."


async def _look(runtime: Runtime, record: MaintenanceRecord) -> int:
    found = await maintenance_mode.state(runtime, record.environment)
    shown = Shown(found, (), runtime.now(), runtime.settings.maintenance.tag)
    live = found.live.id if found.live else ""
    if found.restored and found.live and record.deployment:
        # By a rollback, or an end that was killed: alerts must not stay silent for that.
        settled = record.began_at < found.live.at < runtime.now() - SETTLED
        return await _over(runtime, record) if settled else 0
    if found.overtaken:
        if record.overtaken == live:
            return 0
        text, blocks = overtaken_notice(shown)
        _post(runtime, text, blocks, f"maintenance:{record.id}:overtaken:{live}")
        runtime.store.maintenance.note_overtaken(record.id, live)
        return 1
    return _remind(runtime, record, shown)


async def _over(runtime: Runtime, record: MaintenanceRecord) -> int:
    await maintenance_mode.switch_off(runtime, record.environment, person=Person("bot", "the bot"))
    text, blocks = over_notice(record.environment)
    _post(runtime, text, blocks, f"maintenance:{record.id}:over")
    return 1


def _remind(runtime: Runtime, record: MaintenanceRecord, shown: Shown | None) -> int:
    now = runtime.now()
    pause = timedelta(minutes=runtime.settings.maintenance.remind_minutes)
    if now < record.ends_at or (record.reminded_at and now < record.reminded_at + pause):
        return 0
    if shown is None:
        shown = Shown(maintenance_mode.unread(record), (), now, runtime.settings.maintenance.tag)
    text, blocks = reminder(shown)
    # The message first: its key keeps a crash between the two from telling twice.
    key = f"maintenance:{record.id}:{int(record.ends_at.timestamp())}:{record.reminders}"
    _post(runtime, text, blocks, key)
    return int(runtime.store.maintenance.reminded(record.id, now, record.reminders))


def _post(runtime: Runtime, text: str, blocks: list[dict[str, object]], key: str) -> None:
    runtime.messages.post(runtime.settings.slack.ops_channel, text, blocks, key=key)


WATCH = Job(
    name="maintenance",
    title="Remind of maintenance mode that lasts too long",
    when=lambda _settings: EVERY,
    vital=True,
    run=watch,
    deadline=50.0,
    catch_up=timedelta(minutes=5),
    quiet=True,
)
