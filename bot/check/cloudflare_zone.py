"""Cloudflare's zone: what the token may do there, by requests that can change nothing.

A request that is refused for what it says was let through for who sent it: each of these is
empty or names nothing that exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.check.report import Item, failed, good, skipped, warning
from bot.clients import Clients
from bot.clients.cloudflare import CloudflareError, CloudflareRefused
from bot.clients.cloudflare_access_rules import WRITE as BLOCK
from bot.clients.cloudflare_purge import PERMISSION as PURGE
from bot.clients.cloudflare_rulesets import EDIT as RULES
from bot.clients.cloudflare_zone import SECURITY_LEVEL, WRITE_SETTINGS, zone_of
from bot.errors import OpsError
from bot.settings import Settings

ZONE = "Cloudflare zone"
_NOBODY = "0" * 32
_PROBES: tuple[tuple[str, str, str, Any, str], ...] = (
    (PURGE, "POST", "/purge_cache", {}, "`/pitchey cache purge`"),
    (
        RULES, "PATCH", f"/rulesets/{_NOBODY}/rules/{_NOBODY}", {}, "`/pitchey cdn rules apply`",
    ),
    (
        WRITE_SETTINGS, "PATCH", f"/settings/{SECURITY_LEVEL}", {"value": ""},
        "`/pitchey security under-attack`",
    ),
    (BLOCK, "POST", "/firewall/access_rules/rules", {}, "`/pitchey security block`"),
)  # fmt: skip


async def zone(settings: Settings, clients: Clients) -> Sequence[Item]:
    """The zone itself, then each permission that changes something in it."""
    if settings.cloudflare.zone_id is None:
        line = "None is named: purging the edge, cache rules and blocks are not offered."
        return [skipped(ZONE, line, "Set [cloudflare] zone_id once there is a domain of its own.")]
    if clients.cloudflare.token is None:
        return [skipped(ZONE, "Cannot be looked up without the token.")]
    try:
        found = await zone_of(clients.cloudflare)
    except CloudflareRefused:
        line = "The token may not read the zone."
        return [failed(ZONE, line, "Give the token the permission Zone Read.")]
    except OpsError as error:
        return [failed(ZONE, error.message, error.hint or "Check [cloudflare] zone_id.")]
    items = [good(ZONE, f"{found.name}, plan {found.plan}.")]
    return [*items, *[await _probe(clients, *each) for each in _PROBES]]


async def _probe(
    clients: Clients, permission: str, method: str, path: str, body: Any, needs: str
) -> Item:
    title = f"{ZONE}: {permission}"
    try:
        await clients.cloudflare.call(
            method, clients.cloudflare.zone + path, permission=permission, json=body, probe=True
        )
    except CloudflareRefused:
        line = f"The token has not the permission {permission}, which {needs} needs."
        return failed(title, line, f"Give the token the permission {permission}.")
    except CloudflareError:
        return good(title, "Granted: an empty request was refused for being empty.")
    except OpsError as error:
        return failed(title, error.message, error.hint or "Check [cloudflare].")
    line = "Cloudflare took an empty request, so this proves nothing."
    return warning(title, line, f"See whether {needs} works.")
