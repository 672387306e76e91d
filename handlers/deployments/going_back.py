"""Carries out what was approved: the Worker's rollback, and the site's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clients.cloudflare_refusals import SecretsChanged
from bot.errors import OpsError
from bot.live import look_site, roll_back, roll_back_site, told
from handlers.deployments.approved import approved_in, record_of
from handlers.deployments.result import SiteWentBack, WentBack

if TYPE_CHECKING:
    from bot.command import Context
    from bot.settings import Environment


async def go_back(
    context: Context, environment: Environment, reason: str, *, force: bool
) -> WentBack:
    """Raises what `roll_back` does."""
    operation = context.operation
    if operation is None:
        raise OpsError("A rollback runs as an operation only.", permanent=True)
    approved = approved_in(context)
    try:
        back = await roll_back(
            context.runtime,
            environment.name,
            approved.version,
            expected=approved.expected,
            reason=reason or "no reason given",
            person_name=context.invocation.person.name,
            force=force,
            say=operation.step,
        )
    except SecretsChanged as changed:
        names = ", ".join(changed.names) or "not named"
        raise OpsError(
            f"Cloudflare stopped it: secrets have changed since that version ({names}). Nothing "
            "was changed.",
            f"If its old values still work: `rollback {approved.version[:8]} --accept-secrets`.",
            permanent=True,
        ) from changed
    return WentBack(
        back, approved.name or approved.version[:8], told(approved.expected), approved.waited
    )


async def site_goes_back(context: Context, environment: Environment) -> SiteWentBack:
    """Raises what `roll_back_site` does."""
    operation, record = context.operation, record_of(context)
    if operation is None:
        raise OpsError("A rollback runs as an operation only.", permanent=True)
    wanted, _, live = record.request.fingerprint.partition(" ")
    await operation.step("Look which build is live")
    site = await look_site(context.clients.cloudflare, environment)
    build = site.find(wanted)
    await operation.step("Serve the older build")
    back = await roll_back_site(
        context.runtime,
        environment.name,
        build,
        expected=live,
        person_name=context.invocation.person.name,
    )
    began = record.started_at or record.requested_at
    waited = (context.guard.now() - began).total_seconds() - back.seconds
    return SiteWentBack(environment.name, back, max(0.0, waited))
