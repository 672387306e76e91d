"""The sheet one message or view is drawn on: whose it is, unique ids, what is filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.page.directory import Directory

Json = Mapping[str, Any]

# Slack's state of an element, and the field of the element that shows it first.
_STATE_TO_INITIAL = {
    "value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "rich_text_value": "initial_value",
}


@dataclass
class Canvas:
    """`prefix` keeps HTML ids apart where the same message is drawn twice on a page."""

    directory: Directory = field(default_factory=Directory)
    container_id: str = ""
    prefix: str = ""
    values: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    in_view: bool = False
    _drawn: int = 0

    def next_id(self) -> str:
        """An HTML id that nothing else on the page has."""
        self._drawn += 1
        stem = re.sub(r"[^A-Za-z0-9_-]", "-", f"{self.prefix}{self.container_id}")
        return f"{stem}-{self._drawn}"

    def filled(self, block_id: str, element: Json) -> dict[str, Any]:
        """The element with what was chosen or written in it as its initial value."""
        filled = dict(element)
        state = self.values.get(block_id, {}).get(str(element.get("action_id", "")))
        for name, value in (state or {}).items():
            if name in _STATE_TO_INITIAL:
                filled[_STATE_TO_INITIAL[name]] = value
        return filled
