"""Cloudflare: the API token, the account, and each environment's Worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.check.report import Item, failed, good, skipped
from bot.clients import Clients
from bot.clients.cloudflare import Cloudflare, CloudflareError, CloudflareRefused
from bot.errors import OpsError
from bot.settings import Settings

TOKEN, ACCOUNT, WORKER = "Cloudflare token", "Cloudflare account", "Cloudflare Worker"
_CREATE = "Create one (dashboard, My Profile, API Tokens) and set CLOUDFLARE_API_TOKEN."
_COPY_ACCOUNT = "Copy it from the dashboard, Workers & Pages, to [cloudflare] account_id."
_NO_SUCH_WORKER = {10007, 10090}
_READ = "Workers Scripts Read"


async def token(_settings: Settings, clients: Clients) -> Sequence[Item]:
    """The token by Cloudflare's own verification."""
    if clients.cloudflare.token is None:
        return [skipped(TOKEN, "CLOUDFLARE_API_TOKEN is not set.", _CREATE)]
    try:
        state = await _state(clients.cloudflare)
    except CloudflareRefused as error:
        return [failed(TOKEN, error.message, _CREATE)]
    except OpsError as error:
        return [failed(TOKEN, error.message, error.hint or "Check [cloudflare] api_url.")]
    if state != "active":
        return [failed(TOKEN, f"Cloudflare says that the token is {state}.", _CREATE)]
    return [good(TOKEN, "Active.")]


async def account(_settings: Settings, clients: Clients) -> Sequence[Item]:
    """Only that one is named: reading the Workers proves it."""
    if clients.cloudflare.token is None:
        return []
    if clients.cloudflare.account_id is None:
        return [failed(ACCOUNT, "[cloudflare] account_id is not set.", _COPY_ACCOUNT)]
    return [good(ACCOUNT, "Named in pitchey.toml.")]


async def worker(settings: Settings, clients: Clients, name: str) -> Sequence[Item]:
    """Whether the environment's script exists and the token may read it."""
    script = settings.environment(name).worker_script
    title = f"{WORKER} ({name})"
    if script is None:
        remedy = f"Set worker_script in [environments.{name}]."
        return [skipped(title, "No Worker is named.", remedy)]
    if not clients.cloudflare.configured:
        return [skipped(title, "Cannot be looked up without the token and the account id.")]
    path = clients.cloudflare.script(script) + "/deployments"
    try:
        await clients.cloudflare.call("GET", path, permission=_READ, probe=True)
    except CloudflareRefused:
        line = f"The token may not read {script}."
        remedy = f"Give the token the permission {_READ}, and check [cloudflare] account_id."
        return [failed(title, line, remedy)]
    except CloudflareError as error:
        if not _NO_SUCH_WORKER & set(error.codes):
            return [failed(title, error.message, error.hint or "Check [cloudflare].")]
        line = f"The account has no Worker called {script}."
        remedy = f"Correct worker_script in [environments.{name}]: the script's exact name."
        return [failed(title, line, remedy)]
    except OpsError as error:
        return [failed(title, error.message, error.hint or "Check [cloudflare] api_url.")]
    return [good(title, f"{script} exists and may be read.")]


async def _state(cloudflare: Cloudflare) -> str:
    """The token's state in Cloudflare's word. A token owned by an account has its own route."""
    try:
        page = await cloudflare.call("GET", "/user/tokens/verify", permission="any", probe=True)
    except (CloudflareRefused, CloudflareError):
        if cloudflare.account_id is None:
            raise
        path = f"{cloudflare.account}/tokens/verify"
        page = await cloudflare.call("GET", path, permission="any", probe=True)
    result = page.result if isinstance(page.result, Mapping) else {}
    return str(result.get("status", "of an unknown state"))[:40]
