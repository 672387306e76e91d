"""Zone rulesets: the entry point of one phase, http_request_cache_settings.

PUT replaces every rule. Code 20217 is known from the wire; the others stand for refusals that
are documented without one.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.sandbox.cloudflare.account import Account
from bot.sandbox.cloudflare.envelope import ApiError, good
from bot.sandbox.cloudflare.script import stamp
from bot.sandbox.cloudflare.zone_purge import read, zone_of
from bot.sandbox.zone.edge import ZoneEdge
from bot.sandbox.zone.rules import CacheRule, RuleError, rule_of

PHASE = "http_request_cache_settings"
_MOST = {"free": 10, "pro": 25, "business": 50, "enterprise": 300}  # cache rules by plan


class Rulesets:
    def __init__(self, account: Account, edge: ZoneEdge) -> None:
        self._account, self._edge = account, edge

    async def entrypoint(self, request: web.Request) -> web.Response:
        self._check(request)
        if self._edge.rules is None:
            phase = request.match_info["phase"]
            raise ApiError(404, 10003, f"could not find entrypoint ruleset in the {phase} phase")
        return good(self._told())

    async def replace(self, request: web.Request) -> web.Response:
        """PUT: every rule that is not in the body is gone."""
        plan = self._check(request)
        body = await read(request)
        for name in ("kind", "phase", "name"):
            if name in body:
                raise ApiError(400, 20217, f'invalid JSON: unknown field "{name}"')
        listed = body.get("rules", [])
        if not isinstance(listed, list):
            raise ApiError(400, 20217, "invalid JSON: rules must be an array")
        self._change([_rule(each) for each in listed], plan)
        return good(self._told())

    async def one(self, request: web.Request) -> web.Response:
        self._known(request)
        return good(self._told())

    async def add(self, request: web.Request) -> web.Response:
        plan = self._known(request)
        body = await read(request)
        rules = list(self._edge.rules or ())
        rules.insert(_place(body.get("position"), rules, len(rules)), _rule(body))
        self._change(rules, plan)
        return good(self._told())

    async def change(self, request: web.Request) -> web.Response:
        """PATCH: the rule as given, or its position alone."""
        plan = self._known(request)
        rules = list(self._edge.rules or ())
        at = self._index(request, rules)
        body, old = await read(request), rules.pop(at)
        given = {name: value for name, value in body.items() if name != "position"}
        changed = _rule({**old.body, **given}, old.id) if given else old
        rules.insert(_place(body.get("position"), rules, at), changed)
        self._change(rules, plan)
        return good(self._told())

    async def remove(self, request: web.Request) -> web.Response:
        plan = self._known(request)
        rules = list(self._edge.rules or ())
        del rules[self._index(request, rules)]
        self._change(rules, plan)
        return good(self._told())

    def _change(self, rules: list[CacheRule], plan: str) -> None:
        if len(rules) > _MOST[plan]:
            most = _MOST[plan]
            raise ApiError(403, 50009, f"exceeded the maximum number of rules in the phase: {most}")
        edge = self._edge
        edge.ruleset_id = edge.ruleset_id or secrets.token_hex(16)
        edge.ruleset_version += 1
        edge.rules = rules

    def _told(self) -> dict[str, Any]:
        edge = self._edge
        return {
            "id": edge.ruleset_id,
            "name": "default",
            "kind": "zone",
            "phase": PHASE,
            "version": str(edge.ruleset_version),
            "last_updated": stamp(datetime.now(UTC)),
            "rules": [dict(rule.body) for rule in edge.rules or ()],
        }

    def _check(self, request: web.Request) -> str:
        """The zone's plan; refuses another zone or phase."""
        zone = zone_of(self._account, request)
        if request.match_info.get("phase", PHASE) != PHASE:
            raise ApiError(400, 20016, "the phase is not one of this stand-in")
        return zone.plan

    def _known(self, request: web.Request) -> str:
        plan = self._check(request)
        if self._edge.rules is None or request.match_info["ruleset"] != self._edge.ruleset_id:
            raise ApiError(404, 20012, "could not find the requested ruleset")
        return plan

    def _index(self, request: web.Request, rules: list[CacheRule]) -> int:
        wanted = request.match_info["rule"]
        found = next((at for at, rule in enumerate(rules) if rule.id == wanted), None)
        if found is None:
            raise ApiError(404, 20012, "could not find the requested rule")
        return found


def _rule(body: Any, known: str = "") -> CacheRule:
    try:
        return rule_of(body, known)
    except RuleError as error:
        raise ApiError(400, error.code, str(error)) from error


def _place(position: Any, rules: list[CacheRule], otherwise: int) -> int:
    """Where a rule goes: `{before: id}`, `{after: id}`, `{index: 1…}`."""
    if position is None:
        return otherwise
    ids = [rule.id for rule in rules]
    if isinstance(position, Mapping) and len(position) == 1:
        if (before := position.get("before")) is not None:
            return ids.index(before) if before in ids else 0
        if (after := position.get("after")) is not None:
            return ids.index(after) + 1 if after in ids else len(ids)
        index = position.get("index")
        if isinstance(index, int) and 1 <= index <= len(ids) + 1:
            return index - 1
    raise ApiError(400, 20217, "invalid JSON: position must be one of before, after, index")
