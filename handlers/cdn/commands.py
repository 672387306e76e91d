"""`/pitchey cdn rules [plan|apply]`."""

from __future__ import annotations

from bot.command import Argument, Arguments, Command, Context, Kind, Plan, Reply, Risk, Role
from bot.errors import OpsError, Refused
from handlers.cdn import operations, views
from handlers.cdn.difference import headers_file


async def plan(context: Context, arguments: Arguments) -> Plan:
    """The difference first; looking needs nobody's yes."""
    if arguments["act"] != "apply":
        return Plan("cache rules", "reads", risk=Risk.READS)
    if context.role < Role.OPERATOR:
        raise Refused(
            "Changing the cache rules needs the role operator.", "`/pitchey whoami` shows yours."
        )
    compared = await operations.compare(context.runtime)
    return Plan(
        target=f"cache rules of {compared.zone.name}",
        effect=views.effect(compared),
        lines=views.lines(compared),
        state=compared.found.state,
        risk=None if compared.found.needed else Risk.READS,
    )


async def run(context: Context, arguments: Arguments) -> Reply:
    wanted = context.settings.cdn.wanted
    if arguments["act"] != "apply":
        if not context.clients.cloudflare.zone_id:
            return views.no_zone_reply(wanted, headers_file(wanted))
        compared = await operations.compare(context.runtime)
        return views.rules_reply(compared, planned=arguments["act"] == "plan")
    if context.operation is None:
        compared = await operations.compare(context.runtime)
        if compared.found.needed:
            message = "The cache rules have changed just now; nothing was done."
            raise OpsError(message, "Ask again: `/pitchey cdn rules apply`.")
        return views.applied_reply(operations.Applied((), compared, None))
    return views.applied_reply(await operations.apply(context.runtime, context.operation))


RULES = Command(
    name="cdn rules",
    summary="The site's cache rules at the edge: show them, what differs, and apply it.",
    run=run,
    plan=plan,
    risk=Risk.CHANGES,
    changing_role=Role.OPERATOR,
    arguments=(
        Argument(
            "act",
            "`plan` shows what would change, `apply` does it (operators)",
            Kind.CHOICE,
            choices=("show", "plan", "apply"),
            default="show",
        ),
    ),
    examples=("cdn rules", "cdn rules plan", "cdn rules apply"),
    details=(
        "The guide's page rules as Cloudflare cache rules, from [cdn.rules] in pitchey.toml. "
        "Rules are added and changed one by one; those of others are never touched. In page "
        "rules the first that fits holds, in cache rules the last one: the order is kept. "
        "Without a zone it shows the `_headers` file that does the same on Pages."
    ),
    guide="CDN Optimization",
    deadline=120.0,
    resumable=True,
)
