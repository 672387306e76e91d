"""`/pitchey security under-attack` and `/pitchey sessions revoke`."""

from __future__ import annotations

from datetime import timedelta

from bot.command import Argument, Arguments, Command, Context, Kind, Plan, Reply, Risk, Role
from bot.errors import BadInput, OpsError, Refused
from bot.moments import date
from handlers.containment import attack, sessions, views_more
from handlers.containment.commands import GUIDE
from handlers.containment.phrases import Lasting, lasting


def _lasting(context: Context, arguments: Arguments) -> Lasting:
    hours = context.settings.security.under_attack_hours
    reason = str(arguments.get("reason") or "")
    return lasting(arguments["how"] or "", timedelta(hours=hours), reason)


async def plan_attack(context: Context, arguments: Arguments) -> Plan:
    """Looking needs nobody's yes; switching does."""
    act = arguments["act"]
    if act == "state":
        return Plan("security level", "reads", risk=Risk.READS)
    if context.role < Role.OPERATOR:
        raise Refused("This needs the role operator.", "`/pitchey whoami` shows yours.")
    state = await attack.attack_state(context.runtime)
    on = state.level == views_more.UNDER_ATTACK
    target = f"security level of {state.zone}"
    if act == "off":
        if not on and state.mode is None:
            return Plan(target, "nothing: it is off.", risk=Risk.READS)
        before = state.mode.before if state.mode else "medium"
        effect = f"puts the security level of {state.zone} back to {before}."
        return Plan(target, effect, state=f"off|{state.level}")
    told = _lasting(context, arguments)
    until = context.runtime.now() + told.length
    return Plan(
        target=target,
        effect=f"switches under attack mode on until {date(until)}.",
        lines=(
            views_more.CHALLENGED,
            f"the level {state.level} is kept, and comes back by itself at the end",
        ),
        state=f"on|{state.level}",
        reason_wanted=not told.reason,
    )


async def under_attack(context: Context, arguments: Arguments) -> Reply:
    runtime, operation, act = context.runtime, context.operation, arguments["act"]
    if act == "state" or operation is None:
        return views_more.attack_reply(await attack.attack_state(runtime))
    person = context.invocation.person
    if act == "off":
        return views_more.switched_reply(await attack.switch_off(runtime, person, operation))
    told = _lasting(context, arguments)
    ends_at = runtime.now() + told.length
    state = await attack.switch_on(runtime, told.reason, ends_at, person, operation)
    return views_more.switched_reply(state)


async def plan_revoke(context: Context, arguments: Arguments) -> Plan:
    """How many sessions of how many people would end."""
    found = await sessions.plan_sessions(context.runtime, arguments["who"])
    everybody = not found.user_id
    if not found.live and not everybody:
        raise BadInput(f"{found.user} has no live session.", "There is nothing to end.")
    return Plan(
        target=f"sessions of {found.user_id or 'everybody'}",
        effect=views_more.sessions_effect(found),
        lines=views_more.sessions_lines(found),
        # People sign in and out all the time: their number must not undo an approval.
        state=found.user_id or "everybody",
        risk=Risk.DANGEROUS if everybody else Risk.CHANGES,
    )


async def revoke(context: Context, arguments: Arguments) -> Reply:
    if context.operation is None:
        raise OpsError("Sessions are ended as an operation only.", permanent=True)
    found = await sessions.plan_sessions(context.runtime, arguments["who"])
    return views_more.revoked_reply(
        await sessions.revoke(context.runtime, found, context.operation)
    )


UNDER_ATTACK = Command(
    name="security under-attack",
    summary="Cloudflare checks every visitor's browser, for a while; the old level comes back.",
    run=under_attack,
    plan=plan_attack,
    risk=Risk.CHANGES,
    changing_role=Role.OPERATOR,
    arguments=(
        Argument("act", "`on` and `off` are for operators", Kind.CHOICE,
                 choices=("state", "on", "off"), default="state"),
        Argument("how", "for how long, and why", rest=True, example="for 2h"),
    ),
    examples=(
        "security under-attack",
        'security under-attack on for 2h --reason "flood of 80,000 requests a second"',
        "security under-attack off",
    ),
    details=(
        "While it is on, what is no browser is refused, partners' calls and monitoring among it. "
        "It ends by itself, after [security] under_attack_hours unless you say otherwise, also "
        "when the bot was stopped meanwhile. Where somebody has set another level since, that "
        "one stays. Needs a zone."
    ),
    guide=GUIDE,
    deadline=60.0,
    resumable=True,
)  # fmt: skip
REVOKE = Command(
    name="sessions revoke",
    summary="End the sessions of one account, or of everybody, so that they sign in again.",
    run=revoke,
    plan=plan_revoke,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(
        Argument("who", "an account's id or e-mail address, or `all`", required=True,
                 example="4711"),
    ),
    examples=(
        "sessions revoke 4711",
        'sessions revoke all --reason "stolen session cookies"',
    ),
    details=(
        "In the table user_sessions, whose rows stay as evidence, and in Redis. `all` is "
        "dangerous: a second person approves it. It says how many there were before and after, "
        "and, where the bot has a session of its own, proves that it is refused. The database "
        "role needs UPDATE on user_sessions."
    ),
    guide=GUIDE,
    deadline=600.0,
    resumable=True,
)  # fmt: skip
