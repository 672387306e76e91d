"""What Slack's composer makes of typed text: mentions become ids, the rest is escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.workspace.state import Workspace

_MARKED = re.compile(r"(<(?:@[UW]\w+|#C\w+(?:\|[^>]*)?|!(?:here|channel|everyone|subteam\^\w+)"
                     r"|https?://[^>\s]+)>)")  # fmt: skip
_HASH = re.compile(r"(?<![\w<&])#([\w-]+)")
_BROADCAST = {"here": "<!here>", "channel": "<!channel>", "everyone": "<!everyone>"}


def compose(workspace: Workspace, typed: str) -> str:
    """mrkdwn as Slack stores it; mentions that are already written <@U…> stay."""
    parts = _MARKED.split(typed)
    for number in range(0, len(parts), 2):
        escaped = parts[number].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        parts[number] = find_channel(workspace, find_person(workspace, escaped))
    return "".join(parts)


def find_person(workspace: Workspace, text: str) -> str:
    """@name becomes <@U…>, @oncall <!subteam^S…>, @here <!here>; unknown names stay.

    People and apps go by handle or display name ("@Pitchey Ops"), in any case; of several names
    that fit the longest counts.
    """
    names = _names(workspace)
    longest_first = sorted(names, key=len, reverse=True)
    fitting = "|".join(re.escape(name) for name in longest_first)
    at = re.compile(rf"(?<![\w<])@({fitting})(?![\w-]|\.\w)", re.IGNORECASE)
    return at.sub(lambda found: names.get(found[1].lower(), found[0]), text)


def _names(workspace: Workspace) -> dict[str, str]:
    """What can stand after @, in lower case, and the mention it becomes; handles come first."""
    people = workspace.people.values()
    displayed = {person.real_name.lower(): f"<@{person.id}>" for person in people}
    groups = {one.handle: f"<!subteam^{one.id}>" for one in workspace.user_groups.values()}
    handles = {person.name: f"<@{person.id}>" for person in people}
    return displayed | groups | handles | _BROADCAST


def find_channel(workspace: Workspace, text: str) -> str:
    """#name becomes <#C…|name>; unknown names stay."""

    def mention(found: re.Match[str]) -> str:
        for channel in workspace.channels.values():
            if channel.name == found[1]:
                return f"<#{channel.id}|{channel.name}>"
        return found[0]

    return _HASH.sub(mention, text)
