"""Sign-in: the session address answers as it should to a stranger, and its own check is good."""

from __future__ import annotations

import asyncio

from bot.clients.health_report import Part
from bot.clients.http_faults import NoAnswer
from bot.clients.platform import SESSION, Refusal, proves_nothing
from bot.errors import BadAnswer
from handlers.health.checks import told
from handlers.health.reading import Finding, Outcome, before_body, describe, no_answer, part_finding
from handlers.health.result import SOME_FAIL, Check, State
from handlers.health.scene import Scene
from handlers.health.wording import duration

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
    found = _session(session, refusal)
    if found.state is State.DOWN and again is not None and _session(again, refusal).state in _WORKS:
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


def _session(outcome: Outcome, refusal: Refusal | None) -> Finding:
    if isinstance(outcome, NoAnswer):
        return no_answer(outcome)
    if proves_nothing(outcome, refusal):
        return Finding(
            State.UNKNOWN,
            "not provable",
            f"This release answers HTTP {outcome.status} to every address, so the answer of the "
            "session address proves nothing.",
        )
    early = before_body(outcome, refusal, "The session address")
    if early is not None:
        return early
    try:
        body = outcome.told()
    except BadAnswer:
        body = outcome
    if outcome.status == 401 and body is not outcome:
        return Finding(
            State.HEALTHY,
            "healthy",
            "Strangers are refused, as they should be (HTTP 401 without a session).",
        )
    if outcome.status == 200 and (body is None or isinstance(body, dict)):
        return Finding(State.HEALTHY, "healthy", "The session address answers.")
    if outcome.status >= 500:
        return Finding(
            State.DOWN,
            f"fails with HTTP {outcome.status}",
            f"The session address fails with HTTP {outcome.status}: people cannot sign in.",
            "Look at the Worker's errors and the sign-in secrets.",
        )
    return Finding(
        State.UNKNOWN,
        "unknown form",
        f"The session address answers (HTTP {outcome.status}), but in a form this bot does not "
        "know.",
    )
