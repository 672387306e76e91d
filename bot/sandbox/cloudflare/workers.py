"""Workers: versions, deployments and secrets of a script."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.sandbox.cloudflare.account import EMAIL, Account
from bot.sandbox.cloudflare.envelope import ApiError, good, no_such_route, no_such_worker
from bot.sandbox.cloudflare.rules import (
    check_deployment,
    check_secret_edit,
    check_settings_edit,
    shares_of,
)
from bot.sandbox.cloudflare.script import Script

_MESSAGE_MOST = 1_000  # bytes, then cut
_LISTED = 10  # deployments


class Workers:
    """Handlers below /accounts/{account}/workers/scripts."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def scripts(self, request: web.Request) -> web.Response:
        self._check_account(request)
        return good(
            [
                {
                    "id": script.name,
                    "modified_on": script.live.created_on,
                    "usage_model": "standard",
                }
                for script in self._account.scripts.values()
                if script.deployments
            ]
        )

    async def deployments(self, request: web.Request) -> web.Response:
        script = self.script(request)
        listed = [entry.listed() for entry in reversed(script.deployments)]
        return good({"deployments": listed[:_LISTED]})

    async def deploy(self, request: web.Request) -> web.Response:
        """POST …/deployments: changes which version answers from the next request on."""
        script = self.script(request)
        body = await body_of(request)
        shares = shares_of(script, body)
        check_deployment(script, shares, force=request.query.get("force") == "true")
        annotations = body.get("annotations") or {}
        message = str(annotations.get("workers/message") or "")
        cut = message.encode()[:_MESSAGE_MOST].decode(errors="ignore")
        deployment = script.deploy(
            shares,
            author_email=EMAIL,
            message=cut,
            at=datetime.now(UTC),
            source=source_of(request),
        )
        return good(deployment.listed())

    async def versions(self, request: web.Request) -> web.Response:
        """GET …/versions; with deployable=true the newest 100, whatever page was asked for."""
        script = self.script(request)
        if request.query.get("deployable") == "true":
            return good({"items": [version.listed() for version in script.deployable]})
        newest = [version.listed() for version in reversed(script.versions)]
        page, size = _page(request)
        info = {
            "page": page,
            "per_page": size,
            "count": len(newest[(page - 1) * size : page * size]),
            "total_count": len(newest),
            "total_pages": math.ceil(len(newest) / size),
        }
        return good({"items": newest[(page - 1) * size : page * size]}, info=info)

    async def version(self, request: web.Request) -> web.Response:
        script = self.script(request)
        found = script.version(request.match_info["version"])
        if found is None:
            raise ApiError(404, 10222, "The requested Worker version could not be found.")
        return good(found.whole())

    async def settings(self, request: web.Request) -> web.Response:
        """GET …/settings: bindings and limits of the newest version; CPU in milliseconds."""
        return good(_settings(self.script(request)))

    async def edit_settings(self, request: web.Request) -> web.Response:
        """PATCH …/settings: refused while the newest version is not live; changes nothing here."""
        script = self.script(request)
        check_settings_edit(script)
        return good(_settings(script))

    async def secrets(self, request: web.Request) -> web.Response:
        """GET …/secrets: names and types; nobody can read a value."""
        newest = self.script(request).newest
        names = sorted(newest.secrets) if newest else []
        return good([{"name": name, "type": "secret_text"} for name in names])

    async def put_secret(self, request: web.Request) -> web.Response:
        script = self.script(request)
        body = await body_of(request)
        name, text = str(body.get("name", "")), body.get("text")
        if not name or not isinstance(text, str):
            raise ApiError(400, 10021, "Secret binding requires a name and a text.")
        check_secret_edit(script)
        script.put_secret(name, EMAIL, datetime.now(UTC), text, source_of(request))
        return good({"name": name, "type": "secret_text"})

    async def delete_secret(self, request: web.Request) -> web.Response:
        script = self.script(request)
        name = request.match_info["secret"]
        check_secret_edit(script)
        if script.newest is None or name not in script.newest.secrets:
            raise ApiError(404, 10056, "This secret does not exist.")
        script.delete_secret(name, EMAIL, datetime.now(UTC), source_of(request))
        return good(None)

    def script(self, request: web.Request) -> Script:
        """The Worker of the address; raises ApiError where the account has none such."""
        self._check_account(request)
        script = self._account.scripts.get(request.match_info["script"])
        if script is None:
            raise no_such_worker()
        return script

    def _check_account(self, request: web.Request) -> None:
        if request.match_info["account"] != self._account.id:
            raise no_such_route(request.path)


def source_of(request: web.Request) -> str:
    """Cloudflare's word for the program that asked."""
    return "wrangler" if "wrangler" in request.headers.get("User-Agent", "") else "api"


async def body_of(request: web.Request) -> dict[str, Any]:
    """A JSON object; ApiError 10026."""
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, 10026, "Could not parse request body as JSON")
    return body


def _settings(script: Script) -> dict[str, Any]:
    whole = script.newest.whole()["resources"] if script.newest else {"bindings": []}
    return {
        "bindings": whole["bindings"],
        "compatibility_date": "2026-06-01",
        "limits": {"cpu_ms": 30_000},
        "observability": {"enabled": True, "head_sampling_rate": 1},
        "tail_consumers": [],
        "usage_model": "standard",
    }


def _page(request: web.Request) -> tuple[int, int]:
    try:
        page = max(1, int(request.query.get("page", "1")))
        size = min(100, max(1, int(request.query.get("per_page", "25"))))
    except ValueError:
        raise ApiError(400, 10021, "page and per_page must be numbers") from None
    return page, size
