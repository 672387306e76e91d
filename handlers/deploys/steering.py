"""`/pitchey deploy promote`, `hold` and `abort`: what people press while a deployment runs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.command import Argument, Arguments, Command, Context, Plan, Reply, Risk, Role
from bot.errors import BadInput, OpsError
from bot.store.deploys_rows import DeployOutcome, DeployRecord, DeployWish
from handlers.deploys.changing import live_now
from handlers.deploys.flight import BACK, GO, Ended, Flight, GoBack
from handlers.deploys.going_back import go_back
from handlers.deploys.pipeline import finish
from handlers.deploys.planning import target_of
from handlers.deploys.result import Sight, sight
from handlers.deploys.views import ended_reply, steered_reply

PROMOTE, HOLD, ABORT = "promote", "hold", "abort"
WAIT = 30.0  # seconds until it is said that the effect is still to come
_PAUSE = 0.25


def _wanted(context: Context, arguments: Arguments) -> Sight:
    """The unfinished deployment that is meant; raises BadInput."""
    unfinished: Sequence[DeployRecord] = context.store.deploys.unfinished()
    named = arguments.get("run")
    if named:
        seen = sight(context.runtime, named)
    elif len(unfinished) == 1:
        seen = sight(context.runtime, unfinished[0].id)
    else:
        listed = ", ".join(run.id for run in unfinished)
        raise BadInput(
            "No deployment is under way." if not unfinished else "Say which deployment.",
            f"Under way: {listed}." if unfinished else "`/pitchey deploy status` lists them.",
        )
    if seen.run.outcome is not None:
        raise BadInput(
            f"{seen.run.id} is over: {seen.run.outcome.value}.",
            f"`/pitchey deploy status {seen.run.id}`",
        )
    return seen


def _promotable(seen: Sight) -> None:
    if not seen.alive:
        raise BadInput(
            f"{seen.run.id} was interrupted: nobody carries it on now.", "Resume it, or roll back."
        )
    if not seen.canary.percent or seen.canary.percent == 100 or seen.canary.going_back:
        raise BadInput(f"{seen.run.id} is not in its canary now.", "Look at its message.")


async def plan_promote(context: Context, arguments: Arguments) -> Plan:
    seen = _wanted(context, arguments)
    _promotable(seen)
    now, following = seen.canary.percent, seen.canary.following
    return _plan(
        seen,
        f"gives {seen.run.called} {following} % of the requests now, from {now} %, without "
        "waiting for time and traffic.",
        seen.canary.reasons,
    )


async def plan_hold(context: Context, arguments: Arguments) -> Plan:
    seen = _wanted(context, arguments)
    _promotable(seen)
    if seen.canary.held_since is not None:
        raise BadInput(f"{seen.run.id} is held already. {seen.canary.held_why}", "")
    minutes = context.settings.deploys.hold_minutes
    return _plan(
        seen,
        f"keeps {seen.run.called} at {seen.canary.percent} % of the requests until somebody "
        f"decides, at most {minutes} min; then it goes back.",
        ("it is watched meanwhile, and goes back by itself where it gets worse",),
    )


async def plan_abort(context: Context, arguments: Arguments) -> Plan:
    seen = _wanted(context, arguments)
    run, touched = seen.run, _touched(seen)
    if not touched:
        effect = f"stops {run.id} before {run.environment} is changed."
    else:
        percent = seen.canary.percent or 0
        effect = (
            f"gives every request of {run.environment} to {run.previous_called} again; "
            f"{run.called} has {percent} % now."
        )
    if seen.alive:
        return _plan(seen, effect, ())
    target = target_of(context.settings, run.environment)
    return Plan(target, effect, ("nobody carries it on now, so this does it itself",), run.id)


def _plan(seen: Sight, effect: str, lines: tuple[str, ...]) -> Plan:
    """Whoever is second finds another turn or percentage, and nothing is done twice."""
    state = f"{seen.run.id}|{seen.canary.turn}|{seen.canary.percent}|{seen.alive}"
    return Plan(f"canary of {seen.run.id}", effect, lines, state)


async def run_promote(context: Context, arguments: Arguments) -> Reply:
    return await _steer(context, arguments, PROMOTE, GO)


async def run_hold(context: Context, arguments: Arguments) -> Reply:
    return await _steer(context, arguments, HOLD, GO)


async def run_abort(context: Context, arguments: Arguments) -> Reply:
    seen = _wanted(context, arguments)
    if seen.alive:
        return await _steer(context, arguments, ABORT, BACK)
    return await _take_back(context, seen)


async def _steer(context: Context, arguments: Arguments, wish: str, kind: str) -> Reply:
    """Ask whoever carries it out, and wait for the effect."""
    seen = _wanted(context, arguments)
    if context.operation is not None:
        await context.operation.step(f"{wish.capitalize()} {seen.run.id}")
    person = context.invocation.person
    kept, ours = context.store.deploys.wish(
        seen.run.id,
        kind,
        DeployWish(seen.canary.turn, wish, person.id, person.name, context.runtime.now()),
    )
    if not ours and (kept.wish != wish or kept.person_id != person.id):
        return steered_reply(sight(context.runtime, seen.run.id), wish, first=kept)
    after = await _effect(context, seen, kind)
    return steered_reply(after or sight(context.runtime, seen.run.id), wish, done=after is not None)


async def _effect(context: Context, before: Sight, kind: str) -> Sight | None:
    """What it looks like once the wish was carried out; None where that takes longer."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + WAIT
    while loop.time() < ends:
        now = sight(context.runtime, before.run.id)
        if now.run.outcome is not None:
            return now
        moved = now.canary.percent != before.canary.percent
        held = now.canary.held_since is not None and before.canary.held_since is None
        if kind == GO and (moved or held):
            return now
        await asyncio.sleep(_PAUSE)
    return None


