"""Cloudflare: what its status page says of our parts, and whether its API takes the bot's token."""

from __future__ import annotations

import asyncio

from bot.clients.cloudflare import CloudflareLimited
from bot.clients.cloudflare_status import CloudflareStatus, read_status
from bot.clients.health_words import tidy
from bot.clients.http_faults import NoAnswer
from bot.errors import BadAnswer, OpsError, Refused
from bot.judging.reading import Finding, Outcome, describe
from bot.judging.states import State
from bot.judging.wording import duration, listed
from handlers.health.checks.uploads import ONLY_THE_BOT
from handlers.health.result import Check
from handlers.health.scene import Scene

_WITHOUT = "Deployments, rollbacks and logs do not work from here until then."
_FINE = "That says nothing against the platform."


async def check(scene: Scene) -> Check:
    page, api = await asyncio.gather(_page(scene), _api(scene))
    return decide(page, api)


def decide(page: Outcome, api: OpsError | bool) -> Check:
    """Join the status page with the API's answer (True: it works, False: not asked). Pure.

    An API that refuses the bot is the bot's trouble: the platform runs without it.
    """
    found = _read(page)
    told = {True: "takes the bot's token", False: "not asked: no token or Worker is configured"}
    evidence = [describe("Status page", page)]
    refused: Finding | None = None
    if isinstance(api, OpsError):
        evidence.append(f"API: {tidy(api.message, 200)}")
        refused = _api_finding(api)
        if refused.state.rank < found.state.rank:  # what the status page says comes first
            found = refused
    else:
        evidence.append(f"API: {told[api]}")
    latency = None if isinstance(page, NoAnswer) else page.milliseconds
    return Check(
        component="cloudflare",
        state=found.state,
        summary=found.summary,
        meaning=found.meaning,
        next_step=found.next_step,
        value=duration(latency) if latency is not None else "",
        latency_ms=latency,
        effect=ONLY_THE_BOT if found is refused else "",
        lost=str(page.trouble) if isinstance(page, NoAnswer) else "",
        evidence=tuple(evidence),
    )


async def _page(scene: Scene) -> Outcome:
    try:
        return await scene.clients.cloudflare.status(deadline=scene.settings.checks.cloudflare)
    except NoAnswer as fault:
        return fault


async def _api(scene: Scene) -> OpsError | bool:
    cloudflare, script = scene.clients.cloudflare, scene.environment.worker_script
    if not cloudflare.configured or not script:
        return False
    try:
        await cloudflare.call(
            "GET",
            f"{cloudflare.script(script)}/deployments",
            permission="Workers Scripts Read",
            probe=True,
            deadline=scene.settings.checks.cloudflare,
        )
    except OpsError as error:
        return error
    return True


def _read(page: Outcome) -> Finding:
    if isinstance(page, NoAnswer):
        meaning = f"Cloudflare's status page cannot be read: {tidy(page.message, 160)}"
        return Finding(State.UNKNOWN, "status not known", meaning)
    try:
        status = read_status(page.told()) if page.status == 200 else None
    except BadAnswer:
        status = None
    if status is None:
        return Finding(
            State.UNKNOWN,
            "status not known",
            f"Cloudflare's status page answers (HTTP {page.status}) in a form this bot does "
            "not know.",
        )
    return _judge(status)


def _judge(status: CloudflareStatus) -> Finding:
    outages = [part for part in status.affected if part.outage]
    incidents = listed([tidy(incident.name, 80) for incident in status.our_incidents], 2)
    step = "Nothing to do here but wait; follow cloudflarestatus.com."
    if outages or (status.our_incidents and status.indicator in {"major", "critical"}):
        names = listed([f"{tidy(part.name, 40)} ({part.condition})" for part in status.affected])
        what = names or incidents
        told = f" Incident: {incidents}." if incidents and names else ""
        return Finding(State.DOWN, "outage", f"Cloudflare reports an outage: {what}.{told}", step)
    if status.affected or status.our_incidents:
        names = listed([f"{tidy(part.name, 40)} ({part.condition})" for part in status.affected])
        meaning = f"Cloudflare reports trouble: {names or incidents}."
        return Finding(State.DEGRADED, "trouble reported", meaning, step)
    if status.indicator in {"major", "critical"}:
        # A page-wide alarm without our parts in it: worth a look, not proof of trouble here.
        meaning = f"Cloudflare says {tidy(status.description, 80)}, without naming our parts."
        return Finding(State.DEGRADED, "outage reported", meaning, step)
    return Finding(
        State.HEALTHY,
        "healthy",
        "Workers, Pages, R2 and the other parts in use are operational.",
    )


def _api_finding(error: OpsError) -> Finding:
    if isinstance(error, CloudflareLimited):
        summary, told = "API rate limited for the bot", "Cloudflare's API limits the bot."
    elif isinstance(error, Refused):
        summary, told = "bot's token refused", tidy(error.message, 160)
    else:
        summary, told = "API failing", tidy(error.message, 160)
    return Finding(State.UNKNOWN, summary, f"{told} {_FINE} {_WITHOUT}", error.hint)
