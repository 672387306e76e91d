"""Single lines of a report, for messages and for files alike. Pure; plain text, nothing escaped."""

from __future__ import annotations

from collections import Counter, defaultdict
from zoneinfo import ZoneInfo

from bot.phrases import plural, span
from handlers.reports.result import Advice, Facts, Figure, Incident, Planned, Standing, Work
from handlers.reports.wording import amount, compared, lasted, limit, moment, thin

CARE = "Database care"
# What was done, for people who do not know the commands; others are told by their names.
DONE = {
    "db vacuum": "clean-up (vacuum)", "db vacuum-full": "compaction (vacuum full)",
    "db analyze": "statistics renewed", "db reindex": "indexes rebuilt",
    "db create-index": "index added", "db drop-index": "index removed",
    "db archive": "old rows archived", "db unarchive": "archived rows brought back",
    "db kill": "query ended", "db pool-restart": "connection pool restarted",
    "db maintain": "whole routine", "backup now": "full backup", "backup prune": "old ones removed",
    "restore": "restore", "restore drill": "restore rehearsed", "restore switch": "switch over",
    "cache purge": "cache emptied in part", "cache warm": "cache filled", "cache ttl": "times set",
    "migrate apply": "migration applied", "maintenance on": "switched on",
    "maintenance off": "switched off", "secrets rotate": "secret renewed",
    "workers restart": "workers restarted", "sessions revoke": "sessions ended",
    "security block": "address blocked", "security unblock": "address let in again",
}  # fmt: skip
SIGNS = {
    Standing.ALERT: ":red_circle:",
    Standing.OFF_TARGET: ":warning:",
    Standing.ON_TARGET: ":white_check_mark:",
    Standing.FREE: ":information_source:",
    Standing.NO_DATA: ":grey_question:",
}


def figure_words(figure: Figure, noun: str) -> str:
    """`99.97 % (target at least 99.9 %), better than 99.91 % the week before`."""
    if figure.value is None:
        before = (
            f"; {amount(figure.before, figure.unit)} the {noun} before"
            if figure.before is not None
            else ""
        )
        return f"not measured{before}"
    against = limit(figure)
    state = f", {figure.standing}" if figure.standing in (
        Standing.ALERT, Standing.OFF_TARGET
    ) else ""  # fmt: skip
    told = f" ({against}{state})" if against else ""
    least = "at least " if figure.name == "requests" and thin(figure) else ""
    warning = f"; from {figure.covered:.0f} % of the measurements" if thin(figure) else ""
    return f"{least}{amount(figure.value, figure.unit)}{told}, {compared(figure, noun)}{warning}"


def incident_words(incident: Incident, zone: str) -> str:
    """`SEV2 INC-12 Checkout fails: 70 min, from Tue 17 Nov 14:05`."""
    again = ", from before" if incident.carried else ""
    return (
        f"{incident.severity} {incident.id} {incident.title}: {lasted(incident)}, "
        f"from {moment(incident.began, zone)}{again}"
    )


def incidents_summary(facts: Facts) -> str:
    """How many against the period before, by severity."""
    noun = facts.kind_noun
    drills = f" {plural(facts.drills, 'drill')} left out." if facts.drills else ""
    if not facts.incidents:
        return f"None ({facts.incidents_before} the {noun} before).{drills}"
    counts = Counter(each.severity for each in facts.incidents)
    told = ", ".join(f"{count} × {name}" for name, count in sorted(counts.items()))
    carried = sum(each.carried for each in facts.incidents)
    older = f", {carried} of them from before" if carried else ""
    return (
        f"{plural(len(facts.incidents), 'incident')}{older}: {told} "
        f"({facts.incidents_before} the {noun} before).{drills}"
    )


def work_summary(facts: Facts) -> list[str]:
    """One line a kind of work: `Database care: 3 × vacuum, 1 × reindex (1 failed)`."""
    groups: dict[str, list[Work]] = defaultdict(list)
    for each in facts.work:
        groups[each.group].append(each)
    lines = [deployments_line(facts)] if facts.deployments.total else []
    for group, found in sorted(groups.items()):
        if group == "Deployments" and lines and facts.deployments.total:
            continue
        kinds = Counter(DONE.get(each.command, each.command) for each in found)
        told = ", ".join(f"{count} × {name}" for name, count in kinds.most_common(4))
        more = len(kinds) - 4
        rest = f" and {plural(more, 'other kind')}" if more > 0 else ""
        bad = [each for each in found if each.outcome not in ("succeeded", "still running")]
        failed = f" ({len(bad)} not successful)" if bad else ""
        freed = f", {amount(facts.freed, 'bytes')} freed" if group == CARE and facts.freed else ""
        lines.append(f"{group}: {told}{rest}{failed}{freed}")
    return lines


def deployments_line(facts: Facts) -> str:
    found = facts.deployments
    bad = [
        f"{count} {word}"
        for count, word in ((found.failed, "failed"), (found.rolled_back, "rolled back"))
        if count
    ]
    state = f", {', '.join(bad)}" if bad else ", all stayed"
    return f"Deployments: {found.total}{state} ({found.before} the {facts.kind_noun} before)"


def work_words(work: Work, zone: str) -> str:
    """One operation: when, what, by whom, how it ended."""
    length = f" in {span(work.took)}" if work.took is not None else ""
    return f"{moment(work.at, zone)} {work.effect} ({work.id}, {work.person}): " + (
        f"{work.outcome}{length}"
    )


def planned_words(planned: Planned, zone: str) -> str:
    who = f", {planned.owner}" if planned.owner else ""
    if planned.due is None:
        return f"{planned.text}{who}"
    if planned.late:
        return (
            f"OVERDUE since {planned.due.astimezone(ZoneInfo(zone)):%d %b %Y}: {planned.text}{who}"
        )
    word = "on" if planned.kind == "schedule" else "due"
    return f"{planned.text}{who}, {word} {moment(planned.due, zone)}"


def advice_words(advice: Advice) -> str:
    return f"{advice.text}: {advice.reason}."
