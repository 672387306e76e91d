"""Reading and bringing about the edge's cache rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clients.cloudflare_rulesets import Ruleset, add, change, ruleset
from bot.clients.cloudflare_zone import Zone, zone_of
from bot.errors import OpsError, Refused
from bot.planning import Operation
from bot.purging.known import referred
from bot.purging.proof import Seen, ask
from handlers.cdn.difference import MARK, Difference, difference

if TYPE_CHECKING:
    from bot.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Compared:
    zone: Zone
    found: Difference


@dataclass(frozen=True, slots=True)
class Applied:
    """`done` are the changes in words; `after` is the zone as it is now."""

    done: tuple[str, ...]
    after: Compared
    seen: Seen | None  # a page that a rule is about


async def compare(runtime: Runtime) -> Compared:
    """Raises NotConfigured without a zone, Refused where the site is not of it."""
    cloudflare, environment = runtime.clients.cloudflare, runtime.settings.environment()
    zone = await zone_of(cloudflare)
    host = environment.site_url.partition("://")[2].partition("/")[0].partition(":")[0]
    if not zone.covers(host):
        raise Refused(
            f"The site {host} is not of the zone {zone.name}: its rules would never apply.",
            "Set site_url in pitchey.toml to the domain that visitors use, or zone_id to its zone.",
        )
    found = await ruleset(cloudflare)
    return Compared(zone, difference(runtime.settings.cdn.wanted, environment.site_url, found))


async def apply(runtime: Runtime, operation: Operation) -> Applied:
    """One change after the other; other people's rules are not in any request."""
    cloudflare = runtime.clients.cloudflare
    compared, done = await compare(runtime), []
    for each in compared.found.needed:
        words = f"{each.act} rule {each.wanted.name}"
        await operation.step(words[:1].upper() + words[1:])
        now = await ruleset(cloudflare)
        position = _position(runtime, now, each.wanted.name)
        if each.act == "create":
            await add(cloudflare, now, each.rule, position)
        else:
            await change(cloudflare, now, each.rule, position)
        done.append(words)
    await operation.step("Read the rules again")
    after = await compare(runtime)
    if after.found.needed:
        names = ", ".join(each.wanted.name for each in after.found.needed)
        raise OpsError(
            f"Cloudflare took the rules, but {names} still differ.",
            "See `/pitchey cdn rules plan`; somebody may be changing them as well.",
        )
    return Applied(tuple(done), after, await _seen(runtime))


def _position(runtime: Runtime, now: Ruleset, name: str) -> dict[str, str] | None:
    """Right after the rule of ours that is next in importance; None leaves it where it is."""
    ids = {
        rule.description.removeprefix(MARK): rule.id
        for rule in now.rules
        if rule.description.startswith(MARK)
    }
    order = [rule.name for rule in reversed(runtime.settings.cdn.wanted)]
    before = [ids[each] for each in order[: order.index(name)] if each in ids]
    after = [ids[each] for each in order[order.index(name) + 1 :] if each in ids]
    if before:
        return {"after": before[-1]}
    return {"before": after[0]} if after else None


async def _seen(runtime: Runtime) -> Seen | None:
    site = runtime.settings.environment().site_url
    try:
        page = await runtime.clients.http.send("GET", site, deadline=8, probe=True)
    except OpsError:
        return None
    assets = [url for url in referred(f"{site}/", page.text) if url.endswith(".js")]
    return await ask(runtime.clients.http, assets[0]) if assets else None
