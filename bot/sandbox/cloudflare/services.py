"""The older and smaller addresses that wrangler asks on its way to an upload."""

from __future__ import annotations

import hashlib
from typing import Any

from aiohttp import web

from bot.sandbox.cloudflare.account import Account
from bot.sandbox.cloudflare.envelope import ApiError, good, no_such_route
from bot.sandbox.cloudflare.script import Script
from bot.sandbox.cloudflare.workers import Workers, body_of

_SUBDOMAIN = "pitchey"  # of workers.dev
_NOT_FOUND = 10090


class Services:
    """Handlers below /accounts/{account}/workers, beside those of scripts themselves."""

    def __init__(self, account: Account, workers: Workers) -> None:
        self._account = account
        self._workers = workers

    async def service(self, request: web.Request) -> web.Response:
        """GET …/workers/services/{s}: whether there is one, and what deployed it last."""
        if request.match_info["account"] != self._account.id:
            raise no_such_route(request.path)
        script = self._account.scripts.get(request.match_info["script"])
        if script is None or script.newest is None:
            raise ApiError(404, _NOT_FOUND, "This service does not exist on your account.")
        environment = {
            "environment": "production",
            "created_on": script.versions[0].created_on,
            "modified_on": script.newest.created_on,
            "script": _described(script),
        }
        return good(
            {
                "id": script.name,
                "default_environment": environment,
                "created_on": script.versions[0].created_on,
                "modified_on": script.newest.created_on,
                "usage_model": "standard",
                "environments": [environment],
            }
        )

    async def script_settings(self, request: web.Request) -> web.Response:
        """GET and PATCH …/scripts/{s}/script-settings: what is not part of a version."""
        self._workers.script(request)
        settings: dict[str, Any] = {"logpush": False, "tail_consumers": None, "tags": []}
        if request.method == "PATCH":
            settings |= await body_of(request)
        return good(settings | {"observability": {"enabled": True, "head_sampling_rate": 1}})

    async def worker(self, request: web.Request) -> web.Response:
        """GET …/workers/workers/{s}: the newer description of a Worker."""
        script = self._workers.script(request)
        described = _described(script)
        return good(
            {
                "id": described["tag"],
                "name": script.name,
                "created_on": described["created_on"],
                "updated_on": described["modified_on"],
                "deployed_on": script.live.created_on,
                "logpush": False,
                "observability": {"enabled": True, "head_sampling_rate": 1},
                "references": {"domains": [], "queues": [], "workers": []},
                "subdomain": {"enabled": True, "previews_enabled": False},
                "tags": [],
                "tail_consumers": [],
            }
        )

    async def subdomain(self, request: web.Request) -> web.Response:
        """GET …/workers/subdomain: the account's part of workers.dev."""
        if request.match_info["account"] != self._account.id:
            raise no_such_route(request.path)
        return good({"subdomain": _SUBDOMAIN})

    async def script_subdomain(self, request: web.Request) -> web.Response:
        """GET and POST …/scripts/{s}/subdomain: whether workers.dev serves it."""
        self._workers.script(request)
        return good({"enabled": True, "previews_enabled": False})

    async def none(self, request: web.Request) -> web.Response:
        """A list that is empty here: routes, custom domains, schedules."""
        self._workers.script(request)
        return good({"schedules": []} if request.path.endswith("/schedules") else [])


def _described(script: Script) -> dict[str, Any]:
    newest = script.newest
    return {
        "id": script.name,
        "tag": hashlib.sha256(script.name.encode()).hexdigest()[:32],
        "tags": [],
        "etag": newest.code if newest else "",
        "handlers": ["fetch"],
        "modified_on": newest.created_on if newest else None,
        "created_on": script.versions[0].created_on if script.versions else None,
        "usage_model": "standard",
        "migration_tag": newest.migration_tag if newest else "",
        "last_deployed_from": newest.source if newest else "api",
        "compatibility_date": newest.compatibility_date if newest else None,
    }
