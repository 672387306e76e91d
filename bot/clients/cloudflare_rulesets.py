"""Cache rules of the zone: read whole, changed one by one, so that other people's stay theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.clients.cloudflare import Cloudflare, CloudflareError
from bot.errors import BadAnswer

READ = "Cache Rules Read"
EDIT = "Cache Rules Edit"
ACTION = "set_cache_settings"
_ENTRY = "/rulesets/phases/http_request_cache_settings/entrypoint"


@dataclass(frozen=True, slots=True)
class CacheRule:
    """One rule; `parameters` as Cloudflare keeps them."""

    id: str
    description: str
    expression: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Ruleset:
    """The rules in their order; where several fit, the last one holds. `id` is empty for none."""

    id: str = ""
    version: str = ""
    rules: tuple[CacheRule, ...] = ()


async def ruleset(cloudflare: Cloudflare, *, deadline: float = 10.0) -> Ruleset:
    """The zone's cache rules; empty where it never had any."""
    try:
        result = await cloudflare.get(cloudflare.zone + _ENTRY, permission=READ, deadline=deadline)
    except CloudflareError as error:
        if error.status == 404 and 7003 not in error.codes:
            return Ruleset()
        raise
    return read_ruleset(result)


async def add(cloudflare: Cloudflare, found: Ruleset, rule: CacheRule, position: Any) -> Ruleset:
    """Add one rule. Where the zone has no ruleset yet, one is made that holds it alone."""
    body = _body(rule)
    if not found.id:
        # The only PUT: it replaces all, and there is nothing to replace.
        page = await cloudflare.call(
            "PUT", cloudflare.zone + _ENTRY, permission=EDIT, json={"rules": [body]}
        )
        return read_ruleset(page.result)
    page = await cloudflare.call(
        "POST",
        f"{cloudflare.zone}/rulesets/{found.id}/rules",
        permission=EDIT,
        json=body | ({"position": position} if position else {}),
    )
    return read_ruleset(page.result)


async def change(cloudflare: Cloudflare, found: Ruleset, rule: CacheRule, position: Any) -> Ruleset:
    """Bring one rule to what `rule` says, at a place where one is given."""
    page = await cloudflare.call(
        "PATCH",
        f"{cloudflare.zone}/rulesets/{found.id}/rules/{rule.id}",
        permission=EDIT,
        json=_body(rule) | ({"position": position} if position else {}),
        repeatable=True,
    )
    return read_ruleset(page.result)


def read_ruleset(result: Any) -> Ruleset:
    """Raises BadAnswer. Pure."""
    if not isinstance(result, Mapping) or not isinstance(result.get("id"), str):
        raise BadAnswer("Cloudflare answered the cache rules in a form this bot does not know.")
    listed = result.get("rules")
    rules = tuple(
        CacheRule(
            str(each.get("id", "")),
            str(each.get("description") or ""),
            str(each.get("expression") or ""),
            each.get("action_parameters") or {},
            each.get("enabled") is not False,
        )
        for each in (listed if isinstance(listed, list) else ())
        if isinstance(each, Mapping)
    )
    return Ruleset(str(result["id"]), str(result.get("version", "")), rules)


def _body(rule: CacheRule) -> dict[str, Any]:
    return {
        "description": rule.description,
        "expression": rule.expression,
        "action": ACTION,
        "action_parameters": dict(rule.parameters),
        "enabled": rule.enabled,
    }
