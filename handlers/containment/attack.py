"""Under attack mode: on with what was before kept, and off again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.clients.cloudflare_zone import (
    SECURITY_LEVEL,
    UNDER_ATTACK,
    set_setting,
    setting,
    zone_of,
)
from bot.errors import NotConfigured, OpsError
from bot.planning import Operation
from handlers.containment.ending import restore_level
from handlers.containment.result import AttackState

if TYPE_CHECKING:
    from bot.command import Person
    from bot.runtime import Runtime

NO_ZONE = "This platform has no Cloudflare zone, and under attack mode is a setting of a zone."
INSTEAD = (
    "What works: Cloudflare mitigates floods against workers.dev and pages.dev by itself; "
    "maintenance mode keeps visitors from the database."
)
_USUAL = "medium"  # what comes back where the mode was on before the bot was asked


async def attack_state(runtime: Runtime) -> AttackState:
    """Raises NotConfigured without a zone."""
    cloudflare = runtime.clients.cloudflare
    if not cloudflare.zone_id:
        raise NotConfigured(NO_ZONE, INSTEAD)
    zone = await zone_of(cloudflare)
    level = await setting(cloudflare, SECURITY_LEVEL)
    return AttackState(zone.name, level, runtime.store.containment.attack_mode())


async def switch_on(
    runtime: Runtime, reason: str, ends_at: datetime, person: Person, operation: Operation
) -> AttackState:
    """What was before is written down first, so that it comes back after any crash."""
    state = await attack_state(runtime)
    await operation.step(f"Keep the level {state.level}, and switch under attack mode on")
    before = _USUAL if state.level == UNDER_ATTACK else state.level
    mode = runtime.store.containment.begin_attack_mode(
        before, reason, person, operation.id, runtime.now(), ends_at
    )
    level = await set_setting(runtime.clients.cloudflare, SECURITY_LEVEL, UNDER_ATTACK)
    if level != UNDER_ATTACK:
        raise OpsError(f"Cloudflare answered, but the security level is {level}.")
    return AttackState(state.zone, level, mode)


async def switch_off(runtime: Runtime, person: Person, operation: Operation) -> AttackState:
    """The level of before, unless somebody has set another one meanwhile."""
    state = await attack_state(runtime)
    mode = state.mode
    if mode is None:
        await operation.step(f"Set the security level to {_USUAL}")
        level = await set_setting(runtime.clients.cloudflare, SECURITY_LEVEL, _USUAL)
        return AttackState(state.zone, level, None)
    await operation.step(f"Put the security level back to {mode.before}")
    level = await restore_level(runtime, mode)
    runtime.store.containment.end_attack_mode(mode.number, runtime.now(), person.name)
    return AttackState(state.zone, level, None)
