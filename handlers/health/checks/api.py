"""The API: how fast it answers, and what it says of its own parts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.clients.http import Answer
from bot.clients.http_faults import NoAnswer, Trouble
from bot.clients.platform import HEALTH, OLD_HEALTH, PING, Refusal, report_of
from bot.judging.reading import Finding, Outcome, describe, read
from bot.judging.states import SOME_FAIL, State
from bot.judging.wording import duration
from handlers.health.result import Check
from handlers.health.scene import Scene

_PINGS = 5
_QUICK_MS = 2_000.0


async def check(scene: Scene) -> Check:
    """Ask the cheap address for the time and the telling one for the parts, side by side."""
    (pings, refusal), health = await asyncio.gather(_pings(scene), scene.answers.outcome(HEALTH))
    ping = next((each for each in pings if not _failed(each)), pings[0])
    asked = [*((PING, each) for each in pings[:1]), (HEALTH, health)]
    if read(health, refusal).state is State.NOT_OFFERED:
        health = await scene.answers.outcome(OLD_HEALTH)
        asked.append((OLD_HEALTH, health))
    reports = [health]
    if _plain_failure(health):
        label = asked[-1][0]
        health = await scene.answers.again(label)
        asked.append((label, health))
        reports.append(health)
    health = await _followed(scene, health)
    return decide(
        ping,
        health,
        refusal,
        scene.settings.metrics["response_time"].alert,
        tuple(asked),
        pings=pings,
        reports=reports,
    )


def decide(
    ping: Outcome,
    health: Outcome,
    refusal: Refusal | None,
    alert_ms: float,
    asked: tuple[tuple[str, Outcome], ...] = (),
    *,
    pings: Sequence[Outcome] = (),
    reports: Sequence[Outcome] = (),
) -> Check:
    """Weigh both answers; `alert_ms` is the guide's threshold for response time. Pure.

    `pings` and `reports` are all answers of the two addresses: some failing among good ones is
    trouble too.
    """
    swift, told = read(ping, refusal), read(health, refusal)
    latency = _latency(ping, swift, health)
    found = _weigh(swift, told, latency)
    if found.state is State.HEALTHY and latency is not None and latency > alert_ms:
        found = Finding(
            State.DEGRADED,
            "slow",
            f"Answers correctly, but slower than the limit of {duration(alert_ms)}.",
            "See which part is slow with the metrics.",
        )
    lost = sum(map(_failed, pings))
    broken = sum(map(_plain_failure, reports))
    by_chance = 0 < lost < len(pings) or 0 < broken < len(reports)
    settled = found.state not in {State.HEALTHY, State.UNKNOWN} and not _plain_failure(health)
    if by_chance and not settled:
        found = Finding(
            State.DEGRADED,
            SOME_FAIL,
            f"{lost + broken} of {len(pings) + len(reports)} test requests failed, "
            "so some of what people do fails too.",
            "Look at the Worker's errors and the latest deployment.",
        )
    several = [f"{len(pings)} requests to {PING}, {lost} of them failed"] if pings[1:] else []
    return Check(
        component="api",
        state=found.state,
        summary=found.summary,
        meaning=found.meaning,
        next_step=found.next_step,
        value=duration(latency) if latency is not None else "",
        threshold=f"alert above {duration(alert_ms)}" if latency is not None else "",
        latency_ms=latency,
        lost=str(health.trouble) if isinstance(health, NoAnswer) else "",
        blames=tuple(part.name for part in told.report.troubled) if told.report else (),
        evidence=(*(describe(label, outcome) for label, outcome in asked), *several),
    )


def _weigh(swift: Finding, told: Finding, latency: float | None) -> Finding:
    if told.state is State.NOT_OFFERED:
        if swift.state is not State.NOT_OFFERED:
            return swift
        time = f" in {duration(latency)}" if latency is not None else ""
        return Finding(
            State.UNKNOWN,
            "no health address",
            f"The API answers{time}, but this release offers no health address to ask.",
        )
    if swift.state is State.NOT_OFFERED or swift.state.rank >= told.state.rank:
        if told.state is State.DOWN and swift.state is State.HEALTHY:
            return Finding(
                State.DEGRADED,
                told.summary,
                f"Answers the short question, but not the one for its parts: {told.meaning}",
                told.next_step,
            )
        return told
    if swift.state is State.DOWN:  # the short question fails, the long one works
        meaning = f"Its health report answers, but its short question fails: {swift.meaning}"
        return Finding(State.DEGRADED, swift.summary, meaning, swift.next_step)
    return swift


def _latency(ping: Outcome, swift: Finding, health: Outcome) -> float | None:
    """Milliseconds of the cheap address where it is offered, else of the health report."""
    if isinstance(ping, Answer) and swift.state is not State.NOT_OFFERED:
        return ping.milliseconds
    return health.milliseconds if isinstance(health, Answer) else None


async def _pings(scene: Scene) -> tuple[list[Outcome], Refusal | None]:
    """The cheap address, several times where it is offered and quick: it touches nothing."""
    first, refusal = await asyncio.gather(scene.answers.outcome(PING), scene.answers.refusal())
    if read(first, refusal).state is State.NOT_OFFERED or _milliseconds(first) > _QUICK_MS:
        return [first], refusal
    rest = await asyncio.gather(*(scene.answers.again(PING) for _ in range(_PINGS - 1)))
    return [first, *rest], refusal


def _failed(outcome: Outcome) -> bool:
    return isinstance(outcome, NoAnswer) or outcome.status >= 500


def _plain_failure(outcome: Outcome) -> bool:
    """A server's failure that tells of no part: by its form alone it may be chance."""
    if isinstance(outcome, NoAnswer) or outcome.status < 500 or outcome.status == 501:
        return False
    report = report_of(outcome)
    return report is None or not report.parts


def _milliseconds(outcome: Outcome) -> float:
    return outcome.seconds * 1000


async def _followed(scene: Scene, outcome: Outcome) -> Outcome:
    """A redirect says little until it is known whether it ever ends."""
    if not isinstance(outcome, Answer) or outcome.status not in {301, 302, 303, 307, 308}:
        return outcome
    try:
        await scene.clients.http.follow(outcome.url, deadline=scene.settings.checks.api, probe=True)
    except NoAnswer as fault:
        if fault.trouble is Trouble.REDIRECTS:
            return fault
    return outcome
