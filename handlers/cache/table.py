"""The guide's TTL table against what the responses really say, route by route."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.clients.http import Answer
from bot.clients.platform import Refusal, not_offered
from bot.errors import OpsError
from bot.purging.addresses import absolute, is_api
from bot.purging.known import Known, fits, known
from handlers.cache.judging import judge
from handlers.cache.result import Row, Table, Verdict
from handlers.cache.words import lasting

if TYPE_CHECKING:
    from bot.runtime import Runtime

_SECONDS = 15.0
_MOST = 2  # addresses asked for a pattern: some routes allow 20 requests in 5 minutes
_SIGN_IN = "/api/auth/session"  # the one address of /api/auth that a look does not change


async def table(runtime: Runtime) -> Table:
    """Ask each route once, without a session; never raises for what a route answers."""
    clients, settings = runtime.clients, runtime.settings
    environment = settings.environment()
    found, refusal = await asyncio.gather(
        known(clients, settings),
        clients.platform_for(environment).refusal(deadline=_SECONDS),
    )
    asked = [
        (pattern, wanted, url)
        for pattern, wanted in settings.cache.ttl.items()
        for url in addresses(pattern, found, environment.site_url, environment.api_url) or [""]
    ]
    rows = await asyncio.gather(*(_row(runtime, *each, refusal) for each in asked))
    order = list(Verdict)
    ordered = sorted(rows, key=lambda row: order.index(row.verdict))
    return Table(tuple(ordered), found.missing, bool(clients.cloudflare.zone_id))


def addresses(pattern: str, found: Known, site_url: str, api_url: str) -> Sequence[str]:
    """Whole addresses that a pattern of the table stands for; empty where none is known. Pure."""
    if "*" not in pattern:
        return [absolute(pattern, site_url, api_url)]
    session = absolute(_SIGN_IN, site_url, api_url)
    if fits(pattern, session):
        return [session]
    host = api_url if is_api(pattern.rstrip("*")) else site_url
    return [url for url in found.fitting(pattern) if url.startswith(host)][:_MOST]


async def _row(
    runtime: Runtime, pattern: str, wanted: int, url: str, refusal: Refusal | None
) -> Row:
    if not url:
        why = "no address of the platform that fits is known"
        step = "name one in [cache] routes of pitchey.toml"
        return Row(pattern, wanted, Verdict.UNKNOWN, why=why, step=step)
    try:
        answer = await runtime.clients.http.send("GET", url, deadline=_SECONDS, probe=True)
    except OpsError as error:
        return Row(pattern, wanted, Verdict.FAILED, url, why=error.message)
    return read(pattern, wanted, url, answer, refusal)


def read(pattern: str, wanted: int, url: str, answer: Answer, refusal: Refusal | None) -> Row:
    """Pure."""
    if answer.status == 429 or answer.status >= 500:
        why = f"answers HTTP {answer.status}"
        return Row(pattern, wanted, Verdict.FAILED, url, why=why, step="check the health first")
    # A release that answers 401 to everything does not offer what it refuses the same way.
    if url.endswith(_SIGN_IN) is False and not_offered(answer, refusal):
        why = f"this release does not offer it (HTTP {answer.status})"
        return Row(
            pattern, wanted, Verdict.NOT_OFFERED, url, why=why,
            step=f"keep it for {lasting(wanted)} once it is there" if wanted else "",
        )  # fmt: skip
    return judge(pattern, wanted, url, answer.status, answer.headers)
