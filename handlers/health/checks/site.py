"""The web site: that it really is the site, and that its redirects are safe."""

from __future__ import annotations

from bot.clients.health_words import tidy
from bot.clients.http_faults import NoAnswer
from bot.judging.pages import read_page
from bot.judging.reading import Finding, Outcome, describe
from bot.judging.states import State
from bot.judging.wording import duration
from handlers.health.result import Check
from handlers.health.scene import Scene

ALERT_MS = 2_000.0  # the operators' own monitoring alerted there


async def check(scene: Scene) -> Check:
    url = scene.environment.site_url
    outcome: Outcome
    try:
        outcome = await scene.clients.http.follow(
            url + "/", deadline=scene.settings.checks.site, probe=True
        )
    except NoAnswer as fault:
        outcome = fault
    return decide(url, outcome)


def decide(url: str, outcome: Outcome) -> Check:
    """What the site's front page shows. Pure."""
    found = read_page(url, outcome)
    latency = None if isinstance(outcome, NoAnswer) else outcome.milliseconds
    if found.state is State.HEALTHY and latency is not None and latency > ALERT_MS:
        meaning = f"The site loads, but slower than the limit of {duration(ALERT_MS)}."
        found = Finding(State.DEGRADED, "slow", meaning, "See Cloudflare's status.")
    return Check(
        component="site",
        state=found.state,
        summary=found.summary,
        meaning=found.meaning,
        next_step=found.next_step,
        value=duration(latency) if latency is not None else "",
        threshold=f"alert above {duration(ALERT_MS)}" if latency is not None else "",
        latency_ms=latency,
        lost=str(outcome.trouble) if isinstance(outcome, NoAnswer) else "",
        evidence=(describe(tidy(url, 160), outcome),),
    )
