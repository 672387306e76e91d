"""A report again has the same figures; where they differ it is a new revision that says what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.incident_access import traces
from bot.phrases import span
from handlers.reports.result import FACTS, Facts, Made, facts_of
from handlers.reports.wording import amount, lasted

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.store.incidents_rows import Actor

MOST_CHANGES = 12


def comparable(facts: Facts) -> dict[str, str]:
    """What has to be the same when it is made again, by name, as it is shown. Pure."""
    told = {each.title: amount(each.value, each.unit) for each in facts.every}
    told |= {f"{each.id} {each.severity} {each.title}": lasted(each) for each in facts.incidents}
    told["Not measured for"] = span(sum_of(facts))
    groups = Counter((each.group, each.outcome) for each in facts.work)
    told |= {f"{group}, {outcome}": f"{count}" for (group, outcome), count in groups.items()}
    found = facts.deployments
    told["Deployments"] = f"{found.total}, {found.failed} failed, {found.rolled_back} rolled back"
    for number, note in enumerate((each for each in facts.planned if each.kind == "note"), 1):
        told[f"Upcoming work {number}"] = note.text
    if facts.summary:
        told["Words of the preparer"] = facts.summary
    return told


def sum_of(facts: Facts) -> timedelta:
    return sum((each.length for each in facts.gaps), timedelta())


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """In words: `Uptime: 99.92 % → 99.90 %`. Pure."""
    found = []
    for name in dict.fromkeys([*now, *before]):
        old, new = before.get(name), now.get(name)
        if old == new:
            continue
        if old is None:
            found.append(f"{name}: {new} (new)")
        elif new is None:
            found.append(f"{name}: {old} (taken out)")
        else:
            found.append(f"{name}: {old} → {new}")
    return tuple(found)


def keep(runtime: Runtime, facts: Facts, actor: Actor, **told: str) -> Made:
    """The report as a revision of its period. Blocks; raises OpsError."""
    figures = comparable(facts)
    kept, before = runtime.store.reports.keep(
        facts.kind, facts.period, figures, FACTS.dump_json(facts).decode(), actor, runtime.now()
    )
    changes = _changes(runtime, before.figures, figures) if before else ()
    return Made(facts, kept.revision, changes, **told)


def told(runtime: Runtime, kind: str, period: str, revision: int, **more: str) -> Made | None:
    """A revision as it was told; None where there is none. Blocks."""
    kept = runtime.store.reports.revision(kind, period, revision)
    facts = facts_of(kept.facts) if kept is not None else None
    if kept is None or facts is None:
        return None
    before = runtime.store.reports.revision(kind, period, revision - 1)
    changes = _changes(runtime, before.figures, kept.figures) if before else ()
    return Made(facts, revision, changes, **more)


def _changes(
    runtime: Runtime, before: Mapping[str, str], now: Mapping[str, str]
) -> tuple[str, ...]:
    """An incident that became private since is not named, not even to say that it is gone."""
    hidden = traces(runtime.store)
    return tuple(each for each in differences(before, now) if not hidden("", each))
