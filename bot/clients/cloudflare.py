"""Cloudflare's API (developers.cloudflare.com/api): the envelope, its errors, GraphQL, status.

Callers name the token permission they need, so that a refusal can name what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.clients.health_words import tidy
from bot.clients.http import Answer, Http
from bot.errors import BadAnswer, NotConfigured, OpsError, Refused, Unreachable

_TOKEN_HINT = "Set CLOUDFLARE_API_TOKEN in the bot's environment."  # noqa: S105 - a name
_AUTHENTICATION = frozenset({10000, 9109, 6003, 6111, 9103})
_MEANINGS = {
    7003: ("Cloudflare does not know this address.", "Check account_id in pitchey.toml."),
    10007: ("Cloudflare knows no such Worker.", "Check worker_script in pitchey.toml."),
    10090: ("Cloudflare knows no such Worker.", "Check worker_script in pitchey.toml."),
    10021: ("Cloudflare refused the Worker's code or settings.", ""),
    10211: ("A Durable Object migration cannot go with a version upload.", ""),
    10214: ("The newest version is not deployed, so settings cannot be edited.", ""),
    10215: ("The newest version is not deployed, so secrets cannot be edited.", ""),
    10220: ("Secrets have changed since that version.", "Compare them before going back."),
    10222: ("The Worker has no versions.", ""),
}


class CloudflareError(OpsError):
    """Cloudflare refused a request: HTTP `status`, its `codes`, and what it `said`."""

    def __init__(
        self, message: str, hint: str = "", *, status: int, codes: tuple[int, ...] = ()
    ) -> None:
        super().__init__(message, hint, permanent=400 <= status < 500)
        self.status = status
        self.codes = codes


class CloudflareRefused(Refused):
    """The token may not do this, or is none: `codes` are Cloudflare's."""

    def __init__(self, message: str, hint: str, codes: tuple[int, ...]) -> None:
        super().__init__(message, hint)
        self.codes = codes


class CloudflareLimited(Unreachable):
    """Too many requests: everything is blocked for `retry_after` seconds (None: not told)."""

    def __init__(self, retry_after: float | None) -> None:
        wait = f"in {retry_after:.0f} s" if retry_after else "in five minutes"
        super().__init__("Cloudflare says: too many requests.", f"Try again {wait}.")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Page:
    """One successful envelope: its `result`, and `info` for paging."""

    result: Any
    info: Mapping[str, Any]
    messages: tuple[str, ...] = ()


@dataclass
class Cloudflare:
    """The API client. `account` and `zone` raise NotConfigured where none is set."""

    http: Http
    api_url: str
    token: str | None = field(default=None, repr=False)
    account_id: str | None = None
    zone_id: str | None = None
    status_url: str = ""

    @property
    def configured(self) -> bool:
        return bool(self.token and self.account_id)

    @property
    def account(self) -> str:
        """`/accounts/<id>`, where account paths begin."""
        if not self.account_id:
            raise NotConfigured(
                "No Cloudflare account is configured.",
                "Set account_id under [cloudflare] in pitchey.toml.",
            )
        return f"/accounts/{self.account_id}"

    @property
    def zone(self) -> str:
        """`/zones/<id>`, where zone paths begin; a platform on workers.dev has none."""
        if not self.zone_id:
            raise NotConfigured(
                "This platform has no Cloudflare zone: it runs on workers.dev and pages.dev.",
                "Set zone_id under [cloudflare] in pitchey.toml once it has a domain of its own.",
            )
        return f"/zones/{self.zone_id}"

    def script(self, name: str) -> str:
        """`/accounts/<id>/workers/scripts/<name>`."""
        return f"{self.account}/workers/scripts/{name}"

    async def get(
        self,
        path: str,
        *,
        permission: str,
        params: Mapping[str, str | int] | None = None,
        deadline: float | None = None,
    ) -> Any:
        """The `result` of one GET; see `call`."""
        page = await self.call("GET", path, permission=permission, params=params, deadline=deadline)
        return page.result

    async def call(  # noqa: PLR0913 - every option is keyword-only
        self,
        method: str,
        path: str,
        *,
        permission: str,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
        files: Any = None,
        repeatable: bool = False,
        probe: bool = False,
        deadline: float | None = None,
    ) -> Page:
        """One request. `permission` is the token permission it needs ("Workers Scripts Read").

        `repeatable` lets a request that is no read be tried again. Raises NotConfigured,
        CloudflareRefused, CloudflareLimited, CloudflareError, Unreachable or BadAnswer.
        """
        more = {"files": files} if files else {}
        answer = await self.http.send(
            method,
            self.api_url.rstrip("/") + path,
            headers={"authorization": f"Bearer {self._token()}"},
            params=params,
            json=json,
            repeatable=repeatable,
            probe=probe,
            deadline=deadline,
            **more,
        )
        return read_envelope(answer, permission)

    async def graphql(
        self, query: str, variables: Mapping[str, Any], *, permission: str, deadline: float
    ) -> Mapping[str, Any]:
        """`data` of a GraphQL query. Raises as `call` does."""
        answer = await self.http.send(
            "POST",
            self.api_url.rstrip("/") + "/graphql",
            headers={"authorization": f"Bearer {self._token()}"},
            json={"query": query, "variables": dict(variables)},
            repeatable=True,
            retries=1,
            deadline=deadline,
        )
        return read_graphql(answer, permission)

    async def status(self, *, deadline: float) -> Answer:
        """Cloudflare's public status summary; needs no token. Raises NoAnswer."""
        return await self.http.send("GET", self.status_url, deadline=deadline, probe=True)

    def _token(self) -> str:
        if not self.token:
            raise NotConfigured("No Cloudflare API token is set.", _TOKEN_HINT)
        return self.token


