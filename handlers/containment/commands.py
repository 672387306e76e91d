"""`/pitchey security block`, `security unblock` and `security blocks`."""

from __future__ import annotations

from bot.command import Argument, Arguments, Command, Context, Kind, Plan, Reply, Risk, Role
from bot.errors import OpsError
from handlers.containment import views
from handlers.containment.blocking import carry_out, plan_block
from handlers.containment.ending import take_away
from handlers.containment.listing import find_block, listed
from handlers.containment.result import BlockPlan, Unblocked

GUIDE = "Security Operations, Incident Response"


async def _planned(context: Context, arguments: Arguments) -> BlockPlan:
    operation = context.operation
    return await plan_block(
        context.runtime,
        arguments["origin"],
        arguments["how"] or "",
        str(arguments.get("reason") or ""),
        operation.resumes if operation else "",
    )


async def plan(context: Context, arguments: Arguments) -> Plan:
    """Whom it hits, with how many rules, until when; who must get through is refused here."""
    await context.progress.say("Looking who must never be blocked")
    found = await _planned(context, arguments)
    covering = found.covering.id if found.covering else ""
    joined = ",".join(each.id for each in found.joined)
    risk = Risk.DANGEROUS if found.origin.wide else Risk.CHANGES
    return Plan(
        target=f"access to {found.zone}",
        effect=views.effect(found),
        lines=views.lines(found),
        state=f"{found.origin.value}|{covering}|{joined}",
        risk=Risk.READS if found.nothing else risk,
        reason_wanted=not found.reason,
    )


async def block(context: Context, arguments: Arguments) -> Reply:
    found = await _planned(context, arguments)
    if found.nothing:
        return views.already_reply(found)
    if context.operation is None:
        message = "What is blocked has changed just now; nothing was done."
        raise OpsError(message, "Ask again.")
    person = context.invocation.person
    done = await carry_out(context.runtime, found, person, context.operation)
    return views.blocked_reply(done)


async def plan_unblock(context: Context, arguments: Arguments) -> Plan:
    found = find_block(context.runtime, arguments["which"])
    count = len(found.rules)
    return Plan(
        target=f"access of {found.value}",
        effect=f"lets {found.value} in again by taking {count} "
        f"rule{'' if count == 1 else 's'} away.",
        lines=(f"blocked by {found.person.name}: {found.reason}",),
        state=f"{found.id}|{found.ends_at:%Y-%m-%dT%H:%M:%S}",
    )


async def unblock(context: Context, arguments: Arguments) -> Reply:
    operation, runtime = context.operation, context.runtime
    if operation is None:
        raise OpsError("A block ends as an operation only.", permanent=True)
    found = find_block(runtime, arguments["which"])
    await operation.step(f"Take the rules of {found.id} away")
    gone = await take_away(runtime, found)
    person = context.invocation.person.name
    runtime.store.containment.end_block(found.number, runtime.now(), f"by {person}")
    return views.unblocked_reply(Unblocked(found, gone.gone, gone.missing))


async def show(context: Context, arguments: Arguments) -> Reply:
    return views.listed_reply(await listed(context.runtime), public=arguments["public"])


BLOCK = Command(
    name="security block",
    summary="Keep an address, network, AS number or country out for a while; it ends by itself.",
    run=block,
    plan=plan,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(
        Argument("origin", "whom: an address, a network, AS64500 or a country such as DE",
                 required=True, example="203.0.113.7"),
        Argument("how", "for how long, and why", rest=True, example="for 24h"),
    ),
    examples=(
        'security block 203.0.113.7 for 24h --reason "scans for .env files"',
        'security block 2001:db8:1:2::/64 --reason "credential stuffing"',
    ),
    details=(
        "By IP access rules of the zone. Networks larger than a /24 (IPv6 /48), AS numbers and "
        "countries need a second person. Refused: Cloudflare itself, private addresses, the bot's "
        "own, and whoever [security] never_block names, such as the office. A larger block takes "
        "smaller ones in; networks that Cloudflare does not know are split. Without a time it "
        "lasts [security] block_hours; at most 30 days."
    ),
    guide=GUIDE,
    deadline=300.0,
    resumable=True,
)  # fmt: skip
UNBLOCK = Command(
    name="security unblock",
    summary="End a block before its time.",
    run=unblock,
    plan=plan_unblock,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(Argument("which", "its number, or what is blocked", required=True, example="B-3"),),
    examples=("security unblock B-3", "security unblock 203.0.113.7"),
    guide=GUIDE,
    deadline=120.0,
    resumable=True,
)
BLOCKS = Command(
    name="security blocks",
    summary="Who is blocked, until when, by whom and why, and whether Cloudflare still has it.",
    run=show,
    arguments=(Argument("public", "show it to everybody in the channel", Kind.FLAG),),
    examples=("security blocks",),
    details="Blocks of the bot, under attack mode, and how many access rules others have made.",
    guide=GUIDE,
)
