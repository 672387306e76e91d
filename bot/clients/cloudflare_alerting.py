"""Cloudflare's notifications: what an account may be told of, by which webhook, by which policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.clients.cloudflare import Cloudflare
from bot.errors import BadAnswer

READ = "Notifications Read"
EDIT = "Notifications Edit"
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Webhook:
    """A destination. Cloudflare never tells its secret again."""

    id: str
    name: str
    url: str
    last_failure: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """One notification policy; `webhooks` are ids of destinations."""

    id: str
    name: str
    alert_type: str
    enabled: bool
    webhooks: frozenset[str]
    filters: Mapping[str, Any] = field(default_factory=dict)


async def available(cloudflare: Cloudflare) -> frozenset[str]:
    """The types of alert that this account's plan offers."""
    result = await cloudflare.get(
        f"{cloudflare.account}/alerting/v3/available_alerts", permission=READ
    )
    if not isinstance(result, Mapping):
        raise BadAnswer("Cloudflare answered the alerts it offers in an unknown form.")
    listed = [each for kinds in result.values() if isinstance(kinds, list) for each in kinds]
    return frozenset(str(each.get("type")) for each in listed if isinstance(each, Mapping))


async def webhooks_offered(cloudflare: Cloudflare) -> bool:
    """Whether the plan has webhooks at all; taken as a yes where Cloudflare does not say."""
    result = await cloudflare.get(
        f"{cloudflare.account}/alerting/v3/destinations/eligible", permission=READ
    )
    listed = result.get("webhooks") if isinstance(result, Mapping) else None
    told = [each.get("eligible") for each in listed or () if isinstance(each, Mapping)]
    return any(each is not False for each in told) if told else True


async def webhooks(cloudflare: Cloudflare) -> tuple[Webhook, ...]:
    path = f"{cloudflare.account}/alerting/v3/destinations/webhooks"
    return tuple(
        [
            Webhook(
                str(each["id"]),
                str(each.get("name", "")),
                str(each.get("url", "")),
                str(each.get("last_failure") or ""),
            )
            async for each in cloudflare.pages(path, permission=READ, params={"per_page": _PAGE})
            if isinstance(each, Mapping) and each.get("id")
        ]
    )


async def policies(cloudflare: Cloudflare) -> tuple[Policy, ...]:
    path = f"{cloudflare.account}/alerting/v3/policies"
    return tuple(
        [
            read_policy(each)
            async for each in cloudflare.pages(path, permission=READ, params={"per_page": _PAGE})
            if isinstance(each, Mapping) and each.get("id")
        ]
    )


async def put_webhook(
    cloudflare: Cloudflare, name: str, url: str, secret: str, known: str = ""
) -> str:
    """Create a destination, or change the `known` one; answers its id.

    Cloudflare sends a test notification at once and refuses a destination that does not take it.
    """
    path = f"{cloudflare.account}/alerting/v3/destinations/webhooks"
    body = {"name": name, "url": url, "secret": secret}
    return await _put(cloudflare, path, body, known)


async def put_policy(cloudflare: Cloudflare, policy: Policy) -> str:
    """Create a policy, or change the one of its id; answers the id."""
    body = {
        "name": policy.name,
        "alert_type": policy.alert_type,
        "enabled": policy.enabled,
        "mechanisms": {"webhooks": [{"id": each} for each in sorted(policy.webhooks)]},
        "filters": dict(policy.filters),
    }
    path = f"{cloudflare.account}/alerting/v3/policies"
    return await _put(cloudflare, path, body, policy.id)


def read_policy(body: Mapping[str, Any]) -> Policy:
    """One policy of a list. Pure."""
    mechanisms, filters = body.get("mechanisms"), body.get("filters")
    hooks = mechanisms.get("webhooks") if isinstance(mechanisms, Mapping) else None
    return Policy(
        str(body["id"]),
        str(body.get("name", "")),
        str(body.get("alert_type", "")),
        body.get("enabled") is True,
        frozenset(str(each.get("id")) for each in hooks or () if isinstance(each, Mapping)),
        filters if isinstance(filters, Mapping) else {},
    )


async def _put(cloudflare: Cloudflare, path: str, body: Mapping[str, Any], known: str) -> str:
    method, where = ("PUT", f"{path}/{known}") if known else ("POST", path)
    # To change something twice is to change it once; to create it twice is not.
    page = await cloudflare.call(
        method, where, permission=EDIT, json=dict(body), repeatable=bool(known), deadline=20.0
    )
    made = page.result.get("id") if isinstance(page.result, Mapping) else None
    if not isinstance(made, str) or not made:
        raise BadAnswer("Cloudflare answered without the id of what was made.")
    return made
