"""Ask an environment a few real questions, and say whether it is well."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from bot.clients import Clients
from bot.clients.health_report import Report
from bot.clients.health_words import Condition
from bot.clients.http import Answer
from bot.clients.http_faults import NoAnswer
from bot.clients.platform import HEALTH, OLD_HEALTH, PING, Refusal, not_offered, report_of
from bot.settings import Settings
from bot.settings.tables import Environment
from bot.verification.answering import override, who_answers
from bot.verification.judging import Sample, Verification, judge

PATHS = (PING, "/api/pitches")  # what the platform can be asked without an account
AT_ONCE = 4
_SECOND_HELPING = 1.5  # so many times more requests where some of the first ones failed
_PAUSE = 1.0
Say = Callable[[str], Awaitable[None]]


async def verify(  # noqa: PLR0913 - every option is keyword-only
    settings: Settings,
    clients: Clients,
    environment: Environment,
    *,
    expect_version: str = "",
    overriding: bool = False,
    before: Verification | None = None,
    requests: int = 20,
    patience: float = 30.0,
    say: Say | None = None,
) -> Verification:
    """Whether it is well now; never raises for what the platform does.

    `expect_version` is the id that should answer, waited for at most `patience` seconds, as a
    deployment takes a while to reach every place. With `overriding`, that version is asked by
    header, whatever its share of the traffic. What was wrong `before` is not blamed on the change.
    """
    script = environment.worker_script or ""
    headers = override(script, expect_version) if overriding else {}
    platform = clients.platform_for(environment)
    platform.forget()
    answered = await _settled(clients, environment, expect_version, headers, patience, say)
    if overriding and answered.proved is not True:
        return answered  # whoever answered was somebody else, so their answers say nothing
    deadline = settings.checks.api
    refusal = await platform.refusal(deadline=deadline)
    paths = await _offered(clients, environment, headers, refusal, deadline)
    if say is not None:
        await say(f"Sending {requests} test requests to {environment.name}")
    samples = await _ask(clients, environment, paths, headers, requests, deadline)
    if any(sample.trouble for sample in samples) and not all(each.trouble for each in samples):
        more = round(requests * _SECOND_HELPING)
        samples += await _ask(clients, environment, paths, headers, more, deadline)
    found = judge(
        samples,
        await _report(clients, environment, headers, refusal, deadline),
        limit_percent=settings.metrics["error_rate"].alert,
        limit_ms=settings.metrics["response_time"].alert,
        before=before,
    )
    return replace(
        found,
        problems=(*answered.problems, *found.problems),
        unsure=(*answered.unsure, *found.unsure),
        version=answered.version,
        proved=answered.proved,
    )


async def _settled(
    clients: Clients,
    environment: Environment,
    expected: str,
    headers: Mapping[str, str],
    patience: float,
    say: Say | None,
) -> Verification:
    """Wait until the expected version answers; what is known of the version, and nothing else."""
    ends = time.monotonic() + patience
    while True:
        found = await who_answers(clients, environment, headers, deadline=10.0)
        if not expected:
            return Verification(version=found.version)
        if not found.version:
            told = f"Which version answered could not be told: {found.why}."
            return Verification(unsure=(told,))
        if found.version == expected:
            return Verification(version=found.version, proved=True)
        if time.monotonic() >= ends:
            told = (
                f"Version {found.version[:8]} answered, not {expected[:8]}, "
                f"after {patience:.0f} s too."
            )
            return Verification(version=found.version, proved=False, problems=(told,))
        if say is not None:
            await say(f"Waiting until version {expected[:8]} answers everywhere")
        await asyncio.sleep(_PAUSE)


async def _offered(
    clients: Clients,
    environment: Environment,
    headers: Mapping[str, str],
    refusal: Refusal | None,
    deadline: float,
) -> tuple[str, ...]:
    """The test addresses that this release has; the health report where it has none of them."""
    found = []
    for path in PATHS:
        outcome = await _get(clients, environment, path, headers, deadline)
        if not isinstance(outcome, Answer) or not not_offered(outcome, refusal):
            found.append(path)
    return tuple(found) or (HEALTH,)


async def _ask(
    clients: Clients,
    environment: Environment,
    paths: Sequence[str],
    headers: Mapping[str, str],
    requests: int,
    deadline: float,
) -> list[Sample]:
    """Samples that say something: a limited request (429) tells nothing about a release."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(path: str) -> Sample | None:
        async with gate:
            outcome = await _get(clients, environment, path, headers, deadline)
        if isinstance(outcome, NoAnswer):
            return Sample(path, outcome.seconds * 1000, str(outcome.trouble))
        if outcome.status == 429:
            return None
        return Sample(path, outcome.milliseconds, _trouble(path, outcome))

    asked = [one(paths[number % len(paths)]) for number in range(requests)]
    return [sample for sample in await asyncio.gather(*asked) if sample is not None]


def _trouble(path: str, answer: Answer) -> str:
    """Why that answer is a failure; empty where it is none. Pure."""
    if answer.status >= 500:
        return f"HTTP {answer.status}"
    if answer.is_html:
        return "a web page in place of JSON"
    if not answer.body:
        return "an empty answer"
    if path == PING:
        report = report_of(answer)
        if report is not None and report.condition is Condition.BAD:
            return f"it says {report.said or 'bad'}"
    return ""


async def _report(
    clients: Clients,
    environment: Environment,
    headers: Mapping[str, str],
    refusal: Refusal | None,
    deadline: float,
) -> Report | None:
    for path in (HEALTH, OLD_HEALTH):
        outcome = await _get(clients, environment, path, headers, deadline)
        if isinstance(outcome, Answer) and not not_offered(outcome, refusal):
            report = report_of(outcome)
            # An error in place of a report is a failed request, not a report.
            failed = outcome.status >= 500 and report is not None and not report.parts
            return None if failed else report
    return None


async def _get(
    clients: Clients,
    environment: Environment,
    path: str,
    headers: Mapping[str, str],
    deadline: float,
) -> Answer | NoAnswer:
    try:
        return await clients.http.send(
            "GET",
            environment.api_url + path,
            headers={"accept": "application/json", **headers},
            deadline=deadline,
            probe=True,
        )
    except NoAnswer as fault:
        return fault