async def _take_back(context: Context, seen: Sight) -> Reply:
    """An interrupted deployment: nobody else does it, so it is done here."""
    if context.operation is None:
        raise OpsError("A deployment is taken back as an operation only.", permanent=True)
    person = context.invocation.person.name
    record = context.store.deploys.change(seen.run.id, operation=context.operation.id)
    flight = Flight.of(context.runtime, context.operation, context.progress, record)
    if not _touched(seen):
        ended = Ended(DeployOutcome.STOPPED, f"{person} gave it up after an interruption.")
    else:
        await live_now(flight)  # a silent Cloudflare is told at once, before anything is written
        why = f"{person} took it back after an interruption."
        ended = await go_back(flight, GoBack(why, person))
    done = finish(flight, ended)
    good = done.outcome is DeployOutcome.ROLLED_BACK or not _touched(seen)
    return ended_reply(sight(context.runtime, done.id), good=good)


def _touched(seen: Sight) -> bool:
    return seen.canary.percent is not None or seen.canary.going_to is not None


_RUN = Argument("run", "which deployment; the only one under way without it", example="DEP-7")


def _command(name: str, summary: str, run: object, plan: object) -> Command:
    return Command(
        name=f"deploy {name}",
        summary=summary,
        run=run,  # type: ignore[arg-type]
        plan=plan,  # type: ignore[arg-type]
        role=Role.OPERATOR,
        risk=Risk.CHANGES,
        arguments=(_RUN,),
        examples=(f"deploy {name}", f"deploy {name} DEP-7"),
        details=(
            "A button on the deployment's message. Of two people who press at once, one is heard, "
            "and the other one is told."
        ),
        guide="Update Procedures, Code Updates",
        deadline=3_600.0,
        cancellable=False,
    )


STEERING = (
    _command(
        PROMOTE, "Give a canary its next step now, without waiting.", run_promote, plan_promote
    ),
    _command(HOLD, "Keep a canary where it is until somebody decides.", run_hold, plan_hold),
    _command(ABORT, "Take a deployment back, or stop it before production.", run_abort, plan_abort),
)
