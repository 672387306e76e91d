"""What the session address' answer to a stranger means. Pure."""

from __future__ import annotations

from bot.clients.http_faults import NoAnswer
from bot.clients.platform import Refusal, proves_nothing
from bot.errors import BadAnswer
from bot.judging.reading import Finding, Outcome, before_body, no_answer
from bot.judging.states import State


def read_session(outcome: Outcome, refusal: Refusal | None) -> Finding:
    """What the session address says to a stranger: a 401 is healthy."""
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
