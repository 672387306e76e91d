"""Reading the fields of what Slack sent: each of the kind it must be, or `Unreadable`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from bot.errors import BadInput

Payload = Mapping[str, Any]


class Unreadable(BadInput):
    """A delivery that lacks what it must carry, or carries it in another shape.

    Nobody can be answered from it: whoever takes deliveries acknowledges it and logs one line.
    """

    def __init__(self, field: str) -> None:
        super().__init__(f"A delivery of Slack cannot be read: {field} is missing or malformed.")


def required(payload: Payload, name: str) -> str:
    """A text that must be there and not empty."""
    found = payload.get(name)
    if not isinstance(found, str) or not found:
        raise Unreadable(name)
    return found


def text(payload: Payload, name: str, missing: str = "") -> str:
    """A text; `missing` where there is none (Slack leaves such fields out, empty or null)."""
    found = payload.get(name)
    if found is None or found == "":
        return missing
    if not isinstance(found, str):
        raise Unreadable(name)
    return found


def table(payload: Payload, name: str) -> Payload:
    """An object; empty where there is none."""
    found = payload.get(name)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise Unreadable(name)
    return cast(Payload, found)


def first(payload: Payload, name: str) -> Payload:
    """The first object of a list that must not be empty."""
    found = payload.get(name)
    if not isinstance(found, list) or not found or not isinstance(found[0], Mapping):
        raise Unreadable(name)
    return cast(Payload, found[0])


def kept(payload: Payload, name: str) -> dict[str, Any]:
    """The JSON object that we wrote into a text field; empty where nothing is kept."""
    try:
        found = json.loads(text(payload, name) or "{}")
    except (ValueError, RecursionError):
        raise Unreadable(name) from None
    if not isinstance(found, dict):
        raise Unreadable(name)
    return found
