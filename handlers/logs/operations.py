"""Reads a Worker's kept logs: the newest entries that fit, grouped."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from bot.clients import Clients
from bot.clients.cloudflare import Cloudflare
from bot.clients.cloudflare_telemetry import ERROR_FILTERS, KEPT, MOST, KeptEvent, events
from bot.errors import BadInput, NotConfigured
from bot.settings import Environment
from handlers.logs.entries import fits, of_kept
from handlers.logs.grouping import grouped
from handlers.logs.result import Past

MOST_LAST = 200
DEADLINE = 15.0  # seconds for one question to Cloudflare


def script_of(environment: Environment, cloudflare: Cloudflare) -> str:
    """The Worker whose logs are meant; NotConfigured says what to set."""
    if not environment.worker_script:
        raise NotConfigured(
            f"No Worker is named for {environment.name}.",
            f"Set worker_script under [environments.{environment.name}] in pitchey.toml.",
        )
    if not cloudflare.token:
        raise NotConfigured(
            "No Cloudflare API token is set, so no logs can be read.",
            "Set CLOUDFLARE_API_TOKEN, with Workers Observability Read and Workers Tail Read.",
        )
    _ = cloudflare.account  # raises where none is set
    return environment.worker_script


def check(last: int, since: timedelta) -> None:
    """Raises BadInput for numbers that make no sense."""
    if not 1 <= last <= MOST_LAST:
        raise BadInput(f"`--last` is from 1 to {MOST_LAST}, not {last}.")
    if since <= timedelta():
        raise BadInput("`--since` must be longer than nothing.", "For example `--since 24h`.")
    if since > KEPT:
        raise BadInput("Cloudflare keeps logs for 7 days.", "Ask for `--since 7d` at most.")


async def read_past(
    clients: Clients,
    environment: Environment,
    now: datetime,
    *,
    errors_only: bool,
    last: int,
    match: str,
    since: timedelta,
) -> Past:
    """The `last` newest entries that fit; raises what the API does."""
    script = script_of(environment, clients.cloudflare)
    begin = now - since
    limit = MOST if match else min(MOST, max(100, last * 5))

    async def ask(*filters: dict[str, object], limit: int = limit) -> tuple[KeptEvent, ...]:
        return await events(
            clients.cloudflare,
            script,
            begin,
            now,
            filters=filters,
            limit=limit,
            deadline=DEADLINE,
        )

    questions = ERROR_FILTERS if errors_only else ((),)
    # None is left running where another one fails.
    told = await asyncio.gather(*(ask(*filters) for filters in questions), return_exceptions=True)
    answers = [_whole(answer) for answer in told]
    wanted = [
        entry
        for entry in of_kept(event for answer in answers for event in answer)
        if fits(entry, errors_only=errors_only, match="")
    ]
    found = [entry for entry in wanted if fits(entry, errors_only=errors_only, match=match)]
    # No error is good news only where anything was kept.
    kept = any(answers) or (errors_only and bool(await ask(limit=1)))
    return Past(
        environment=environment.name,
        script=script,
        errors_only=errors_only,
        match=match,
        since=begin,
        until=now,
        entries=tuple(found[:last]),
        groups=grouped(found[:last]),
        found=len(found),
        full=any(len(answer) >= limit for answer in answers),
        last=last,
        unmatched=len(wanted) - len(found),
        kept=kept,
    )


def _whole(answer: tuple[KeptEvent, ...] | BaseException) -> tuple[KeptEvent, ...]:
    if isinstance(answer, BaseException):
        raise answer
    return answer
