"""Pictures and videos, as elements and as blocks."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, StringConstraints, model_validator

from bot.sandbox.workspace.validation.composition import SlackFile
from bot.sandbox.workspace.validation.shape import (
    ABSENT,
    AltText,
    Identifier,
    Shape,
    Url,
    refuse,
)
from bot.sandbox.workspace.validation.text import PlainText, at_most

IMAGE_TITLE = 2_000
VIDEO_TITLE = 199  # "must be less than 200 characters"
VIDEO_NAME = 49  # "must be less than 50 characters"
VIDEO_DESCRIPTION = 200
VIDEO_URL = 2_000  # undocumented; the least of what blockkit and slackblocks found


class _Picture(Shape):
    type: Literal["image"]
    alt_text: AltText
    image_url: Url = ABSENT
    slack_file: SlackFile = ABSENT

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if len(self.model_fields_set & {"image_url", "slack_file"}) != 1:
            raise refuse("must provide exactly one of: image_url, slack_file", type="one_of")
        return self


class ImageElement(_Picture):
    """A picture beside text: section accessory, context, card."""


class ImageBlock(_Picture):
    title: Annotated[PlainText, at_most(IMAGE_TITLE)] = ABSENT
    block_id: Identifier = ABSENT


def _secure(url: str) -> str:
    if not url.startswith("https://"):
        raise refuse("must be an https URL", type="format")
    return url


_VideoUrl = Annotated[str, StringConstraints(min_length=1, max_length=VIDEO_URL)]
_SecureUrl = Annotated[_VideoUrl, AfterValidator(_secure)]


class VideoBlock(Shape):
    type: Literal["video"]
    alt_text: AltText
    title: Annotated[PlainText, at_most(VIDEO_TITLE)]
    thumbnail_url: _VideoUrl
    video_url: _SecureUrl
    title_url: _SecureUrl = ABSENT
    author_name: Annotated[str, StringConstraints(max_length=VIDEO_NAME)] = ABSENT
    provider_name: Annotated[str, StringConstraints(max_length=VIDEO_NAME)] = ABSENT
    provider_icon_url: _VideoUrl = ABSENT
    description: Annotated[PlainText, at_most(VIDEO_DESCRIPTION)] = ABSENT
    block_id: Identifier = ABSENT
