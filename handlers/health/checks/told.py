"""What the platform itself says of one part, where the bot cannot look at the part directly."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.clients.health_report import Part, Report
from bot.clients.http import Answer
from bot.clients.http_faults import NoAnswer
from bot.clients.platform import HEALTH, OLD_HEALTH, report_of
from bot.judging.asking import worst_part
from bot.judging.reading import Finding, Outcome, describe, part_finding, quota
from bot.judging.states import State
from bot.judging.wording import duration
from handlers.health.result import Check
from handlers.health.scene import Scene


async def ask(
    scene: Scene, address: str, names: Sequence[str]
) -> tuple[Part | None, tuple[tuple[str, Outcome], ...]]:
    """The platform's word on a part, the worst it has, and the answers it came from.

    Asks the part's own address and the general report side by side; the oldest report, which
    costs the platform writes, only when neither speaks of the part.
    """
    (own, own_answer), (general, general_answer) = await asyncio.gather(
        scene.answers.report(address), scene.answers.report(HEALTH)
    )
    asked = [(address, own_answer), (HEALTH, general_answer)]
    merged = _merged(own, general, names)
    if merged is None and not isinstance(general_answer, NoAnswer):
        old, old_answer = await scene.answers.report(OLD_HEALTH)
        asked.append((OLD_HEALTH, old_answer))
        merged = worst_part(old, names)
    return merged, tuple(asked)


async def by_platform(
    scene: Scene, component: str, address: str, names: Sequence[str], who: str, enable: str
) -> Check:
    """A whole check from the platform's word alone; `enable` says how to look directly."""
    part, asked = await ask(scene, address, names)
    return decide(component, part, asked, who, enable)


def decide(
    component: str,
    part: Part | None,
    asked: tuple[tuple[str, Outcome], ...],
    who: str,
    enable: str,
) -> Check:
    """What the platform's word on a part means. Pure."""
    evidence = tuple(describe(label, outcome) for label, outcome in asked)
    answered = [outcome for _, outcome in asked if isinstance(outcome, Answer)]
    if part is not None:
        found = part_finding(part, who)
        latency = part.latency_ms
        if found.state is State.NOT_CONFIGURED:
            found = replace(found, next_step=enable)
    elif any(answer.status == 402 for answer in answered):
        found, latency = quota("The platform answers that its compute quota is exhausted."), None
    elif answered and all(_says_nothing(answer) for answer in answered):
        meaning = f"This release says nothing of {who}."
        found, latency = Finding(State.NOT_OFFERED, "not offered", meaning, enable), None
    elif answered:
        meaning = f"The platform's answers say nothing readable of {who}."
        found, latency = Finding(State.UNKNOWN, "not told", meaning, enable), None
    else:
        meaning = f"The API, which would tell of {who}, does not answer."
        found, latency = Finding(State.UNKNOWN, "nobody to ask", meaning, enable), None
    return Check(
        component=component,
        state=found.state,
        summary=found.summary,
        meaning=found.meaning,
        next_step=found.next_step,
        value=duration(latency) if latency is not None else "",
        latency_ms=latency,
        evidence=evidence,
    )


def _says_nothing(answer: Answer) -> bool:
    """Refused, or a readable report that does not name the part."""
    if answer.status in {401, 403, 404, 405, 410, 501}:
        return True
    return not answer.is_html and report_of(answer) is not None


def _merged(own: Report | None, general: Report | None, names: Sequence[str]) -> Part | None:
    parts = tuple(part for report in (own, general) if report is not None for part in report.parts)
    if not parts:
        return None
    source = own or general
    return worst_part(replace(source, parts=parts), names) if source is not None else None
