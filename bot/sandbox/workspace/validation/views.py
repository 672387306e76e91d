"""Modals and Home tabs (docs.slack.dev, reference/views)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from bot import limits
from bot.sandbox.workspace.validation.shape import ABSENT, Shape
from bot.sandbox.workspace.validation.surfaces import HomeBlocks, ModalBlocks
from bot.sandbox.workspace.validation.text import PlainText, at_most

_Identifier = Annotated[str, StringConstraints(max_length=limits.IDENTIFIER)]
_Button = Annotated[PlainText, at_most(limits.VIEW_BUTTON)]


class _View(Shape):
    callback_id: _Identifier = ABSENT
    external_id: _Identifier = ABSENT
    private_metadata: Annotated[str, StringConstraints(max_length=limits.PRIVATE_METADATA)] = ABSENT


class Modal(_View):
    type: Literal["modal"]
    title: Annotated[PlainText, at_most(limits.VIEW_TITLE)]
    blocks: ModalBlocks
    close: _Button = ABSENT
    submit: _Button = ABSENT
    clear_on_close: bool = ABSENT
    notify_on_close: bool = ABSENT


class Home(_View):
    type: Literal["home"]
    blocks: HomeBlocks


VIEW: TypeAdapter[Any] = TypeAdapter(Annotated[Modal | Home, Field(discriminator="type")])
