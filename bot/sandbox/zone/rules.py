"""Cache rules: what they may say, and what they say about one request."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.zone.expression import ExpressionError, Facts, Test, compiled

ACTION = "set_cache_settings"
_KNOWN = frozenset({"id", "ref", "description", "expression", "action", "action_parameters",
                    "enabled", "position", "version", "last_updated"})  # fmt: skip
_PARAMETERS = frozenset(
    {
        "cache", "edge_ttl", "browser_ttl", "serve_stale", "respect_strong_etags", "cache_key",
        "origin_error_page_passthru", "cache_reserve",
    }
)  # fmt: skip
_EDGE = frozenset({"override_origin", "respect_origin", "bypass_by_default"})
_BROWSER = frozenset({"override_origin", "respect_origin", "bypass_by_default", "bypass"})


class RuleError(ValueError):
    """`code` is Cloudflare's."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Wish:
    """What the rules say of one request; None where none says anything. TTLs in seconds."""

    cache: bool | None = None
    edge_ttl: int | None = None
    browser_ttl: int | None = None


@dataclass(slots=True)
class CacheRule:
    body: dict[str, Any]
    test: Test

    @property
    def id(self) -> str:
        return str(self.body["id"])


def rule_of(body: Any, known: str = "") -> CacheRule:
    """A rule as it was sent, checked. Raises RuleError."""
    if not isinstance(body, Mapping):
        raise RuleError(20217, "invalid JSON: a rule must be an object")
    if unknown := sorted(set(body) - _KNOWN):
        raise RuleError(20217, f'invalid JSON: unknown field "{unknown[0]}"')
    if body.get("action") != ACTION:
        action = body.get("action")
        raise RuleError(20016, f"'{action}' is not a valid value for action in this phase")
    expression = body.get("expression")
    if not isinstance(expression, str) or not expression.strip():
        raise RuleError(20127, "'expression' is required")
    try:
        test = compiled(expression)
    except ExpressionError as error:
        raise RuleError(
            20127, f"'{expression}' is not a valid value for expression: {error}"
        ) from (error)
    parameters = body.get("action_parameters")
    if not isinstance(parameters, Mapping) or not parameters:
        raise RuleError(20128, "action_parameters must contain at least one setting")
    if unknown := sorted(set(parameters) - _PARAMETERS):
        raise RuleError(20217, f'invalid JSON: unknown field "{unknown[0]}"')
    for name, modes in (("edge_ttl", _EDGE), ("browser_ttl", _BROWSER)):
        _check_ttl(name, parameters.get(name), modes)
    if parameters.get("cache") is False and "edge_ttl" in parameters:
        raise RuleError(20128, "edge_ttl cannot be set where cache is false")
    kept = {name: value for name, value in body.items() if name != "position"}
    kept["id"] = known or secrets.token_hex(16)
    kept.setdefault("ref", kept["id"])
    kept.setdefault("description", "")
    kept["enabled"] = bool(body.get("enabled", True))
    return CacheRule(kept, test)


def _check_ttl(name: str, given: Any, modes: frozenset[str]) -> None:
    if given is None:
        return
    if not isinstance(given, Mapping) or given.get("mode") not in modes:
        raise RuleError(20128, f"'{name}.mode' must be one of {', '.join(sorted(modes))}")
    default = given.get("default")
    overrides = given["mode"] == "override_origin"
    if overrides and (not isinstance(default, int) or isinstance(default, bool) or default < 0):
        raise RuleError(20128, f"'{name}.default' must be a number of seconds")
    if not overrides and "default" in given:
        raise RuleError(20128, f"'{name}.default' may be set only with mode override_origin")


def wish(rules: Iterable[CacheRule], told: Facts) -> Wish:
    """What the rules say together: where several fit, the last one that says it holds."""
    cache: bool | None = None
    ttls: dict[str, int | None] = {}
    for rule in rules:
        if not rule.body["enabled"] or not rule.test(told):
            continue
        parameters = rule.body["action_parameters"]
        cache = parameters.get("cache", cache)
        for name in ("edge_ttl", "browser_ttl"):
            if name in parameters:
                ttls[name] = parameters[name].get("default")
    return Wish(cache, ttls.get("edge_ttl"), ttls.get("browser_ttl"))
