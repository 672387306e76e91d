"""A report's figures by name: what has to be the same when it is made again. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from bot.phrases import minutes, plural, span, took
from bot.store.lessons_rows import ActionState
from handlers.lessons.report.impact import Impact
from handlers.lessons.report.result import Report
from handlers.lessons.words import UNSEEN


def figures(report: Report) -> dict[str, str]:
    """In the order in which people read them."""
    times, told = report.times, report.feedback
    done = sum(each.state is ActionState.DONE for each in report.actions)
    dropped = sum(each.state is ActionState.DROPPED for each in report.actions)
    return {
        "Severity": report.record.severity,
        "Title": report.record.title,
        "Affected": report.record.affected or "not recorded",
        "Time to detect": span(times.to_detect),
        "Time to acknowledge": took(times.to_acknowledge),
        "Time to mitigate": took(times.to_mitigate),
        "Time to resolve": took(times.to_resolve),
        "Open in all": span(times.lasted),
        "Opened again": _often(times.reopened),
        **impact_figures(report.impact),
        "Timeline entries": f"{report.entries:,}",
        "Feedback": f"{told.given} of {told.asked} asked",
        "Went well": str(len(told.well)),
        "Went wrong": str(len(told.wrong)),
        "Lucky": str(len(told.lucky)),
        "Contributing factors": ", ".join(f"{name} ({n})" for name, n in told.factors) or "none",
        "Action items": f"{len(report.actions)}, {done} done, {dropped} dropped",
        "Playbook steps skipped, late or not done": str(len(report.findings)),
        **{act.title: act.state for act in report.acts},
        "Evidence": plural(len(report.evidence), "bundle"),
    }


def _often(count: int) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count} times")


def impact_figures(impact: Impact) -> dict[str, str]:
    if impact.lost is None:
        lost = budget = f"{UNSEEN}: nothing was checked while it was open"
    else:
        used = impact.budget_used
        lost = (
            f"{minutes(impact.lost)} "
            f"({impact.failed_checks:,} of {plural(impact.checks, 'check')} failed)"
        )
        budget = (
            f"{used:.1f} % of the {minutes(impact.allowed)} that 30 days at "
            f"{impact.target:g} % allow"
            if used is not None
            else f"the objective of {impact.target:g} % allows none"
        )
    requests = UNSEEN
    if impact.requests is not None and impact.failed_requests is not None:
        share = 100 * impact.failed_requests / impact.requests if impact.requests else 0.0
        requests = f"{impact.failed_requests:,} of {impact.requests:,} failed ({share:.2f} %)"
    return {"SLO lost": lost, "Error budget used": budget, "Affected requests": requests}


def fingerprint(found: Mapping[str, str]) -> str:
    """Twelve hexadecimal digits that stand for these figures."""
    text = json.dumps(dict(found), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """What a correction says: `Time to resolve: 1 h → 1 h 20 min`."""
    names = [*after, *(name for name in before if name not in after)]
    return tuple(
        f"{name}: {before.get(name, 'not there')} → {after.get(name, 'not there')}"
        for name in names
        if before.get(name) != after.get(name)
    )
