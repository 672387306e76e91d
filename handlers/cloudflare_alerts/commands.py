"""`/pitchey alerts setup` and `/pitchey alerts check`."""

from __future__ import annotations

from bot.command import Arguments, Command, Context, Plan, Reply, Risk, Role
from bot.errors import OpsError
from handlers.cloudflare_alerts.operations import compare, set_up, words
from handlers.cloudflare_alerts.result import NAME, Done
from handlers.cloudflare_alerts.views import check_reply, done_reply, others

GUIDE = "Monitoring & Alerts, Alert Configuration"


async def plan(context: Context, _arguments: Arguments) -> Plan:
    """The difference between what Cloudflare notifies of and what it should."""
    found = await compare(context.runtime)
    changes = found.changes
    effect = f"makes {len(changes)} change{'' if len(changes) == 1 else 's'} at Cloudflare."
    if not changes:
        effect = "nothing: Cloudflare notifies the bot as it should already."
    lines = [f"{words(each)}{f' ({each.why})' if each.why else ''}" for each in changes]
    lines += [f"Not offered: {each.title}; {each.why}" for each in found.missing]
    if found.destination.act != "keep":
        lines.append("Cloudflare sends a test notification")
    lines.append(others(found.others).capitalize())
    return Plan(
        target="Cloudflare notifications",
        effect=effect,
        lines=tuple(lines),
        state="|".join(f"{each.act}:{each.what}:{each.why}" for each in changes),
        risk=None if changes else Risk.READS,  # nobody confirms nothing
    )


async def setup(context: Context, _arguments: Arguments) -> Reply:
    if context.operation is None:
        found = await compare(context.runtime)
        if found.changes:
            message = "What Cloudflare notifies of has changed just now; nothing was done."
            raise OpsError(message, "Ask again: `/pitchey alerts setup`.")
        return done_reply(Done((), found.missing, found.url))
    return done_reply(await set_up(context.runtime, context.operation))


async def check(context: Context, _arguments: Arguments) -> Reply:
    """The same comparison, and nothing is changed."""
    found = await compare(context.runtime)
    return check_reply(found, context.store.webhooks.last_test(NAME))


SETUP = Command(
    name="alerts setup",
    summary="Let Cloudflare notify the bot: its policies and the webhook.",
    run=setup,
    plan=plan,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    examples=("alerts setup",),
    details=(
        "Creates or updates the webhook destination and the guide's notification policies, as "
        "far as the account's plan offers them, and says which it does not. What is right "
        "already and what others have made is left alone. Needs a bot that serves HTTP, "
        "webhook_url and CLOUDFLARE_WEBHOOK_SECRET, and a token with Notifications Edit."
    ),
    guide=GUIDE,
    resumable=True,
    deadline=120.0,
)

CHECK = Command(
    name="alerts check",
    summary="Check that Cloudflare notifies the bot as it should.",
    run=check,
    examples=("alerts check",),
    guide=GUIDE,
)
