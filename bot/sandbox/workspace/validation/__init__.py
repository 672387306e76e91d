"""A strict check of Block Kit documents: refuses what Slack refuses.

The shapes are pydantic models, one file a feature, read off docs.slack.dev; rules over a
whole document are in `across`. Pure: a document in, violations out, nothing raised.
"""

from __future__ import annotations

from bot.sandbox.workspace.validation.documents import check_blocks, check_message, check_view
from bot.sandbox.workspace.validation.size import too_long
from bot.sandbox.workspace.validation.surfaces import Surface
from bot.sandbox.workspace.validation.violation import Violation, error_strings, response_messages

__all__ = [
    "Surface",
    "Violation",
    "check_blocks",
    "check_message",
    "check_view",
    "error_strings",
    "response_messages",
    "too_long",
]
