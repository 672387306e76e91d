"""Response time as the bot itself sees it, now."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from bot.clients.http import Answer
from bot.clients.http_faults import NoAnswer
from bot.clients.platform import HEALTH, PING, not_offered
from bot.settings import MetricName
from handlers.metrics.result import Gap, Reading
from handlers.metrics.source import Measuring

_TIMES = 5


class Probes:
    """Five requests, one after the other, to the cheapest address the release offers."""

    name = "probes"
    metrics: tuple[MetricName, ...] = ("response_time",)
    deadline = 20.0

    async def read(self, scene: Measuring) -> Sequence[Reading | Gap]:
        platform = scene.clients.platform_for(scene.environment)
        refusal = await platform.refusal(deadline=self.deadline)
        path = PING
        times: list[float] = []
        lost = 0
        for _ in range(_TIMES):
            try:
                answer = await platform.get(path, deadline=self.deadline / _TIMES)
                if path == PING and not_offered(answer, refusal):
                    path = HEALTH  # older releases: dearer, and the nearest there is
                    answer = await platform.get(path, deadline=self.deadline / _TIMES)
            except NoAnswer:
                lost += 1
                continue
            if usable(answer) and not (path == HEALTH and not_offered(answer, refusal)):
                times.append(answer.milliseconds)
            else:
                lost += 1
        return summarise(path, times, lost)


def usable(answer: Answer) -> bool:
    """Whether the time of an answer is the time of a working API."""
    return answer.status < 400 and bool(answer.body) and not answer.is_html


def summarise(path: str, times: Sequence[float], lost: int) -> Sequence[Reading | Gap]:
    """The median of what came back. Pure."""
    if not times:
        reason = f"None of {lost} requests to {path} was answered properly."
        return [Gap("response_time", reason, "Check health to see why.")]
    detail = f"fastest {min(times):.0f} ms, slowest {max(times):.0f} ms"
    if lost:
        detail += f", {lost} of {lost + len(times)} failed"
    return [
        Reading(
            "response_time",
            statistics.median(times),
            f"median of {len(times)} requests to {path}",
            "just now",
            len(times),
            detail,
        )
    ]
