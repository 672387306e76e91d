"""Sign-in: the session address answers as it should to a stranger, and its own check is good."""

from __future__ import annotations

import asyncio

from bot.clients.health_report import Part
from bot.clients.http_faults import NoAnswer
from bot.clients.platform import SESSION, Refusal
from bot.judging.reading import Finding, Outcome, describe, part_finding
from bot.judging.sessions import read_session
from bot.judging.states import SOME_FAIL, State
from bot.judging.wording import duration
from handlers.health.checks import told
from handlers.health.result import Check
from handlers.health.scene import Scene

ADDRESS = "/api/health/auth"
_WORKS = frozenset({State.HEALTHY, State.NOT_OFFERED})


async def check(scene: Scene) -> Check:
    """GET without a session: 401 is the healthy answer. POST, as the guide has it, never was."""
    session, refusal, (part, asked) = await asyncio.gather(
        scene.answers.outcome(SESSION),
        scene.answers.refusal(),
        told.ask(scene, ADDRESS, ("auth",)),
    )
    again = await _again(scene, session)
    return decide(session, refusal, part, ((SESSION, session), *asked), again)


def decide(
    session: Outcome,
    refusal: Refusal | None,
    part: Part | None,
    asked: tuple[tuple[str, Outcome], ...] = (),
    again: Outcome | None = None,
) -> Check:
    """Join the session address' answer with the platform's own word on sign-in. Pure.

    `again` is its answer to the same question once more, asked where the first was a failure.
    """
    found = read_session(session, refusal)
    if (
        found.state is State.DOWN
        and again is not None
        and read_session(again, refusal).state in _WORKS
    ):
        found = Finding(
            State.DEGRADED,
            SOME_FAIL,
            "1 of 2 test requests to the session address failed.",
            "Look at the Worker's errors and the latest deployment.",
        )
    if part is not None:
        own = part_finding(part, "sign-in")
        inconclusive = found.state in {State.NOT_OFFERED, State.UNKNOWN}
        worse = own.state in {State.DOWN, State.DEGRADED} and own.state.rank < found.state.rank
        if worse or (inconclusive and own.state.judged):
            found = own
    latency = None if isinstance(session, NoAnswer) else session.milliseconds
    return Check(
        component="auth",
        state=found.state,
        summary=found.summary,
        meaning=found.meaning,
        next_step=found.next_step,
        value=duration(latency) if latency is not None else "",
        latency_ms=latency,
        lost=str(session.trouble) if isinstance(session, NoAnswer) else "",
        evidence=tuple(describe(label, outcome) for label, outcome in asked),
    )


async def _again(scene: Scene, first: Outcome) -> Outcome | None:
    """One failure does not mean that nobody can sign in; many questions would use up the limit."""
    if isinstance(first, NoAnswer) or first.status < 500:
        return None
    return await scene.answers.again(SESSION)
