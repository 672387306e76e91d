"""Single lines of a monthly review, for its message and its files. Pure; nothing escaped."""

from __future__ import annotations

from bot.forecasting import FEWEST_DAYS
from bot.phrases import plural, span
from handlers.reports.lines import incident_words
from handlers.reports.result import Facts, Forecast, Overdue, Review
from handlers.reports.wording import amount, compared

TOO_FEW_DAYS = f"Too few days were measured for a forecast ({FEWEST_DAYS} are needed)."


def objective_words(review: Review) -> str:
    """`Error budget: 12 min of 43 min used, 72 % left (target 99.9 %)`."""
    found = review.objective
    target = f"(target {found.target:g} %)"
    if found.lost is None or found.left is None:
        return f"Error budget: not measured {target}"
    left = f"{found.left:.0f} % left" if found.left > 0 else "nothing left"
    return f"Error budget: {span(found.lost)} of {span(found.allowed)} used, {left} {target}"


def security_words(facts: Facts, review: Review) -> list[str]:
    found = review.security
    lines = [incident_words(each, facts.zone) for each in found.incidents]
    if not lines:
        lines = ["No security incident that is open to everybody."]
    chain = "is intact" if not found.chain else f"is NOT intact: {found.chain}"
    lines.append(f"Audit log: {plural(found.entries, 'entry', 'entries')} this month; it {chain}.")
    lines.append(
        f"{plural(found.refused, 'command')} refused for want of a right; "
        f"{plural(len(found.glass), 'operation')} without a second person (glass broken)."
    )
    ran = f"ran {plural(found.audits, 'time')}" if found.audits else "did not run"
    lines.append(f"The security audit {ran} this month.")
    return lines


def change_words(forecast: Forecast) -> str:
    """`+190 MB`; of a percentage in points, since 2 % more of 70 % would be 71.4 %."""
    sign, moved = "+" if forecast.a_month >= 0 else "−", abs(forecast.a_month)
    size = f"{moved:.1f} points" if forecast.unit == "%" else amount(moved, forecast.unit)
    return f"{sign}{size}"


def forecast_words(forecast: Forecast) -> str:
    """`Database size 3.8 GB, +190 MB a month; reaches 5.0 GB in about March 2027`."""
    now = amount(forecast.now, forecast.unit)
    told = f"{forecast.title} {now}, {change_words(forecast)} a month"
    if forecast.limit is None:
        return f"{told}; it has no limit"
    most = amount(forecast.limit, forecast.unit)
    if forecast.reaches is None:
        return f"{told}; does not reach its limit of {most} within a year"
    return f"{told}; reaches its limit of {most} about {forecast.reaches:%d %B %Y}"


def overdue_words(overdue: Overdue) -> str:
    return (
        f"{overdue.name}: reviewed {overdue.reviewed}, {plural(overdue.late_days, 'day')} overdue"
    )


def documentation_words(review: Review) -> list[str]:
    lines = [overdue_words(each) for each in review.overdue]
    if not lines:
        return [f"All {plural(review.playbooks, 'playbook')} and every document are reviewed."]
    good = review.playbooks - sum(each.name.startswith("Playbook") for each in review.overdue)
    return [*lines, f"{good} of {plural(review.playbooks, 'playbook')} are within their date."]


def improvement_words(facts: Facts, review: Review) -> list[str]:
    late = [each for each in facts.planned if each.kind == "action" and each.late]
    still = [each for each in facts.planned if each.kind == "action" and not each.late]
    return [
        f"Done: {plural(len(review.done), 'action item')}"
        + ("" if not review.done else f" ({_some([each.text for each in review.done])})"),
        f"Overdue: {len(late)}" + ("" if not late else f" ({_some([each.text for each in late])})"),
        f"Open and in time: {len(still)}",
    ]


def delivery_words(facts: Facts, review: Review) -> list[str]:
    return [
        f"{each.title}: {amount(each.value, each.unit)}"
        + (f", {compared(each, facts.kind_noun)}" if each.value is not None else "")
        + f" ({each.working})"
        for each in review.delivery
    ]


def _some(texts: list[str]) -> str:
    shown = "; ".join(texts[:3])
    return f"{shown}; and {len(texts) - 3} more" if len(texts) > 3 else shown
