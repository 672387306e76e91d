"""Words of the audit log for a reader: outcomes, details without markup, names for ids. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.mrkdwn import parse, plain_text

SIGNS = {
    "succeeded": ":white_check_mark:",
    "refused": ":no_entry:",
    "rejected": ":no_entry:",
    "not understood": ":question:",
    "interrupted": ":warning:",
    "timed out": ":warning:",
    "failed": ":red_circle:",
    # of guarded operations
    "requested": ":raised_hand:",
    "started": ":rocket:",
    "cancelling": ":no_entry_sign:",
    "cancelled": ":no_entry_sign:",
    "expired": ":hourglass:",
    "changed": ":warning:",
    "glass broken": ":rotating_light:",
}
# On the way, or ended as somebody wanted: nothing went wrong.
_NO_FAILURE = frozenset(
    {"succeeded", "requested", "started", "cancelling", "cancelled", "glass broken"}
)
_EMOJI = re.compile(r":[a-z][a-z0-9_+-]*:\s?")
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)>|@([UW][A-Z0-9]{8,})")


def went_wrong(outcome: str) -> bool:
    """Is that the outcome of something which did not end as its requester wanted?"""
    return outcome not in _NO_FAILURE


def plainly(detail: str) -> str:
    """A detail, which was written as Slack text, as the words that people read."""
    return " ".join(_EMOJI.sub("", plain_text(parse(detail))).split())


def with_names(text: str, name: Callable[[str], str]) -> str:
    """Member ids as `@name`, where `name` knows one; else as they are."""

    def named(found: re.Match[str]) -> str:
        known = name(found[1] or found[2])
        return f"@{known}" if known else found[0]

    return _PERSON.sub(named, text)
