"""Cloudflare's API (developers.cloudflare.com/api): one client for all of its parts.

Callers name the token permission they need, so that a refusal can name what is missing. What
the answers mean is read in `cloudflare_answers`; the parts have files of their own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.clients.cloudflare_answers import (
    CloudflareLimited,
    CloudflareRefused,
    Figures,
    Page,
    read_envelope,
    read_figures,
    read_graphql,
)
from bot.clients.cloudflare_refusals import CloudflareError
from bot.clients.http import Answer, Http
from bot.errors import BadAnswer, NotConfigured

_TOKEN_HINT = "Set CLOUDFLARE_API_TOKEN in the bot's environment."  # noqa: S105 - a name
MOST_PAGES = 50  # of one list; more is a list without end


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

    async def file(
        self,
        path: str,
        *,
        permission: str,
        params: Mapping[str, str | int],
        deadline: float,
        most_bytes: int,
    ) -> Answer:
        """One GET whose answer is a file and no envelope. Raises as `call` does."""
        answer = await self.http.send(
            "GET",
            self.api_url.rstrip("/") + path,
            headers={"authorization": f"Bearer {self._token()}"},
            params=params,
            deadline=deadline,
            most_bytes=most_bytes,
        )
        if answer.status != 200 or answer.media_type == "application/json":
            read_envelope(answer, permission)
            raise BadAnswer(f"Cloudflare answered {answer.status} in place of a file.")
        return answer

    async def pages(
        self,
        path: str,
        *,
        permission: str,
        params: Mapping[str, str | int] | None = None,
        deadline: float | None = None,
    ) -> AsyncIterator[Any]:
        """Every item of a list, page by page, by number or cursor; see `call`. At most 50 pages.

        Ends where a page is empty, the last one by its own count, or the same as before.
        """
        asked = dict(params or {})
        before: Any = None
        for number in range(1, MOST_PAGES + 1):
            page = await self.call(
                "GET", path, permission=permission, params=asked, deadline=deadline
            )
            items = page.result if isinstance(page.result, list) else []
            if not items or items == before:
                return
            for item in items:
                yield item
            before = items
            following = _following(page.info, number)
            if following is None:
                return
            asked |= following

    async def figures(
        self, query: str, variables: Mapping[str, Any], *, permission: str, deadline: float
    ) -> Figures:
        """A GraphQL query whose answer may be partial: it says what is missing."""
        answer = await self._ask(query, variables, deadline)
        return read_figures(answer, permission)

    async def graphql(
        self, query: str, variables: Mapping[str, Any], *, permission: str, deadline: float
    ) -> Mapping[str, Any]:
        """`data` of a GraphQL query. Raises as `call` does, for a partial answer too."""
        return read_graphql(await self._ask(query, variables, deadline), permission)

    async def status(self, *, deadline: float) -> Answer:
        """Cloudflare's public status summary; needs no token. Raises NoAnswer."""
        return await self.http.send("GET", self.status_url, deadline=deadline, probe=True)

    async def _ask(self, query: str, variables: Mapping[str, Any], deadline: float) -> Answer:
        return await self.http.send(
            "POST",
            self.api_url.rstrip("/") + "/graphql",
            headers={"authorization": f"Bearer {self._token()}"},
            json={"query": query, "variables": dict(variables)},
            repeatable=True,
            retries=1,
            deadline=deadline,
        )

    def _token(self) -> str:
        if not self.token:
            raise NotConfigured("No Cloudflare API token is set.", _TOKEN_HINT)
        return self.token


def _following(info: Mapping[str, Any], number: int) -> dict[str, str | int] | None:
    """What to ask for the page after this one; None after the last. Pure."""
    cursors = info.get("cursors")
    cursor = info.get("cursor") or (cursors.get("after") if isinstance(cursors, Mapping) else "")
    if isinstance(cursor, str) and cursor:
        return {"cursor": cursor}
    total, size = info.get("total_count"), info.get("per_page")
    pages = info.get("total_pages")
    if isinstance(pages, int):
        return {"page": number + 1} if number < pages else None
    if isinstance(total, int) and isinstance(size, int) and size > 0:
        return {"page": number + 1} if number * size < total else None
    return None


__all__ = [
    "Cloudflare",
    "CloudflareError",
    "CloudflareLimited",
    "CloudflareRefused",
    "Figures",
    "Page",
    "read_envelope",
    "read_graphql",
]
