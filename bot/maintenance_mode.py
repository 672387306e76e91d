"""Maintenance mode: a version of the Worker that says so answers instead, and the way back is kept.

The version is uploaded beforehand under a tag. What answered until then is stored before anything
is deployed, so that no crash can lose it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.clients.cloudflare_deployments import Share, same_split
from bot.errors import BadInput, OpsError
from bot.events import MaintenanceChanged
from bot.live import NothingChanged, Unknown, look, put_live, script_of
from bot.maintenance_standing import Standing, Unsure, afresh, stand, version_of
from bot.maintenance_standing import unread as unread  # noqa: PLC0414 belongs to this module's face
from bot.store.alert_rules import MAINTENANCE
from bot.store.maintenance import MaintenanceRecord

if TYPE_CHECKING:
    from bot.clients.cloudflare_versions import Version
    from bot.command import Person
    from bot.runtime import Runtime
    from bot.settings import Environment

Say = Callable[[str], Awaitable[None]]
LONGEST = timedelta(days=7)


async def _silent(_words: str) -> None:
    return


async def state(runtime: Runtime, environment: str | None = None) -> Standing:
    """Read it; raises what Cloudflare.call does, NotConfigured and BadInput."""
    where = runtime.settings.environment(environment)
    picture = await look(runtime.clients.cloudflare, where, detailed=0)
    return stand(
        runtime.store.maintenance.current(where.name), picture, runtime.settings.maintenance.tag
    )


def check_length(lasting: timedelta | None) -> None:
    """Raises BadInput for a length of time that makes no sense."""
    if lasting is not None and not timedelta(minutes=1) <= lasting <= LONGEST:
        raise BadInput("Maintenance mode lasts between one minute and seven days.", "`--for 30m`")


async def switch_on(
    runtime: Runtime,
    environment: str | None = None,
    *,
    person: Person,
    message: str = "",
    lasting: timedelta | None = None,
    expected: Iterable[Share] | None = None,
    say: Say = _silent,
) -> MaintenanceRecord:
    """Deploy the maintenance version at 100 %, or extend it where it is on already.

    `expected` is the split that was approved, where somebody approved one. Alerts of the
    environment are told to nobody meanwhile. Raises NotConfigured where no version has the tag,
    LiveChanged, and what Cloudflare.call does.
    """
    found = await state(runtime, environment)
    settings, now = runtime.settings.maintenance, runtime.now()
    message = message or settings.message
    ends_at = now + (lasting or timedelta(minutes=settings.minutes))
    check_length(lasting)
    record = found.record
    if record is not None and record.deployment and found.on:
        return _extended(runtime, record, message, ends_at, person)
    where = runtime.settings.environment(environment)
    version = version_of(found, script_of(where), settings.tag)
    if record is None:
        record = _begun(runtime, found, version, message, person, ends_at)
    if not found.on:
        await say("Deploy the maintenance version at 100 %")
        if found.live is not None and not same_split(found.live.shares, found.before):
            # Somebody deployed since it was written down: theirs is what comes back now.
            runtime.store.maintenance.end(record.id, found.live.author or "a deployment", now)
            record = _begun(runtime, afresh(found), version, message, person, ends_at)
        deployment = await _deployed(runtime, where, record, expected, say)
    else:
        deployment = found.live.id if found.live else "unknown"
    silence = _silenced(runtime, record, person, ends_at)
    runtime.store.maintenance.deployed(record.id, deployment, silence)
    record = runtime.store.maintenance.find(record.id) or record
    _tell(runtime, record, "on", person)
    return record


async def switch_off(
    runtime: Runtime,
    environment: str | None = None,
    *,
    person: Person,
    keep: bool = False,
    expected: Iterable[Share] | None = None,
    force: bool = False,
    say: Say = _silent,
) -> tuple[MaintenanceRecord | None, Standing]:
    """Give the requests back to the split of before; the record that ended, and what was found.

    Where somebody deployed meanwhile, `keep` leaves that live; without it the split of before is
    deployed over it, where `expected` allows it. Raises BadInput where it is not on, Unsure where
    somebody deployed and nobody has said what is meant, SecretsChanged, and what Cloudflare does.
    """
    found = await state(runtime, environment)
    record = found.record
    if record is None and not found.on:
        raise BadInput(f"Maintenance mode of {found.environment} is not on.", "Nothing to end.")
    if not keep and found.overtaken and expected is None:
        raise Unsure(found)
    if not keep and not found.restored:
        if not found.before:
            raise OpsError(
                "What answered before is not known.", "Roll back to a version: `rollback`."
            )
        where = runtime.settings.environment(environment)
        await say(f"Deploy {found.split(found.before)} again")
        live = found.live.shares if found.live else ()
        await put_live(
            runtime.clients.cloudflare,
            script_of(where),
            found.before,
            expected=live if expected is None else expected,
            message=f"Maintenance mode off, by {person.name}",
            force=force,
            environment=where.name,
            say=say,
        )
    now = runtime.now()
    if record is not None:
        runtime.store.maintenance.end(record.id, person.name, now)
        if record.silence:
            runtime.store.alert_rules.unsilence(record.silence, person.name, now)
        ended = runtime.store.maintenance.find(record.id) or record
        _tell(runtime, ended, "kept" if keep else "off", person)
        return ended, found
    return None, found


def _begun(
    runtime: Runtime,
    found: Standing,
    version: Version,
    message: str,
    person: Person,
    ends_at: datetime,
) -> MaintenanceRecord:
    """Remember what comes back, before anything is deployed."""
    if not found.before:
        raise OpsError(
            f"Nothing of {found.environment} has answered before, so nothing could come back.",
            "Deploy a version first.",
        )
    store, now = runtime.store, runtime.now()
    incident = next((each.id for each in store.incidents.open() if not each.drill), "")
    record = store.maintenance.begin(
        found.environment,
        version=version.id,
        before=tuple((share.version, share.percent) for share in found.before),
        message=message,
        person=person,
        incident=incident,
        began_at=now,
        ends_at=ends_at,
    )
    if record is None:
        raise OpsError(
            f"Somebody switched maintenance mode of {found.environment} on in the same moment.",
            "See `maintenance`.",
        )
    return record


async def _deployed(
    runtime: Runtime,
    where: Environment,
    record: MaintenanceRecord,
    expected: Iterable[Share] | None,
    say: Say,
) -> str:
    """The deployment's id. Where it surely was not done, nothing is recorded as begun."""
    try:
        changed = await put_live(
            runtime.clients.cloudflare,
            script_of(where),
            _behind(record),
            expected=expected,
            message=f"Maintenance until {record.ends_at:%H:%M} UTC: {record.message}",
            force=True,  # it shows one page, with whatever secrets
            environment=where.name,
            say=say,
        )
    except OpsError as error:
        undone = error.permanent and not isinstance(error, Unknown)
        if undone or isinstance(error, NothingChanged):
            runtime.store.maintenance.end(record.id, "Cloudflare's refusal", runtime.now())
        raise
    return changed.deployment.id


