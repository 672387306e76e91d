"""Refusing what Slack refuses in messages and views, in the words Slack uses."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox.workspace.model import Json
from bot.sandbox.workspace.refusal import Refusal
from bot.sandbox.workspace.validation import (
    Violation,
    check_message,
    check_view,
    error_strings,
    response_messages,
    too_long,
)

TEXT_MOST = 40_000  # characters in chat.postMessage
UPDATE_TEXT_MOST = 4_000  # characters in chat.update
VIEW_BYTES = 250_000


def message(payload: Mapping[str, Any], *, status: int = 200) -> None:
    """Refuse a message whose blocks or text break a rule: invalid_blocks with every reason."""
    violations = check_message(payload)
    if violations:
        raise Refusal("invalid_blocks", status=status, **_reasons(violations, ""))


def message_size(payload: Mapping[str, Any], *, text_most: int = TEXT_MOST) -> None:
    """Refuse what is too long for chat.postMessage and its kin; response URLs do not ask."""
    if len(str(payload.get("text") or "")) > text_most:
        raise Refusal("msg_too_long")
    if too_long(payload):
        raise Refusal("msg_blocks_too_long")


def view(payload: Mapping[str, Any]) -> None:
    """Refuse a view: invalid_arguments, and in response_metadata.messages every reason."""
    if len(json.dumps(payload)) > VIEW_BYTES:
        raise Refusal("view_too_large")
    violations = check_view(payload)
    if violations:
        reasons = _reasons(violations, "/view")
        raise Refusal("invalid_arguments", response_metadata=reasons["response_metadata"])


def _reasons(violations: Sequence[Violation], within: str) -> Json:
    return {
        "errors": error_strings(violations, within),
        "response_metadata": {"messages": response_messages(violations, within)},
    }
