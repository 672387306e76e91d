"""Blocking: planned against what is blocked already, then rule after rule, then looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.clients.cloudflare_access_rules import AccessRule, Target, access_rules, block
from bot.clients.cloudflare_zone import zone_of
from bot.errors import NotConfigured, OpsError
from bot.planning import Operation
from bot.store.containment import Block, BlockRule
from handlers.containment.ending import take_away
from handlers.containment.origins import origin, rules_for, stored
from handlers.containment.phrases import lasting
from handlers.containment.protecting import guarded
from handlers.containment.result import Blocked, BlockPlan

if TYPE_CHECKING:
    from bot.command import Person
    from bot.runtime import Runtime

NO_ZONE = (
    "This platform has no Cloudflare zone: workers.dev and pages.dev cannot be shut to anybody."
)
INSTEAD = (
    "What works: `/pitchey sessions revoke`, maintenance mode, a check of CF-Connecting-IP in the "
    "Worker, or a domain of its own at Cloudflare (zone_id in pitchey.toml)."
)
MARK = "pitchey-ops-bot"


async def plan_block(
    runtime: Runtime, what: str, how: str, reason: str, resumes: str = ""
) -> BlockPlan:
    """Raises BadInput, Refused for who must never be blocked, NotConfigured without a zone."""
    wanted = origin(what)
    rules = rules_for(wanted)
    hours = runtime.settings.security.block_hours
    told = lasting(how, timedelta(hours=hours), reason)
    if not runtime.clients.cloudflare.zone_id:
        raise NotConfigured(NO_ZONE, INSTEAD)
    zone = await zone_of(runtime.clients.cloudflare)
    known = await guarded(runtime)
    known.refuse(wanted)
    ends_at = runtime.now() + told.length
    there = {rule.id for rule in await access_rules(runtime.clients.cloudflare)}
    covering, joined = None, []
    for each in runtime.store.containment.blocks():
        theirs = stored(each.kind, each.value)
        if theirs.covers(wanted):
            # One that an interruption left half done, or that somebody undid, is made anew.
            holds = all(rule.id in there for rule in each.rules)
            if holds and each.operation != resumes:
                covering = each
        elif wanted.covers(theirs):
            joined.append(each)
    notes = list(known.notes)
    if wanted.network is not None and what.strip() not in {wanted.value, wanted.words}:
        notes.append(f"{what.strip()} is the network {wanted.value}")
    if zone.plan != "enterprise" and wanted.kind == "country":
        notes.append(f"the plan {zone.plan} may not block countries: Cloudflare may refuse it")
    ends = max([ends_at, *(each.ends_at for each in joined)])
    return BlockPlan(
        wanted, rules, told.length, ends, told.reason, covering, tuple(joined), tuple(notes),
        zone.name,
    )  # fmt: skip


async def carry_out(
    runtime: Runtime, plan: BlockPlan, person: Person, operation: Operation
) -> Blocked:
    """Written first, done then: whatever is killed in between ends by itself all the same."""
    store = runtime.store.containment
    if plan.covering is not None:
        await operation.step(f"Extend {plan.covering.id}")
        return Blocked(store.extend_block(plan.covering.number, plan.ends_at), (), (), True)
    made = store.begin_block(
        plan.origin.kind, plan.origin.value, plan.rules, plan.reason, person, operation.id,
        runtime.now(), plan.ends_at,
    )  # fmt: skip
    known = {rule.id for rule in await access_rules(runtime.clients.cloudflare)}
    foreign = []
    for number, rule in enumerate(made.rules, 1):
        if rule.id in known:
            continue
        await operation.step(f"Block {rule.value} ({number} of {len(made.rules)})")
        there = await _rule(runtime, made, rule)
        if there is None:
            foreign.append(rule.value)
        else:
            made = store.note_rule(made.number, rule.value, there.id)
    for smaller in (each for each in plan.joined if each.number != made.number):
        await operation.step(f"Join {smaller.id} into {made.id}")
        # A rule that both name must stay: the larger block holds it now.
        await take_away(runtime, smaller, keep={rule.value for rule in made.rules})
        store.end_block(smaller.number, runtime.now(), f"joined into {made.id}")
    await operation.step("Read the rules again")
    await _look(runtime, made, foreign)
    return Blocked(made, plan.joined, tuple(foreign), False)


async def _rule(runtime: Runtime, made: Block, rule: BlockRule) -> AccessRule | None:
    """The rule that blocks it, ours or adopted; None where somebody else's does already."""
    target: Target = rule.target  # type: ignore[assignment]
    notes = f"{MARK} {made.id} until {made.ends_at:%Y-%m-%d %H:%M} UTC: {made.reason}"[:480]
    added = await block(runtime.clients.cloudflare, target, rule.value, notes)
    if added is not None:
        return added
    found = await access_rules(runtime.clients.cloudflare, value=rule.value)
    ours = next((each for each in found if each.notes.startswith(f"{MARK} ")), None)
    if ours is not None:
        return ours
    other = next((each for each in found if each.mode != "block"), None)
    if other is not None:
        raise OpsError(
            f"Cloudflare has another rule about {rule.value} already: {other.mode}.",
            "It may let them in on purpose. Remove it in the dashboard (Security, WAF) first.",
        )
    return None


async def _look(runtime: Runtime, made: Block, foreign: list[str]) -> None:
    wanted = next((rule for rule in made.rules if rule.value not in foreign), None)
    if wanted is None:
        return
    found = await access_rules(runtime.clients.cloudflare, value=wanted.value)
    if not any(each.id == wanted.id and each.mode == "block" for each in found):
        raise OpsError(
            f"Cloudflare took the rule for {wanted.value}, but does not show it.",
            "Look at `/pitchey security blocks` in a minute.",
        )
