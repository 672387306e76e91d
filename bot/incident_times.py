"""How long each part of an incident took, from its events and never from when it was edited. Pure.

Detection counts from when the trouble began to the declaration, acknowledgement from the
declaration, mitigation and resolution from when the trouble began.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store.incidents_rows import Change, Status


@dataclass(frozen=True, slots=True)
class Times:
    """Moments are None where no event says so. `spans` are when it was open: one, and one more
    for each time it was opened again; the last one is open-ended as None."""

    began: datetime
    detected: datetime
    acknowledged: datetime | None
    mitigated: datetime | None
    resolved: datetime | None
    spans: tuple[tuple[datetime, datetime | None], ...]

    @property
    def to_detect(self) -> timedelta:
        return _between(self.began, self.detected)

    @property
    def to_acknowledge(self) -> timedelta | None:
        return None if self.acknowledged is None else _between(self.detected, self.acknowledged)

    @property
    def to_mitigate(self) -> timedelta | None:
        return None if self.mitigated is None else _between(self.began, self.mitigated)

    @property
    def to_resolve(self) -> timedelta | None:
        return None if self.resolved is None else _between(self.began, self.resolved)

    @property
    def reopened(self) -> int:
        return len(self.spans) - 1

    @property
    def closed_spans(self) -> tuple[tuple[datetime, datetime], ...]:
        return tuple((since, until) for since, until in self.spans if until is not None)

    @property
    def lasted(self) -> timedelta:
        """How long it was open in all, the time between a resolution and a reopening left out."""
        return sum((until - since for since, until in self.closed_spans), timedelta())


def times_of(began: datetime, declared: datetime, changes: Sequence[Change]) -> Times:
    """`changes` in the order in which they were recorded; other fields are passed over."""
    acknowledged = mitigated = None
    spans: list[tuple[datetime, datetime | None]] = [(min(began, declared), None)]
    for change in changes:
        if change.field == "acknowledged_by_id" and change.after and acknowledged is None:
            acknowledged = change.at
        if change.field != "status":
            continue
        status, (since, until) = Status(change.after), spans[-1]
        if status is Status.MONITORING and mitigated is None:
            mitigated = change.at
        if status.over and until is None:
            spans[-1] = (since, max(since, change.at))
        elif not status.over and until is not None:
            spans.append((max(until, change.at), None))
    return Times(began, declared, acknowledged, mitigated, spans[-1][1], tuple(spans))


def _between(since: datetime, until: datetime) -> timedelta:
    return max(timedelta(), until - since)
