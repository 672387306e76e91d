"""Looks at a platform that recovers, until it is well; stored, so a restart loses nothing.

Behind maintenance mode everybody gets the page. There the version that comes back is tested by
Cloudflare's override header, which reaches it at 0 % of the traffic.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.blocks import clip
from bot.command import Surface
from bot.errors import OpsError
from bot.jobs import Job
from bot.store import RecoveryWatch, TimelineEntry
from bot.store.maintenance import MaintenanceRecord
from bot.verification import verify
from handlers.emergency.operations import health
from handlers.emergency.views import ended_message, watching_message

if TYPE_CHECKING:
    from bot.runtime import Runtime

EVERY = timedelta(seconds=30)
GREEN = 3  # good looks in a row
LONGEST = timedelta(hours=2)


def key_of(watch: RecoveryWatch) -> str:
    return f"recovery:{watch.id}"


def show(runtime: Runtime, watch: RecoveryWatch) -> None:
    """Post its message, or bring it up to date."""
    text, blocks = watching_message(watch, GREEN)
    if watch.looks == 0:
        runtime.messages.post(
            _channel(runtime, watch), text, blocks, key=key_of(watch), thread_ts=watch.thread_ts
        )
        return
    runtime.messages.post(
        _channel(runtime, watch), text, blocks, key=f"{key_of(watch)}:{watch.looks}",
        update_of=key_of(watch), latest=True,
    )  # fmt: skip


async def look(runtime: Runtime, _due: datetime) -> str:
    """One look at every open watch."""
    told = [await _once(runtime, watch) for watch in runtime.store.recovery_watches.open()]
    return "; ".join(told) or "Nothing is watched."


async def _once(runtime: Runtime, watch: RecoveryWatch) -> str:
    record = runtime.store.maintenance.current(watch.environment)
    try:
        good, said = await _state(runtime, watch, record)
    except OpsError as error:
        good, said = False, error.message
    said = clip(runtime.redactor.text(said), 300)
    now, green = runtime.now(), watch.green + 1 if good else 0
    store = runtime.store.recovery_watches
    if not store.looked(watch, green, said, now):
        return "somebody else looked"
    if green >= GREEN:
        _end(runtime, watch, "well", maintenance=record is not None)
    elif now >= watch.until:
        _end(runtime, watch, "given up", maintenance=record is not None)
    elif (fresh := store.current(watch.environment)) is not None:
        show(runtime, fresh)
    return f"{watch.environment}: {green} of {GREEN} good"


async def _state(
    runtime: Runtime, watch: RecoveryWatch, record: MaintenanceRecord | None
) -> tuple[bool, str]:
    where = runtime.settings.environment(watch.environment)
    default = watch.environment == runtime.settings.default_environment
    if record is None and default:
        well, said = await health(runtime, watch.person, Surface.BUTTON)
        return bool(well), said
    if record is None:
        found = await verify(runtime.settings, runtime.clients, where, requests=6, patience=5)
        return found.good and found.requests > 0, found.summary
    back = max(record.before, key=lambda each: each[1], default=("", 0.0))[0]
    found = await verify(
        runtime.settings, runtime.clients, where, expect_version=back, overriding=True,
        requests=6, patience=5,
    )  # fmt: skip
    if found.proved is not True:
        why = found.problems[0] if found.problems else next(iter(found.unsure), "")
        return False, f"Behind maintenance mode it cannot be tested: {why}"
    return found.good, f"Behind maintenance mode, {back[:8]}: {found.summary}"


def _end(runtime: Runtime, watch: RecoveryWatch, outcome: str, *, maintenance: bool) -> None:
    now, store = runtime.now(), runtime.store
    ended = next((each for each in store.recovery_watches.open() if each.id == watch.id), watch)
    text, blocks = ended_message(ended, outcome, maintenance=maintenance)
    # Told first: its key keeps a crash between the two from telling it twice.
    runtime.messages.post(
        _channel(runtime, watch), text, blocks, key=f"{key_of(watch)}:ended",
        thread_ts=watch.thread_ts,
    )  # fmt: skip
    runtime.messages.post(
        _channel(runtime, watch), text, blocks[:1], key=f"{key_of(watch)}:over",
        update_of=key_of(watch), latest=True,
    )  # fmt: skip
    record_on(runtime, watch, f"Recovery of {watch.environment} {outcome}: {ended.said}")
    store.recovery_watches.end(watch.id, outcome, now)


def record_on(runtime: Runtime, watch: RecoveryWatch, text: str) -> None:
    """Onto the timeline of its incident, once for each text."""
    if not watch.incident:
        return
    now = runtime.now()
    runtime.store.timeline.append(
        watch.incident,
        TimelineEntry(
            now, now, "change", watch.person.id, watch.person.name, runtime.redactor.text(text),
            f"{key_of(watch)}:{text[:40]}", "bot",
        ),
    )  # fmt: skip


def _channel(runtime: Runtime, watch: RecoveryWatch) -> str:
    asked = watch.channel
    return asked if asked.startswith(("C", "G")) else runtime.settings.slack.ops_channel


LOOK = Job(
    name="recovery-watch",
    title="Look at a platform that recovers",
    when=lambda _settings: EVERY,
    run=look,
    deadline=90.0,
    catch_up=timedelta(minutes=5),
    quiet=True,
)
