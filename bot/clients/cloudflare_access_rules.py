"""IP access rules of the zone: who is kept out by address, network, AS number or country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.clients.cloudflare import Cloudflare, CloudflareError
from bot.errors import BadAnswer

READ = "Firewall Services Read"
WRITE = "Firewall Services Write"
Target = Literal["ip", "ip6", "ip_range", "asn", "country"]
_DUPLICATE = 10009
_PAGE = 100


@dataclass(frozen=True, slots=True)
class AccessRule:
    id: str
    mode: str
    target: str
    value: str
    notes: str


async def access_rules(
    cloudflare: Cloudflare, *, value: str = "", deadline: float = 10.0
) -> tuple[AccessRule, ...]:
    """Every rule of the zone, its account's included; of one value, where given."""
    asked: dict[str, str | int] = {"per_page": _PAGE}
    if value:
        asked["configuration.value"] = value
    pages = cloudflare.pages(_path(cloudflare), permission=READ, params=asked, deadline=deadline)
    return tuple([_read(each) async for each in pages if isinstance(each, Mapping)])


async def block(
    cloudflare: Cloudflare, target: Target, value: str, notes: str, *, deadline: float = 15.0
) -> AccessRule | None:
    """Keep it out; None where the zone has a rule about it already."""
    try:
        page = await cloudflare.call(
            "POST",
            _path(cloudflare),
            permission=WRITE,
            json={
                "mode": "block",
                "configuration": {"target": target, "value": value},
                "notes": notes,
            },
            deadline=deadline,
        )
    except CloudflareError as error:
        if _DUPLICATE in error.codes:
            return None
        raise
    if not isinstance(page.result, Mapping) or not page.result.get("id"):
        raise BadAnswer("Cloudflare answered without the id of the rule that it made.")
    return _read(page.result)


async def unblock(cloudflare: Cloudflare, rule_id: str, *, deadline: float = 15.0) -> bool:
    """Take a rule away; False where it was gone already."""
    try:
        await cloudflare.call(
            "DELETE",
            f"{_path(cloudflare)}/{rule_id}",
            permission=WRITE,
            repeatable=True,
            deadline=deadline,
        )
    except CloudflareError as error:
        if error.status == 404 and 7003 not in error.codes:
            return False
        raise
    return True


def _path(cloudflare: Cloudflare) -> str:
    return f"{cloudflare.zone}/firewall/access_rules/rules"


def _read(body: Mapping[str, Any]) -> AccessRule:
    held = body.get("configuration")
    configuration = held if isinstance(held, Mapping) else {}
    return AccessRule(
        str(body.get("id", "")),
        str(body.get("mode", "")),
        str(configuration.get("target", "")),
        str(configuration.get("value", "")),
        str(body.get("notes") or ""),
    )
