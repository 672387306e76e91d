"""What the store keeps of reports: revisions, drafts, posts and notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DraftState(StrEnum):
    """`waiting` for its preparer; `gone`: it went out, whoever let it."""

    WAITING = "waiting"
    APPROVED = "approved"
    GONE = "gone"


class PostState(StrEnum):
    """`wanted`: its message is still to be made; `posted`: its files are still to follow."""

    WANTED = "wanted"
    POSTED = "posted"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ReportRevision:
    """A report as it was told; `facts` is everything it says, as JSON. UTC."""

    kind: str
    period: str
    revision: int
    made_at: datetime
    made_by_id: str
    made_by_name: str
    figures: Mapping[str, str]
    facts: str


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """`words` are the preparer's own; `shown` counts how often the draft was shown anew. UTC."""

    kind: str
    period: str
    preparer_id: str
    preparer_name: str
    words: str
    asked_at: datetime | None
    shown: int
    state: DraftState
    decided_at: datetime | None
    decider_name: str


@dataclass(frozen=True, slots=True)
class ReportPost:
    """A revision in a channel. `note` says how it came to be sent; `pictures` are ids of files."""

    kind: str
    period: str
    revision: int
    channel: str
    state: PostState
    note: str
    pictures: tuple[str, ...]
    attempts: int
    problem: str
    canvas: str
    wanted_at: datetime

    @property
    def key(self) -> str:
        """The key of its message in the outbox."""
        return f"report:{self.kind}:{self.period}:{self.revision}:{self.channel}"


@dataclass(frozen=True, slots=True)
class ReportNote:
    """Upcoming work that somebody wrote down; `week` is the week whose report tells it."""

    number: int
    text: str
    week: str
    author_id: str
    author_name: str
    created_at: datetime
    dropped_at: datetime | None

    @property
    def id(self) -> str:
        return f"NOTE-{self.number}"
