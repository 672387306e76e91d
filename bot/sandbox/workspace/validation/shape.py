"""The strictness every Block Kit shape shares, and how a shape refuses."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from bot import limits

ABSENT: Any = None
"""Default of an optional field. A field that is sent as null is refused, as by Slack."""

REFUSED = "refused"

URL = 3_000
"""Characters of any URL (docs.slack.dev, image block and button element)."""


class Shape(BaseModel):
    """A JSON object of Block Kit: no field unknown, no type converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def refuse(message: str, at: tuple[str | int, ...] = (), **constraint: Any) -> PydanticCustomError:
    """An error for a validator to raise; `at` leads from the validated value to the culprit."""
    return PydanticCustomError(
        REFUSED, "{message}", {"message": message, "at": at, "constraint": constraint}
    )


def too_long_for(most: int) -> str:
    return f"must be less than {most + 1} characters"


_Item = TypeVar("_Item")


def _no_repeats(items: list[_Item]) -> list[_Item]:
    for index, item in enumerate(items):
        if item in items[:index]:
            raise refuse("items must be unique", (index,), type="unique")
    return items


NO_REPEATS = AfterValidator(_no_repeats)

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=limits.IDENTIFIER)]
Filled = Annotated[str, StringConstraints(min_length=1)]
Url = Annotated[str, StringConstraints(min_length=1, max_length=URL)]
AltText = Annotated[str, StringConstraints(min_length=1, max_length=limits.ALT_TEXT)]
