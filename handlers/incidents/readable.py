"""Text of Slack as people outside of it can read it later: names in place of codes."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from bot.command import Person

if TYPE_CHECKING:
    from bot.runtime import Runtime

_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|([^>]*))?>")
_CODE = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_MOST_NAMES = 50


async def readable(runtime: Runtime, text: str) -> str:
    """Mentions become the names of now, links their words and address, times UTC."""
    names: dict[str, str] = {}
    people = runtime.directory.people if runtime.directory is not None else None
    for person_id, said in _PERSON.findall(text)[:_MOST_NAMES]:
        if person_id in names:
            continue
        named = Person(person_id, person_id)
        if people is not None:
            named = await people.named(named)
        names[person_id] = said or named.name
    known = _PERSON.sub(lambda found: f"@{names.get(found[1], found[1])}", text)
    return html.unescape(_CODE.sub(_plain, known)).replace("\u200b", "")


def _plain(found: re.Match[str]) -> str:
    target, label = found[1], found[2]
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    if target.startswith("!date^"):
        return label or target
    if target.startswith("!"):
        return label or f"@{target[1:].split('^')[0]}"
    return f"{label} ({target})" if label and label != target else target
