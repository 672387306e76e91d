"""Cloudflare: what the token may do: live logs, deployments, Pages, figures, notifications."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.check.report import Item, failed, good, skipped
from bot.clients import Clients
from bot.clients.cloudflare import CloudflareError, CloudflareRefused
from bot.clients.cloudflare_alerting import EDIT, READ
from bot.clients.cloudflare_analytics import ACCOUNT_PERMISSION, worker_figures
from bot.clients.cloudflare_deployments import WRITE
from bot.clients.cloudflare_pages import READ as PAGES_READ
from bot.clients.cloudflare_pages import WRITE as PAGES_WRITE
from bot.clients.cloudflare_tail_sessions import PERMISSION as TAIL
from bot.errors import OpsError
from bot.settings import Settings

LIVE_LOGS, NOTIFICATIONS = "Cloudflare live logs", "Cloudflare notifications"
DEPLOYING, PAGES = "Cloudflare deployments", "Cloudflare Pages"
ANALYTICS = "Cloudflare analytics"
_UNCONFIGURED = "Cannot be looked up without the token and the account id."


async def live_logs(settings: Settings, clients: Clients, name: str) -> Sequence[Item]:
    """Whether the token may list the Worker's tails: one permission lists and makes them."""
    title, script = f"{LIVE_LOGS} ({name})", settings.environment(name).worker_script
    if script is None:
        return [skipped(title, "No Worker is named.")]
    if not clients.cloudflare.configured:
        return [skipped(title, _UNCONFIGURED)]
    path = clients.cloudflare.script(script) + "/tails"
    trouble = await _refused(clients, title, path, TAIL, "`/pitchey logs --for`")
    return [trouble or good(title, f"The logs of {script} may be watched.")]


async def notifications(settings: Settings, clients: Clients) -> Sequence[Item]:
    """Whether the token may read the policies. Nothing but a change proves that it may edit."""
    if settings.cloudflare.webhook_url is None:
        return [skipped(NOTIFICATIONS, "[cloudflare] webhook_url is not set: none will arrive.")]
    if settings.secrets.cloudflare_webhook_secret is None:
        line = "CLOUDFLARE_WEBHOOK_SECRET is not set: every notification is refused."
        remedy = "Choose at least 16 random characters and set it in the environment."
        return [failed(NOTIFICATIONS, line, remedy)]
    if not clients.cloudflare.configured:
        return [skipped(NOTIFICATIONS, _UNCONFIGURED)]
    path = clients.cloudflare.account + "/alerting/v3/policies?per_page=1"
    trouble = await _refused(clients, NOTIFICATIONS, path, READ, "`/pitchey alerts check`")
    line = f"Policies may be read; `/pitchey alerts setup` proves {EDIT}."
    return [trouble or good(NOTIFICATIONS, line)]


async def deploying(settings: Settings, clients: Clients, name: str) -> Sequence[Item]:
    """Whether the token may deploy the Worker: asked with a deployment that cannot be one.

    Cloudflare judges the permission before the body, so a refusal of the body proves it.
    """
    title, script = f"{DEPLOYING} ({name})", settings.environment(name).worker_script
    if script is None:
        return [skipped(title, "No Worker is named.")]
    if not clients.cloudflare.configured:
        return [skipped(title, _UNCONFIGURED)]
    path = clients.cloudflare.script(script) + "/deployments"
    impossible = {"strategy": "percentage", "versions": []}
    try:
        await clients.cloudflare.call("POST", path, permission=WRITE, json=impossible)
    except CloudflareRefused:
        line = f"The token has not the permission {WRITE}, which `/pitchey rollback` needs."
        return [failed(title, line, f"Give the token the permission {WRITE}.")]
    except CloudflareError as error:
        if error.status == 400:
            return [good(title, f"{script} may be deployed, restarted and given secrets.")]
        return [failed(title, error.message, error.hint or "Check [cloudflare].")]
    except OpsError as error:
        return [failed(title, error.message, error.hint or "Check [cloudflare].")]
    return [failed(title, "Cloudflare took a deployment of nothing.", "Look at `deployments`.")]


async def pages(settings: Settings, clients: Clients, name: str) -> Sequence[Item]:
    """Whether the token may read the site's builds. Nothing but a rollback proves that it may
    go back to one."""
    title, project = f"{PAGES} ({name})", settings.environment(name).pages_project
    if project is None:
        return [skipped(title, "No Pages project is named.")]
    if not clients.cloudflare.configured:
        return [skipped(title, _UNCONFIGURED)]
    path = f"{clients.cloudflare.account}/pages/projects/{project}"
    trouble = await _refused(clients, title, path, PAGES_READ, "`/pitchey deployments`")
    line = f"{project} may be read; `/pitchey rollback --pages` needs {PAGES_WRITE} besides."
    return [trouble or good(title, line)]


async def analytics(settings: Settings, clients: Clients, name: str) -> Sequence[Item]:
    """Whether the token may read the Worker's figures, by one question about the last hour."""
    script, title = settings.environment(name).worker_script, f"{ANALYTICS} ({name})"
    if script is None or not clients.cloudflare.configured:
        return [skipped(title, _UNCONFIGURED)]
    now = datetime.now(UTC)
    try:
        await worker_figures(clients.cloudflare, script, now - timedelta(hours=1), now)
    except CloudflareRefused:
        line = f"The token has not the permission {ACCOUNT_PERMISSION}, which `/pitchey metrics`, "
        line += "`diagnose` and `scale` need."
        return [failed(title, line, f"Give the token the permission {ACCOUNT_PERMISSION}.")]
    except OpsError as error:
        return [failed(title, error.message, error.hint or "Check [cloudflare].")]
    return [good(title, "The Worker's figures may be read.")]


async def _refused(
    clients: Clients, title: str, path: str, permission: str, needs: str
) -> Item | None:
    try:
        await clients.cloudflare.call("GET", path, permission=permission, probe=True)
    except CloudflareRefused:
        line = f"The token has not the permission {permission}, which {needs} needs."
        return failed(title, line, f"Give the token the permission {permission}.")
    except OpsError as error:
        return failed(title, error.message, error.hint or "Check [cloudflare].")
    return None
