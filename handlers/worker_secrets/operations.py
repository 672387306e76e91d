"""Lists secrets, and sets one to a value that was handed over or that nobody ever sees."""

from __future__ import annotations

import secrets as random
from typing import TYPE_CHECKING

from bot.clients.cloudflare_deployments import deployments
from bot.clients.cloudflare_secrets import secrets
from bot.clients.cloudflare_versions import versions
from bot.live import script_of, set_secret
from bot.store.secret_rotations import Rotation
from bot.together import together
from bot.verification import verify
from handlers.worker_secrets.ages import known
from handlers.worker_secrets.result import Rotated, Secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.clients.cloudflare_deployments import Deployment, Share
    from bot.clients.cloudflare_versions import Version
    from bot.command import Context
    from bot.settings import Environment

GENERATED_BYTES = 48  # 64 characters
_DEADLINE = 15.0


async def listed(context: Context, environment: Environment) -> Secrets:
    """Raises what Cloudflare.call does."""
    cloudflare, script = context.clients.cloudflare, script_of(environment)
    names, uploaded, history = await together(
        secrets(cloudflare, script, deadline=_DEADLINE),
        versions(cloudflare, script, deadline=_DEADLINE),
        deployments(cloudflare, script, deadline=_DEADLINE),
    )
    own = context.store.secret_rotations.newest(script)
    blocked = ""
    newest = uploaded[0] if uploaded else None
    if newest and history and not (history[0].whole and history[0].version == newest.id):
        blocked = (
            f"the newest version {newest.tag or newest.short} is not what answers every request: "
            "Cloudflare sets secrets on the newest one only"
        )
    return Secrets(
        environment.name,
        script,
        context.runtime.now(),
        known((each.name for each in names), uploaded, own),
        blocked,
        maintenance=bool(blocked) and _in_maintenance(context, environment, uploaded, history),
    )


def _in_maintenance(
    context: Context,
    environment: Environment,
    uploaded: Sequence[Version],
    history: Sequence[Deployment],
) -> bool:
    """Switched on by this bot, or its page was deployed by hand."""
    if context.store.maintenance.current(environment.name) is not None:
        return True
    tags = {each.id: each.tag.lower() for each in uploaded}
    page = context.settings.maintenance.tag.lower()
    return bool(history) and tags.get(history[0].version) == page


async def rotate(
    context: Context,
    environment: Environment,
    name: str,
    value: str,
    *,
    expected: Iterable[Share],
    generated: bool,
    operation: str,
) -> Rotated:
    """Set it, write down when, and look whether the platform is well. Raises what set_secret does.

    The value is in no result and in no error.
    """
    step = context.operation.step if context.operation else context.progress.say
    await step("See how the platform is before")
    before = await verify(context.settings, context.clients, environment, requests=10, patience=0.0)
    put = await set_secret(
        context.runtime, environment.name, name, value, expected=expected, say=step
    )
    rotation = Rotation(name, put.deployment.at, context.invocation.person.name, generated)
    context.store.secret_rotations.add(script_of(environment), rotation, operation)
    await step(f"Check that {environment.name} is well")
    found = await verify(
        context.settings,
        context.clients,
        environment,
        before=before,
        requests=10,
        patience=10.0,
    )
    return Rotated(put, generated, found.summary, bad=not found.good)


def made_up() -> str:
    """A value that nobody sees: 384 random bits as text."""
    return random.token_urlsafe(GENERATED_BYTES)
