"""Workers: versions, deployments and secret names of a script."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.sandbox.cloudflare.account import EMAIL, Account
from bot.sandbox.cloudflare.envelope import ApiError, good, no_such_route, no_such_worker
from bot.sandbox.cloudflare.script import BINDINGS, Deployment, Script, Version

_AUTHOR_ID = "4c1a2b3d5e6f47889900aabbccddeeff"
_MESSAGE_MOST = 1_000  # bytes, then cut


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
            ]
        )

    async def deployments(self, request: web.Request) -> web.Response:
        script = self._script(request)
        listed = [_deployment(entry) for entry in reversed(script.deployments)]
        return good({"deployments": listed[:10]})

    async def deploy(self, request: web.Request) -> web.Response:
        """POST …/deployments: changes which version answers from the next request on."""
        script = self._script(request)
        body = await _body(request)
        shares = _shares(script, body)
        annotations = body.get("annotations") or {}
        message = str(annotations.get("workers/message", ""))
        cut = message.encode()[:_MESSAGE_MOST].decode(errors="ignore")
        deployment = script.deploy(
            shares,
            author_email=EMAIL,
            message=cut,
            at=datetime.now(UTC),
            source="api",
            triggered_by=str(annotations.get("workers/triggered_by", "deployment")),
        )
        return good(_deployment(deployment))

    async def versions(self, request: web.Request) -> web.Response:
        """GET …/versions: at most the newest 100; with deployable=true paging is ignored."""
        script = self._script(request)
        newest = [_version(entry) for entry in reversed(script.versions)][:100]
        if request.query.get("deployable") == "true":
            return good({"items": newest})
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
        script = self._script(request)
        found = script.version(request.match_info["version"])
        if found is None:
            raise ApiError(404, 10222, "The requested Worker version could not be found.")
        bindings = [dict(binding) for binding in BINDINGS]
        resources = {
            "bindings": bindings,
            "script": {"etag": found.id.replace("-", ""), "handlers": ["fetch"]},
            "script_runtime": {"compatibility_date": "2026-06-01", "usage_model": "standard"},
        }
        return good(_version(found) | {"resources": resources})

    async def settings(self, request: web.Request) -> web.Response:
        """GET …/settings: bindings and limits; CPU in milliseconds."""
        self._script(request)
        return good(
            {
                "bindings": [dict(binding) for binding in BINDINGS],
                "compatibility_date": "2026-06-01",
                "limits": {"cpu_ms": 30_000},
                "observability": {"enabled": True, "head_sampling_rate": 1},
                "tail_consumers": [],
                "usage_model": "standard",
            }
        )

    async def secrets(self, request: web.Request) -> web.Response:
        """GET …/secrets: names and types; nobody can read a value."""
        script = self._script(request)
        return good([{"name": name, "type": kind} for name, kind in sorted(script.secrets.items())])

    async def put_secret(self, request: web.Request) -> web.Response:
        script = self._script(request)
        body = await _body(request)
        name = str(body.get("name", ""))
        if not name or "text" not in body:
            raise ApiError(400, 10021, "Secret binding requires a name and a text.")
        script.put_secret(name, EMAIL, datetime.now(UTC))
        return good({"name": name, "type": "secret_text"})

    def _check_account(self, request: web.Request) -> None:
        if request.match_info["account"] != self._account.id:
            raise no_such_route(request.path)

    def _script(self, request: web.Request) -> Script:
        self._check_account(request)
        script = self._account.scripts.get(request.match_info["script"])
        if script is None:
            raise no_such_worker()
        return script


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, 10026, "Could not parse request body as JSON")
    return body


def _page(request: web.Request) -> tuple[int, int]:
    try:
        page = max(1, int(request.query.get("page", "1")))
        size = min(100, max(1, int(request.query.get("per_page", "25"))))
    except ValueError:
        raise ApiError(400, 10021, "page and per_page must be numbers") from None
    return page, size


def _shares(script: Script, body: dict[str, Any]) -> tuple[tuple[str, float], ...]:
    """The wanted split, checked as Cloudflare checks it."""
    entries = body.get("versions")
    if body.get("strategy") != "percentage" or not isinstance(entries, list) or not entries:
        raise ApiError(400, 10021, "A deployment needs strategy percentage and its versions.")
    if len(entries) > 2:
        raise ApiError(400, 10021, "A deployment may have at most 2 versions.")
    try:
        shares = tuple((str(one["version_id"]), float(one["percentage"])) for one in entries)
    except (KeyError, TypeError, ValueError):
        raise ApiError(400, 10021, "Each version needs a version_id and a percentage.") from None
    in_range = all(0 <= share <= 100 for _, share in shares)
    if not in_range or not math.isclose(sum(share for _, share in shares), 100):
        raise ApiError(400, 10021, "The percentages of a deployment must sum to 100.")
    if any(script.version(version_id) is None for version_id, _ in shares):
        raise ApiError(400, 10021, "A version of this deployment does not exist.")
    return shares


def _deployment(entry: Deployment) -> dict[str, Any]:
    annotations = {"workers/triggered_by": entry.triggered_by}
    if entry.message:
        annotations["workers/message"] = entry.message
    return {
        "id": entry.id,
        "source": entry.source,
        "strategy": "percentage",
        "author_email": entry.author_email,
        "created_on": entry.created_on,
        "annotations": annotations,
        "versions": [
            {"version_id": version_id, "percentage": share} for version_id, share in entry.versions
        ],
    }


def _version(entry: Version) -> dict[str, Any]:
    annotations = {"workers/triggered_by": "version_upload", "workers/message": entry.message}
    if entry.tag:
        annotations["workers/tag"] = entry.tag
    return {
        "id": entry.id,
        "number": entry.number,
        "metadata": {
            "created_on": entry.created_on,
            "modified_on": entry.created_on,
            "source": entry.source,
            "author_id": _AUTHOR_ID,
            "author_email": entry.author_email,
            "has_preview": False,
        },
        "annotations": annotations,
    }
