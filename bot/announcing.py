"""What a channel is told of an operation: the journal's state as messages of the outbox.

Every message has a key of its own, so telling a state twice posts it once.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from bot import request_views, run_views
from bot.command import Catalogue, Risk, Role
from bot.errors import OpsError
from bot.journal import steps_before
from bot.rivals import rival_of
from bot.store.operation_rows import OperationRecord, State

if TYPE_CHECKING:
    from bot.access import Access
    from bot.outbox import Outbox
    from bot.redaction import Redactor
    from bot.settings import Settings
    from bot.slack_calls import Slack
    from bot.store import Store

log = logging.getLogger(__name__)
_CHANNELS = ("C", "G")  # ids of channels begin so; those of direct messages do not


def channel_of(record: OperationRecord, settings: Settings) -> str:
    """Where everybody sees it: the channel it was asked in, else the operations channel."""
    asked = record.request.channel
    return asked if asked.startswith(_CHANNELS) else settings.slack.ops_channel


class Announcer:
    """Tells channels; needs the process that is connected to Slack."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        outbox: Outbox,
        slack: Slack,
        redactor: Redactor,
        access: Access,
    ) -> None:
        self._settings = settings
        self._store = store
        self._outbox = outbox
        self._slack = slack
        self._redactor = redactor
        self._access = access

    def tell(self, record: OperationRecord, catalogue: Catalogue, now: datetime) -> None:
        """Store what the channel should read of its present state; raises OpsError."""
        word = self._settings.slack.command
        command = catalogue.find(record.request.command)
        asked_in_channel = record.request.risk == Risk.DANGEROUS
        if record.state is State.REQUESTED:
            if asked_in_channel:
                role = command.role if command else Role.ADMIN
                who = self._access.approvers(role, record.request.person_id).sentence
                text, blocks = request_views.request_card(
                    record, word, who, self._before(record), rival_of(self._store, record)
                )
                self._post(record, "request", text, blocks)
        else:
            if asked_in_channel:
                text, blocks = request_views.decided_card(record, word)
                self._replace(record, "request", "decided", text, blocks)
                self._call(record)
            if record.started_at is not None:
                self._tell_run(record, catalogue, now)
        self._store.operations.announced(record.id, record.state)

    async def progress(
        self, record: OperationRecord, catalogue: Catalogue, now: datetime, note: str
    ) -> None:
        """Bring the progress message up to date; one that is late is left out."""
        message = self._store.outbox.find(f"{record.id}:run")
        if message is None or not message.ts:
            return
        command = catalogue.find(record.request.command)
        steps = self._store.operations.steps(record.id)
        text, blocks = run_views.running(record, command, steps, now, note, self._before(record))
        try:
            await self._slack.call(
                self._slack.web.chat_update,
                channel=message.sent_to,
                ts=message.ts,
                text=self._redactor.text(text),
                blocks=self._redactor.json(blocks),
            )
        except OpsError as error:
            log.info("the progress of %s could not be shown: %s", record.id, error)

    def _tell_run(self, record: OperationRecord, catalogue: Catalogue, now: datetime) -> None:
        command = catalogue.find(record.request.command)
        steps = self._store.operations.steps(record.id)
        if record.glass:
            text, blocks = run_views.glass_notice(record, self._settings.slack.command)
            self._post(record, "glass", text, blocks)
        before = self._before(record)
        if record.state is State.RUNNING:
            text, blocks = run_views.running(record, command, steps, now, before=before)
            self._post(record, "run", text, blocks, in_thread=True)
            return
        if record.state is State.INTERRUPTED:
            # A message of its own, so that people notice; what showed progress loses its button.
            text, blocks = run_views.interrupted(record, steps, command, before)
            self._post(record, "interrupted", text, blocks, in_thread=True)
            if self._store.outbox.find(f"{record.id}:run") is not None:
                text, blocks = run_views.cut_off(record, steps, before)
                self._replace(record, "run", "result", text, blocks, in_thread=True)
            return
        text, blocks = run_views.result(record, steps, command, before)
        self._replace(record, "run", "result", text, blocks, in_thread=True)

    def _before(self, record: OperationRecord) -> tuple[str, ...]:
        return steps_before(self._store, record) if record.resumes else ()

    def _call(self, record: OperationRecord) -> None:
        """Call whoever asked below the card, which an edit of it does not do."""
        card = f"{record.id}:request"
        told = request_views.word_to_requester(record)
        if told is None or self._store.outbox.find(card) is None:
            return
        text, blocks = told
        self._outbox.messages.post(
            channel_of(record, self._settings),
            text,
            blocks,
            key=f"{record.id}:called",
            thread_of=card,
        )

    def _post(
        self,
        record: OperationRecord,
        name: str,
        text: str,
        blocks: list[dict[str, object]],
        *,
        in_thread: bool = False,
        update_of: str = "",
    ) -> None:
        self._outbox.post(
            channel_of(record, self._settings),
            text,
            blocks,
            key=f"{record.id}:{name}",
            thread_ts=record.request.thread_ts if in_thread else "",
            update_of=update_of,
        )

    def _replace(
        self,
        record: OperationRecord,
        name: str,
        new_name: str,
        text: str,
        blocks: list[dict[str, object]],
        *,
        in_thread: bool = False,
    ) -> None:
        """Put it in the place of an earlier message, or post it where there was none."""
        earlier = f"{record.id}:{name}"
        known = self._store.outbox.find(earlier) is not None
        if not known and name == "request":
            return  # the glass was broken before anybody was asked
        self._post(
            record, new_name, text, blocks, in_thread=in_thread, update_of=earlier if known else ""
        )