def _behind(record: MaintenanceRecord) -> tuple[Share, ...]:
    """The page for everybody, and what answered before at 0 %: it can be tested by header."""
    page = Share(record.version, 100)
    old = max(record.before, key=lambda each: each[1], default=("", 0.0))[0]
    return (page, Share(old, 0)) if old and old != record.version else (page,)


def _silenced(
    runtime: Runtime, record: MaintenanceRecord, person: Person, ends_at: datetime
) -> int:
    """A maintenance window for alerts of the environment, as `alerts maintenance` makes one."""
    rules, now = runtime.store.alert_rules, runtime.now()
    if record.silence:
        rules.unsilence(record.silence, person.name, now)
    reason = f"maintenance mode: {record.message}"
    added = rules.silence(MAINTENANCE, "*", record.environment, now, ends_at, person, reason)
    return added.id


def _extended(
    runtime: Runtime, record: MaintenanceRecord, message: str, ends_at: datetime, person: Person
) -> MaintenanceRecord:
    silence = _silenced(runtime, record, person, ends_at)
    runtime.store.maintenance.extend(record.id, ends_at, message, silence)
    now = runtime.store.maintenance.find(record.id) or record
    _tell(runtime, now, "longer", person)
    return now


def _tell(runtime: Runtime, record: MaintenanceRecord, change: str, person: Person) -> None:
    runtime.publish(
        MaintenanceChanged(
            runtime.now(), record.environment, change, record.ends_at, record.message,
            record.planned, person.name,
        )
    )  # fmt: skip
