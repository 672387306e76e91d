"""The Worker's answers of the last minutes: failures, exceptions by version, and CPU time.

Workers telemetry tells them within seconds; where it keeps nothing, Cloudflare's analytics do,
some minutes late, without the statuses of answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from bot.clients.cloudflare import Cloudflare
from bot.clients.cloudflare_analytics import WorkerFigures, worker_figures
from bot.clients.cloudflare_observability import kept_figures
from bot.errors import NotConfigured, OpsError
from bot.judging.wording import duration
from bot.phrases import plural
from handlers.diagnosis.evidence import Notebook
from handlers.diagnosis.limits import (
    CPU_MS,
    CPU_SHARE,
    ERROR_PERCENT,
    FEWEST,
    FEWEST_BAD,
    LIMITED_PERCENT,
    THROWN_PERCENT,
)
from handlers.diagnosis.probes.counting import CALCULATIONS, GROUPS, Counts, counts
from handlers.diagnosis.scene import Scene

FACTS = ("cpu_ms", "cpu_share", "answers_failed", "answers_limited", "thrown", "thrown_version")
WINDOW = timedelta(minutes=5)
_LATE = timedelta(minutes=15)  # analytics are asked so far back, and judged by their newest steps
_NEWEST = 3  # steps of analytics that are still "now"
_SPAN = "in 5 minutes"
_DEFAULT_LIMIT_MS = 30_000.0  # a paid Worker without a limit of its own


async def look(scene: Scene, book: Notebook) -> None:
    cloudflare, script = scene.clients.cloudflare, scene.environment.worker_script
    if not cloudflare.configured or not script:
        raise NotConfigured(
            "Cloudflare is not configured for this environment.",
            "Set CLOUDFLARE_API_TOKEN, and account_id and worker_script in pitchey.toml.",
        )
    telemetry, analytics, limit_ms = await asyncio.gather(
        _telemetry(scene, script), _analytics(scene, script), _limit(cloudflare, script, scene)
    )
    if isinstance(telemetry, Counts) and telemetry.answers:
        _answers(telemetry, book)
        if telemetry.answers >= FEWEST:
            _cpu(telemetry.cpu_median_ms, telemetry.cpu_p99_ms, limit_ms, _SPAN, book)
        else:
            few = f"Only {plural(telemetry.answers, 'request')} {_SPAN}: too few to tell."
            book.lack("CPU time of the Worker", few, "", ("cpu_ms", "cpu_share"))
        return
    reason = (
        telemetry.message
        if isinstance(telemetry, OpsError)
        else "Telemetry holds no answers of the last 5 minutes: is observability on?"
    )
    lost = ("answers_failed", "answers_limited", "thrown", "thrown_version")
    hint = telemetry.hint if isinstance(telemetry, OpsError) else ""
    book.lack("Workers telemetry", reason, hint, lost)
    if isinstance(analytics, OpsError):
        book.lack(
            "Cloudflare's analytics", analytics.message, analytics.hint, ("cpu_ms", "cpu_share")
        )
        return
    _from_analytics(analytics, limit_ms, scene, book)


async def _telemetry(scene: Scene, script: str) -> Counts | OpsError:
    until = scene.now + timedelta(minutes=1)
    try:
        result = await kept_figures(
            scene.clients.cloudflare, script, scene.now - WINDOW, until,
            calculations=CALCULATIONS, groups=GROUPS, deadline=scene.deadline,
        )  # fmt: skip
    except OpsError as error:
        return error
    return counts(result)


async def _analytics(scene: Scene, script: str) -> WorkerFigures | OpsError:
    try:
        return await worker_figures(
            scene.clients.cloudflare,
            script,
            scene.now - _LATE,
            scene.now + timedelta(minutes=1),
            step=timedelta(minutes=1),
            deadline=scene.deadline,
        )
    except OpsError as error:
        return error


async def _limit(cloudflare: Cloudflare, script: str, scene: Scene) -> float:
    """The Worker's CPU limit in ms; the default of a paid plan where Cloudflare does not tell."""
    try:
        held = await cloudflare.get(
            f"{cloudflare.script(script)}/settings",
            permission="Workers Scripts Read",
            deadline=scene.deadline,
        )
    except OpsError:
        return _DEFAULT_LIMIT_MS
    limits = held.get("limits") if isinstance(held, Mapping) else None
    chosen = limits.get("cpu_ms") if isinstance(limits, Mapping) else None
    sane = isinstance(chosen, (int, float)) and not isinstance(chosen, bool) and chosen > 0
    return float(chosen) if sane and chosen is not None else _DEFAULT_LIMIT_MS


def _answers(seen: Counts, book: Notebook) -> None:
    enough = seen.answers >= FEWEST
    for name, title, count, most in (
        ("answers_failed", "Answers that are 5xx", seen.failed, ERROR_PERCENT),
        ("answers_limited", "Answers that are 429", seen.limited, LIMITED_PERCENT),
        ("thrown", "Requests in which the Worker threw", seen.thrown, THROWN_PERCENT),
    ):
        percent = 100.0 * count / seen.answers
        shown = f"{percent:.1f} % ({count:,} of {seen.answers:,} {_SPAN})"
        limit = f"alert above {most:g} %"
        book.note(
            name,
            title,
            percent,
            shown,
            limit,
            bad=enough and count >= FEWEST_BAD and percent > most,
        )
    version, share = seen.worst_version
    if version and share > THROWN_PERCENT:
        shown = f"{version[:8]}, {share:.0f} % of its requests"
        book.note("thrown_version", "The version that throws", version, shown, bad=True)


def _cpu(median_ms: float, p99_ms: float, limit_ms: float, when: str, book: Notebook) -> None:
    shown = f"median {median_ms:.1f} ms, 99th percentile {p99_ms:.0f} ms, {when}"
    limit = f"alert above a median of {duration(CPU_MS)}"
    book.note("cpu_ms", "CPU time of the Worker", median_ms, shown, limit, bad=median_ms > CPU_MS)
    share = 100.0 * p99_ms / limit_ms
    shown = f"{share:.1f} % of {limit_ms:,.0f} ms"
    limit = f"alert above {CPU_SHARE:g} %"
    book.note("cpu_share", "CPU against its limit", share, shown, limit, bad=share > CPU_SHARE)


def _from_analytics(seen: WorkerFigures, limit_ms: float, scene: Scene, book: Notebook) -> None:
    newest = seen.newest
    if newest is None or scene.now - newest > timedelta(minutes=6):
        book.lack(
            "Cloudflare's analytics",
            "They tell nothing of the last minutes yet; they are always some minutes late.",
            "Look again in a few minutes.",
            ("cpu_ms", "cpu_share"),
        )
        return
    steps = seen.steps[-_NEWEST:]
    requests = max(1, sum(step.requests for step in steps))
    median = sum(step.cpu_p50_ms * step.requests for step in steps) / requests
    highest = max(step.cpu_p99_ms for step in steps)
    _cpu(median, highest, limit_ms, f"in {len(steps)} minutes by Cloudflare's analytics", book)