def read_envelope(answer: Answer, permission: str) -> Page:
    """The result inside Cloudflare's envelope, or its error told. Pure."""
    if answer.status == 429:
        raise CloudflareLimited(answer.retry_after)
    try:
        body = answer.json()
    except BadAnswer:
        body = None
    if not isinstance(body, Mapping):
        _refuse(answer.status, (), "", permission)
        if answer.status == 204 or (answer.status < 300 and not answer.body):
            return Page(None, {})
        raise BadAnswer(f"Cloudflare answered {answer.status} in a form this bot does not know.")
    errors = body.get("errors")
    listed: Sequence[Any] = errors if isinstance(errors, list) else ()
    if answer.status >= 400 or body.get("success") is False:
        codes = tuple(int(entry["code"]) for entry in listed if _has_code(entry))
        said = "; ".join(str(entry.get("message", "")) for entry in listed if _has_code(entry))
        said = tidy(answer.redact(said))
        _refuse(answer.status, codes, said, permission)
        known = next((_MEANINGS[code] for code in codes if code in _MEANINGS), None)
        message, hint = known or (f"Cloudflare refused: {said or answer.status}", "")
        raise CloudflareError(message, hint or said, status=answer.status, codes=codes)
    if "success" not in body and "result" not in body:
        raise BadAnswer(f"Cloudflare answered {answer.status} in a form this bot does not know.")
    info, messages = body.get("result_info"), body.get("messages")
    return Page(
        body.get("result"),
        info if isinstance(info, Mapping) else {},
        tuple(answer.redact(str(each)) for each in messages) if isinstance(messages, list) else (),
    )


def read_graphql(answer: Answer, permission: str) -> Mapping[str, Any]:
    """`data` of a GraphQL answer, or its error told. Pure."""
    if answer.status == 429:
        raise CloudflareLimited(answer.retry_after)
    try:
        body = answer.json()
    except BadAnswer:
        body = None
    errors = body.get("errors") if isinstance(body, Mapping) else None
    listed = errors if isinstance(errors, list) else []
    said = "; ".join(str(entry.get("message", "")) for entry in listed if isinstance(entry, dict))
    said = tidy(answer.redact(said))
    _refuse(answer.status, (), said, permission)
    if "not authorized" in said or "authz" in said:
        raise _missing(permission, ())
    if listed:
        raise CloudflareError(f"Cloudflare refused: {said}", status=answer.status)
    data = body.get("data") if isinstance(body, Mapping) else None
    if not isinstance(data, Mapping):
        raise BadAnswer("Cloudflare's analytics answered in a form this bot does not know.")
    return data


def _refuse(status: int, codes: tuple[int, ...], said: str, permission: str) -> None:
    if status in {401, 403} or _AUTHENTICATION & set(codes):
        raise _missing(permission, codes)
    if status >= 500:
        raise Unreachable(
            f"Cloudflare's API is failing (HTTP {status}{': ' + said if said else ''}).",
            "See cloudflarestatus.com.",
        )


def _missing(permission: str, codes: tuple[int, ...]) -> CloudflareRefused:
    told = f" (code {codes[0]})" if codes else ""
    return CloudflareRefused(
        f"Cloudflare refuses the bot's token{told}.",
        f"Give the token the permission {permission}, or replace it if it was revoked.",
        codes,
    )


def _has_code(entry: Any) -> bool:
    return isinstance(entry, Mapping) and isinstance(entry.get("code"), int)
