"""How much one message may carry in all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

MESSAGE_CHARACTERS = 13_000
"""Characters of a message's blocks written as compact JSON, past which Slack answers
`msg_blocks_too_long`. Slack does not document the number: people measured 12 to 13 thousand."""


def blocks_size(payload: Mapping[str, Any]) -> int:
    """Characters of the blocks, those of attachments included, as compact JSON."""
    blocks = [payload.get("blocks") or []]
    attachments = payload.get("attachments")
    if isinstance(attachments, list):
        blocks += [each.get("blocks") or [] for each in attachments if isinstance(each, Mapping)]
    return sum(
        len(json.dumps(each, separators=(",", ":"), ensure_ascii=False)) for each in blocks if each
    )


def too_long(payload: Mapping[str, Any]) -> bool:
    """Whether Slack refuses the message with `msg_blocks_too_long`."""
    return blocks_size(payload) > MESSAGE_CHARACTERS
