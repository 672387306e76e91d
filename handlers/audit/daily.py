"""The head of the audit log, told once a day where the bot cannot change it afterwards."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from bot.command import Daily, Reply
from handlers.audit.views import head_reply

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store import Store


def tell_head(settings: Settings, store: Store) -> Reply | None:
    """The head as it is now; nothing while the log is empty."""
    entries, head = store.audit.head()
    return head_reply(entries, head, settings.slack.command) if entries else None


HEAD = Daily(name="audit_head", at=time(9, 0), tell=tell_head)
