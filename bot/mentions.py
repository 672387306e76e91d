"""People in messages: one way for everybody who is named."""

from __future__ import annotations

import re
from collections.abc import Callable

TERMINAL = "terminal:"  # ids of people at a shell begin so
_IN_SLACK = re.compile(r"[UW][A-Z0-9]+")


def mention(person_id: str, name: str, harmless: Callable[[object], str]) -> str:
    """As Slack shows them, by their present name; who is not in Slack has a name only.

    Such are a terminal's logins, schedules, people of other services, and the bot itself.
    """
    if _IN_SLACK.fullmatch(person_id):
        return f"<@{person_id}>"
    if person_id.startswith(TERMINAL):
        return f"{harmless(name)} (terminal)"
    return "the bot" if person_id == "bot" or not name else harmless(name)
