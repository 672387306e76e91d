"""The platform's zone at Cloudflare: its name, its plan and its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from bot.clients.cloudflare import Cloudflare
from bot.errors import BadAnswer

READ = "Zone Read"
READ_SETTINGS = "Zone Settings Read"
WRITE_SETTINGS = "Zone Settings Write"
SECURITY_LEVEL = "security_level"
UNDER_ATTACK = "under_attack"
PLANS = ("free", "pro", "business", "enterprise")


@dataclass(frozen=True, slots=True)
class Zone:
    """`plan` is free, pro, business or enterprise; free where Cloudflare names another one."""

    id: str
    name: str
    plan: str

    def covers(self, host: str) -> bool:
        """Whether a host name, without a port, is of this zone."""
        bare = host.lower().rstrip(".")
        return bare == self.name or bare.endswith(f".{self.name}")


async def zone_of(cloudflare: Cloudflare, *, deadline: float = 10.0) -> Zone:
    """Raises NotConfigured where the platform has no zone; see Cloudflare.call."""
    result = await cloudflare.get(cloudflare.zone, permission=READ, deadline=deadline)
    held = result if isinstance(result, Mapping) else {}
    plan = held.get("plan")
    kind = plan.get("legacy_id") if isinstance(plan, Mapping) else ""
    if not isinstance(held.get("name"), str):
        raise BadAnswer("Cloudflare answered the zone in a form this bot does not know.")
    known = str(kind) if kind in PLANS else "free"
    return Zone(str(held.get("id", "")), str(held["name"]).lower(), known)


async def setting(cloudflare: Cloudflare, name: str, *, deadline: float = 10.0) -> str:
    """The value of one zone setting."""
    path = f"{cloudflare.zone}/settings/{name}"
    return _value(await cloudflare.get(path, permission=READ_SETTINGS, deadline=deadline))


async def set_setting(
    cloudflare: Cloudflare, name: str, value: str, *, deadline: float = 15.0
) -> str:
    """Set it; answers the value that Cloudflare says it has now."""
    page = await cloudflare.call(
        "PATCH",
        f"{cloudflare.zone}/settings/{name}",
        permission=WRITE_SETTINGS,
        json={"value": value},
        repeatable=True,
        deadline=deadline,
    )
    return _value(page.result)


async def own_networks(
    cloudflare: Cloudflare, *, deadline: float = 10.0
) -> tuple[IPv4Network | IPv6Network, ...]:
    """Cloudflare's own networks, as it publishes them."""
    result = await cloudflare.get("/ips", permission="any", deadline=deadline)
    held = result if isinstance(result, Mapping) else {}
    found = []
    for name in ("ipv4_cidrs", "ipv6_cidrs"):
        listed = held.get(name)
        for each in listed if isinstance(listed, list) else ():
            try:
                found.append(ip_network(str(each)))
            except ValueError as error:
                raise BadAnswer("Cloudflare answered its networks in an unknown form.") from error
    if not found:
        raise BadAnswer("Cloudflare answered no networks of its own.")
    return tuple(found)


def _value(result: object) -> str:
    value = result.get("value") if isinstance(result, Mapping) else None
    if not isinstance(value, (str, int)):
        raise BadAnswer("Cloudflare answered a zone setting in a form this bot does not know.")
    return str(value)
