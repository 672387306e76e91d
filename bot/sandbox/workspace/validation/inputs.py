"""The elements an input block collects text, numbers and files with."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from bot.sandbox.workspace.validation.composition import DispatchActionConfig
from bot.sandbox.workspace.validation.menus import Placeholder
from bot.sandbox.workspace.validation.rich_text import RichText
from bot.sandbox.workspace.validation.shape import ABSENT, Filled, Identifier, Shape, refuse

INPUT_LENGTH = 3_000
INPUT_FILES = 10
INPUT_LINES = 100

_Lines = Annotated[int, Field(ge=1, le=INPUT_LINES)]


class _Typed(Shape):
    action_id: Identifier = ABSENT
    placeholder: Placeholder = ABSENT
    dispatch_action_config: DispatchActionConfig = ABSENT
    focus_on_load: bool = ABSENT


class PlainTextInput(_Typed):
    type: Literal["plain_text_input"]
    initial_value: Annotated[str, StringConstraints(max_length=INPUT_LENGTH)] = ABSENT
    multiline: bool = ABSENT
    min_length: Annotated[int, Field(ge=0, le=INPUT_LENGTH)] = ABSENT
    max_length: Annotated[int, Field(ge=1, le=INPUT_LENGTH)] = ABSENT

    @model_validator(mode="after")
    def _range(self) -> Self:
        both = {"min_length", "max_length"} <= self.model_fields_set
        if both and self.min_length > self.max_length:
            raise refuse("must not be greater than max_length", ("min_length",), type="max")
        return self


class EmailInput(_Typed):
    type: Literal["email_text_input"]
    initial_value: str = ABSENT


class UrlInput(_Typed):
    type: Literal["url_text_input"]
    initial_value: str = ABSENT


class NumberInput(_Typed):
    """Numbers travel as strings; fractions only where `is_decimal_allowed`."""

    type: Literal["number_input"]
    is_decimal_allowed: bool
    initial_value: str = ABSENT
    min_value: str = ABSENT
    max_value: str = ABSENT

    def _number(self, name: str) -> Decimal | None:
        if name not in self.model_fields_set:
            return None
        try:
            number = Decimal(getattr(self, name))
        except InvalidOperation as wrong:
            raise refuse("must be a number in a string", (name,), type="format") from wrong
        if not number.is_finite():
            raise refuse("must be a number in a string", (name,), type="format")
        if not self.is_decimal_allowed and number != number.to_integral_value():
            raise refuse("must be a whole number", (name,), type="format")
        return number

    @model_validator(mode="after")
    def _range(self) -> Self:
        least, most = self._number("min_value"), self._number("max_value")
        initial = self._number("initial_value")
        if least is not None and most is not None and least > most:
            raise refuse("must not be greater than max_value", ("min_value",), type="max")
        if initial is not None:
            if least is not None and initial < least:
                raise refuse("must not be less than min_value", ("initial_value",), type="min")
            if most is not None and initial > most:
                raise refuse("must not be greater than max_value", ("initial_value",), type="max")
        return self


class RichTextInput(_Typed):
    type: Literal["rich_text_input"]
    initial_value: RichText = ABSENT
    min_lines: _Lines = ABSENT
    max_lines: _Lines = ABSENT


class FileInput(Shape):
    type: Literal["file_input"]
    action_id: Identifier = ABSENT
    filetypes: Annotated[list[Filled], Field(min_length=1)] = ABSENT
    max_files: Annotated[int, Field(ge=1, le=INPUT_FILES)] = ABSENT
