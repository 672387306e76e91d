"""Which blocks a message, a modal and a Home tab take (docs.slack.dev/blocks.json)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from bot import limits
from bot.sandbox.workspace.validation.cards import Alert, Card, Carousel, Container
from bot.sandbox.workspace.validation.charts import DataVisualization
from bot.sandbox.workspace.validation.images import ImageBlock, VideoBlock
from bot.sandbox.workspace.validation.layout import (
    Actions,
    Context,
    ContextActions,
    Divider,
    File,
    Header,
    Input,
    Markdown,
    Section,
)
from bot.sandbox.workspace.validation.rich_text import RichText
from bot.sandbox.workspace.validation.tables import DataTable, Table
from bot.sandbox.workspace.validation.tasks import Plan, TaskCard


class Surface(StrEnum):
    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"


_Anywhere = (
    Actions
    | Context
    | Divider
    | File
    | Header
    | ImageBlock
    | Input
    | RichText
    | Section
    | VideoBlock
)
_Spread = Card | Carousel | DataTable | Table
_Conversed = Container | ContextActions | DataVisualization | Markdown | Plan | TaskCard

MessageBlock = Annotated[_Anywhere | _Spread | _Conversed, Field(discriminator="type")]
ModalBlock = Annotated[_Anywhere | Alert | Card, Field(discriminator="type")]
HomeBlock = Annotated[_Anywhere | _Spread, Field(discriminator="type")]

MessageBlocks = Annotated[list[MessageBlock], Field(max_length=limits.BLOCKS_PER_MESSAGE)]
ModalBlocks = Annotated[list[ModalBlock], Field(max_length=limits.BLOCKS_PER_VIEW)]
HomeBlocks = Annotated[list[HomeBlock], Field(max_length=limits.BLOCKS_PER_VIEW)]

BLOCKS: dict[Surface, TypeAdapter[Any]] = {
    Surface.MESSAGE: TypeAdapter(MessageBlocks),
    Surface.MODAL: TypeAdapter(ModalBlocks),
    Surface.HOME: TypeAdapter(HomeBlocks),
}
