"""The head of the audit log, told once a day where the bot cannot change it afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.jobs import Job
from handlers.audit.views import head_reply

if TYPE_CHECKING:
    from bot.runtime import Runtime


async def tell_head(runtime: Runtime, due: datetime) -> str:
    """Post the head as it is now; nothing while the log is empty."""
    entries, head = runtime.store.audit.head()
    if not entries:
        return "The audit log is empty: nothing was posted."
    settings = runtime.settings
    told = head_reply(entries, head, settings.slack.command)
    key = f"audit_head:{due:%Y-%m-%d}"
    runtime.messages.post(settings.slack.ops_channel, told.text, told.blocks, key=key)
    return told.text


HEAD = Job(
    name="audit-head",
    title="Posting the audit log's head",
    when=lambda _settings: "0 9 * * *",
    run=tell_head,
)
