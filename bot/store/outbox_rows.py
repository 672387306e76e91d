"""What the outbox keeps of a message, and how much waits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.command import Block

THREAD_OF = "key:"  # a thread named by the key of its first message begins so


class State(StrEnum):
    """`sending`: an attempt began and its result is not known, so Slack is asked before another."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Form(StrEnum):
    """How much of the message is sent: its blocks, those without pictures, or its text alone."""

    WHOLE = "whole"
    PLAIN = "plain"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One message. `channel` is where it goes now, `meant_for` where it first should have gone.

    `update_of` names the message it edits; `ts` and `sent_to` say where it stands in Slack.
    `began_at` is when the attempts began whose result is not known. Times are UTC.
    """

    id: int
    key: str
    channel: str
    meant_for: str
    fallback_channel: str
    thread_ts: str
    update_of: str
    text: str
    blocks: list[Block]
    form: Form
    state: State
    attempts: int
    created_at: datetime
    began_at: datetime | None
    next_at: datetime
    sent_at: datetime | None
    ts: str
    sent_to: str
    problem: str
    edit_only: bool = False  # where the message it edits is gone, it goes nowhere


@dataclass(frozen=True, slots=True)
class Course:
    """How and where a message is sent."""

    form: Form
    channel: str
    thread_ts: str
    update_of: str


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """`oldest` is when the oldest undelivered message was stored, `next_at` the next try."""

    waiting: int
    failed: int
    oldest: datetime | None = None
    next_at: datetime | None = None

    @property
    def undelivered(self) -> int:
        return self.waiting + self.failed


COLUMNS = (
    "id, key, channel, meant_for, fallback_channel, thread_ts, update_of, text, blocks, form, "
    "state, attempts, created_at, began_at, next_at, sent_at, ts, sent_to, problem, edit_only"
)


def from_row(row: tuple[Any, ...]) -> OutboxMessage:
    """The message of a row that holds COLUMNS."""
    fields = dict(zip(COLUMNS.split(", "), row, strict=True))
    fields["blocks"] = json.loads(fields["blocks"])
    fields["form"], fields["state"] = Form(fields["form"]), State(fields["state"])
    fields["edit_only"] = bool(fields["edit_only"])
    for name in ("created_at", "began_at", "next_at", "sent_at"):
        fields[name] = moment(fields[name])
    return OutboxMessage(**fields)


def milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def moment(since_1970: int | None) -> datetime | None:
    return None if since_1970 is None else datetime.fromtimestamp(since_1970 / 1000, UTC)
