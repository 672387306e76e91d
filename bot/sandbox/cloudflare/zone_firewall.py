"""IP access rules of the zone and of the account, and the zone's settings.

Code 10009 (duplicate) is known from the wire; the others stand for documented refusals.
"""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.cloudflare.account import Account
from bot.sandbox.cloudflare.envelope import ApiError, good, no_such_route
from bot.sandbox.cloudflare.zone_purge import read, zone_of
from bot.sandbox.zone.access import AccessError, access_rule
from bot.sandbox.zone.edge import ZoneEdge

_LEVELS = ("off", "essentially_off", "low", "medium", "high", "under_attack")
_MOST_RULES = 50_000
_TEXTS = {"security_level": _LEVELS, "development_mode": ("on", "off")}


class Firewall:
    def __init__(self, account: Account, edge: ZoneEdge) -> None:
        self._account, self._edge = account, edge

    async def rules(self, request: web.Request) -> web.Response:
        """GET …/firewall/access_rules/rules, in pages; a zone shows its account's rules too."""
        scope, _ = self._scope(request)
        wanted = {"account"} if scope == "account" else {"account", "zone"}
        query = request.query
        listed = [
            rule
            for rule in reversed(self._edge.access)
            if rule.scope in wanted
            and query.get("configuration.value", rule.value) == rule.value
            and query.get("configuration.target", rule.target) == rule.target
            and query.get("mode", rule.mode) == rule.mode
            and query.get("notes", "") in rule.notes
        ]
        page = max(1, int(query.get("page", "1")))
        size = min(1_000, max(5, int(query.get("per_page", "20"))))
        shown = listed[(page - 1) * size : page * size]
        info = {
            "page": page, "per_page": size, "count": len(shown), "total_count": len(listed),
            "total_pages": -(-len(listed) // size),
        }  # fmt: skip
        return good([rule.told() for rule in shown], info=info)

    async def add(self, request: web.Request) -> web.Response:
        scope, plan = self._scope(request)
        try:
            rule = access_rule(await read(request), plan, scope)
        except AccessError as error:
            raise ApiError(400, error.code, str(error)) from error
        same = (rule.target, rule.value, scope)
        if any((each.target, each.value, each.scope) == same for each in self._edge.access):
            raise ApiError(400, 10009, "firewallaccessrules.api.duplicate_of_existing")
        if len(self._edge.access) >= _MOST_RULES:
            raise ApiError(400, 10014, "firewallaccessrules.api.too_many_rules")
        self._edge.access.append(rule)
        return good(rule.told())

    async def remove(self, request: web.Request) -> web.Response:
        scope, _ = self._scope(request)
        wanted = request.match_info["rule"]
        kept = [r for r in self._edge.access if not (r.id == wanted and r.scope == scope)]
        if len(kept) == len(self._edge.access):
            raise ApiError(404, 10001, "firewallaccessrules.api.not_found")
        self._edge.access = kept
        return good({"id": wanted})

    async def setting(self, request: web.Request) -> web.Response:
        zone_of(self._account, request)
        return good(self._told(self._name(request)))

    async def change_setting(self, request: web.Request) -> web.Response:
        zone_of(self._account, request)
        name, body = self._name(request), await read(request)
        value = body.get("value")
        allowed = _TEXTS.get(name)
        if set(body) != {"value"} or allowed is None or value not in allowed:
            raise ApiError(400, 1007, f"Invalid value for zone setting {name}")
        self._edge.settings[name] = str(value)
        return good(self._told(name))

    def _told(self, name: str) -> dict[str, object]:
        return {"id": name, "value": self._edge.settings[name], "editable": name in _TEXTS}

    def _name(self, request: web.Request) -> str:
        name = request.match_info["setting"]
        if name not in self._edge.settings:
            raise ApiError(400, 1006, "Unrecognized zone setting name")
        return name

    def _scope(self, request: web.Request) -> tuple[str, str]:
        """("zone", its plan) or ("account", "")."""
        if "zone" in request.match_info:
            return "zone", zone_of(self._account, request).plan
        if request.match_info["account"] != self._account.id:
            raise no_such_route(request.path)
        return "account", self._account.zone.plan if self._account.zone else "free"
