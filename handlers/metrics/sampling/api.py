"""Uptime and response time: one request to the API's cheapest address, one to the site."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.clients.health_report import Report
from bot.clients.health_words import Condition
from bot.clients.http_faults import NoAnswer
from bot.clients.platform import HEALTH, OLD_HEALTH, PING, not_offered, report_of
from handlers.metrics.sampling.scene import Findings, Scene

if TYPE_CHECKING:
    from bot.clients.http import Answer

DEADLINE = 20.0
# Before the ping, releases had only health addresses, which write to KV and R2 or wake the
# database: those are asked every five minutes at most.
_DEAR_MINUTES = 5


async def measure(scene: Scene) -> Findings:
    """A check is good when API and site answer properly and the database is not known down."""
    (path, api), site = await asyncio.gather(_api(scene), _site(scene))
    if path == "":
        return Findings(note="only dear addresses are offered; asked every 5 minutes")
    if isinstance(api, NoAnswer) and isinstance(site, NoAnswer) and await _own_network(scene):
        return Findings(note="the bot's own network is down: nothing is known of the platform")
    api_good, site_good = api_is_good(path, api), site_is_good(site)
    if api_good is None:
        return Findings(note="the platform limits the bot's own requests (429)")
    good = api_good and site_good and not _database_down(scene)
    samples = [scene.sample("uptime", float(good), int(good))]
    if api_good and not isinstance(api, NoAnswer):
        samples.append(scene.sample("response_time", api.milliseconds))
    return Findings(tuple(samples), "" if good else _why(api_good, site_good))


def api_is_good(path: str, outcome: Answer | NoAnswer) -> bool | None:
    """Whether people could use the API; None where a 429 for the bot says nothing. Pure."""
    if isinstance(outcome, NoAnswer):
        return False
    if outcome.status == 429:
        return None
    if outcome.is_html or not outcome.body:
        return False
    if path == PING:
        return outcome.status < 400
    # A health body may come with 503 for a missing e-mail key: its words count.
    report = report_of(outcome)
    return outcome.status < 400 if report is None else _usable(report, outcome.status)


def site_is_good(outcome: Answer | NoAnswer) -> bool:
    """Whether the front page is there. Pure."""
    return not isinstance(outcome, NoAnswer) and outcome.status < 400 and bool(outcome.body)


def _usable(report: Report, status: int) -> bool:
    database = report.part("database", "db")
    if database is not None:
        return database.condition is not Condition.BAD
    return report.condition is not Condition.BAD and status < 500


async def _api(scene: Scene) -> tuple[str, Answer | NoAnswer]:
    platform = scene.clients.platform_for(scene.environment)
    refusal = await platform.refusal(deadline=DEADLINE)
    path = PING
    try:
        answer = await platform.get(PING, deadline=DEADLINE)
        if not not_offered(answer, refusal):
            return path, answer
        if scene.at.minute % _DEAR_MINUTES:
            return "", answer
        for path in (OLD_HEALTH, HEALTH):
            answer = await platform.get(path, deadline=DEADLINE)
            if not not_offered(answer, refusal):
                break
    except NoAnswer as fault:
        return path, fault
    return path, answer


async def _site(scene: Scene) -> Answer | NoAnswer:
    try:
        return await scene.clients.http.follow(
            scene.environment.site_url + "/", deadline=DEADLINE, probe=True
        )
    except NoAnswer as fault:
        return fault


async def _own_network(scene: Scene) -> bool:
    """Whether somebody else cannot be reached either."""
    try:
        await scene.clients.cloudflare.status(deadline=10.0)
    except NoAnswer:
        return True
    return False


def _database_down(scene: Scene) -> bool:
    """By the database's own samples, while they are fresh."""
    known = scene.store.samples.latest(scene.environment.name, "database_up")
    fresh = timedelta(seconds=3 * max(60, scene.settings.sampling.database))
    return known is not None and known.value == 0 and scene.now - known.at < fresh


def _why(api_good: bool, site_good: bool) -> str:
    lost = [name for name, good in (("API", api_good), ("site", site_good)) if not good]
    return f"bad: {' and '.join(lost) or 'database'}"
