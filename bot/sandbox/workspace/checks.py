"""Refusing what Slack refuses in messages and views, in the words Slack uses."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from bot.sandbox.workspace.state import Workspace

TEXT_MOST = 40_000  # characters in chat.postMessage
UPDATE_TEXT_MOST = 4_000  # characters in chat.update
VIEW_BYTES = 250_000


def message(payload: Mapping[str, Any], *, status: int = 200) -> None:
    """Refuse a message whose blocks or text break a rule: invalid_blocks with every reason."""
    violations = check_message(payload)
    if violations:
        raise Refusal("invalid_blocks", status=status, **_reasons(violations, ""))


def pictures(workspace: Workspace, blocks: Any, *, status: int = 200) -> None:
    """Refuse pictures of Slack's own that are not there, are none, or are not read yet."""
    reasons = [
        f"invalid slack file [json-pointer:/blocks/{number}/slack_file]"
        for number, block in enumerate(blocks if isinstance(blocks, list) else ())
        if isinstance(block, Mapping) and block.get("type") == "image" and "slack_file" in block
        and not _shown(workspace, block["slack_file"])
    ]  # fmt: skip
    if reasons:
        told = {"messages": [f"[ERROR] {each}" for each in reasons]}
        raise Refusal("invalid_blocks", status=status, errors=reasons, response_metadata=told)


def _shown(workspace: Workspace, source: Any) -> bool:
    wanted = source if isinstance(source, Mapping) else {}
    known = [
        file
        for file in workspace.files.values()
        if file.id == wanted.get("id") or (wanted.get("url") and file.id in str(wanted["url"]))
    ]
    return any(
        file.complete
        and file.mimetype in ("image/png", "image/jpeg", "image/gif")
        and file.readable_at <= workspace.clock.now()
        for file in known
    )


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
