"""Who must never be blocked: Cloudflare itself, the bot, the office, and what is no visitor."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from bot.clients.cloudflare_zone import own_networks
from bot.errors import OpsError, Refused
from handlers.containment.origins import Network, Origin

if TYPE_CHECKING:
    from bot.runtime import Runtime

_SECONDS = 6.0
_NO_VISITORS = {
    "private networks": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
    "this machine itself": ("127.0.0.0/8", "::1/128"),
    "link-local addresses": ("169.254.0.0/16", "fe80::/10"),
    "addresses shared by providers": ("100.64.0.0/10",),
    "addresses for many (multicast)": ("224.0.0.0/4", "ff00::/8"),
    "addresses that nobody has": ("0.0.0.0/8", "240.0.0.0/4", "::/128"),
}
# Its own AS numbers; networks of it are read from Cloudflare, these stand in where it is silent.
_CLOUDFLARE_SYSTEMS = frozenset(
    {"AS13335", "AS209242", "AS132892", "AS133877", "AS202623", "AS203898", "AS394536", "AS395747"}
)
_CLOUDFLARE = (
    "173.245.48.0/20", "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "141.101.64.0/18",
    "108.162.192.0/18", "190.93.240.0/20", "188.114.96.0/20", "197.234.240.0/22",
    "198.41.128.0/17", "162.158.0.0/15", "104.16.0.0/13", "104.24.0.0/14", "172.64.0.0/13",
    "131.0.72.0/22", "2400:cb00::/32", "2606:4700::/32", "2803:f800::/32", "2405:b500::/32",
    "2405:8100::/32", "2a06:98c0::/29", "2c0f:f248::/32",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Guarded:
    """Networks, AS numbers and countries with whose they are; `notes` is what is not known."""

    networks: tuple[tuple[Network, str], ...]
    named: dict[str, str]
    notes: tuple[str, ...] = ()

    def refuse(self, wanted: Origin) -> None:
        """Raises Refused where blocking it would hit somebody who must get through."""
        whose = self.named.get(wanted.value) or _whose(wanted.network, self.networks)
        if not whose:
            return
        hint = "Look again at the evidence: an attack that comes through there came from elsewhere."
        if wanted.size > 1 and whose not in _NO_VISITORS:
            hint = "Block a smaller part that the evidence shows, and nothing else."
        raise Refused(f"{wanted.words} is not blocked: it would hit {whose}.", hint)


async def guarded(runtime: Runtime) -> Guarded:
    """What is known now; what cannot be learned is told in `notes`."""
    networks = [(ip_network(each), words) for words, all_ in _NO_VISITORS.items() for each in all_]
    named = dict.fromkeys(_CLOUDFLARE_SYSTEMS, "Cloudflare itself")
    notes = []
    for entry in runtime.settings.security.never_block:
        if entry[:2].isalpha() and (entry.startswith("AS") or len(entry) == 2) and ":" not in entry:
            named[entry] = f"{entry}, which [security] never_block names"
        else:
            whose = f"{entry}, which [security] never_block names"
            networks.append((ip_network(entry, strict=False), whose))
    if not runtime.settings.security.never_block:
        notes.append("[security] never_block is empty, so the office is not protected")
    theirs, own = await asyncio.gather(_cloudflares(runtime), own_places(runtime))
    networks += [(each, "Cloudflare's own network") for each in theirs]
    networks += [(ip_network(address), "the bot itself") for address, _ in own]
    named |= {country: "the bot itself, which is there" for _, country in own if country}
    if not own:
        notes.append("the bot's own address could not be learned")
    return Guarded(tuple(networks), named, tuple(notes))


async def own_places(runtime: Runtime) -> Sequence[tuple[str, str]]:
    """(address, country) as the platform's hosts see the bot; by /cdn-cgi/trace of Cloudflare."""
    environment = runtime.settings.environment()
    found = await asyncio.gather(
        *(_traced(runtime, url) for url in (environment.site_url, environment.api_url))
    )
    return [each for each in dict.fromkeys(found) if each is not None]


async def _traced(runtime: Runtime, url: str) -> tuple[str, str] | None:
    try:
        answer = await runtime.clients.http.send(
            "GET", f"{url.rstrip('/')}/cdn-cgi/trace", deadline=_SECONDS, probe=True
        )
    except OpsError:
        return None
    told = dict(line.split("=", 1) for line in answer.text.splitlines() if "=" in line)
    try:
        address = ip_address(told.get("ip", ""))
    except ValueError:
        return None
    country = told.get("loc", "")
    return address.compressed, country if country not in {"XX", ""} else ""


async def _cloudflares(runtime: Runtime) -> Iterable[Network]:
    kept: tuple[IPv4Network | IPv6Network, ...] = tuple(ip_network(each) for each in _CLOUDFLARE)
    try:
        return (*await own_networks(runtime.clients.cloudflare, deadline=_SECONDS), *kept)
    except OpsError:
        return kept


def _whose(wanted: Network | None, networks: Sequence[tuple[Network, str]]) -> str:
    if wanted is None:
        return ""
    return next(
        (
            whose
            for network, whose in networks
            if network.version == wanted.version and network.overlaps(wanted)
        ),
        "",
    )
