"""What counts as an app having taken a payload."""

from __future__ import annotations

ACKNOWLEDGE = 3.0  # seconds
# Kinds of payload whose acknowledgement may carry a body.
ANSWERED = frozenset({"slash_commands", "view_submission", "block_suggestion"})


class Undelivered(Exception):
    """The app did not take a payload. `reason` is Slack's word for why: timeout, http_error …"""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final  # the app asked not to be tried again
