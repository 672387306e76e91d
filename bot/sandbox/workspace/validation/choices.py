"""Radio buttons, checkboxes and the pickers of dates and times."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from bot.sandbox.workspace.validation.composition import Confirm, ListedOption
from bot.sandbox.workspace.validation.menus import Placeholder
from bot.sandbox.workspace.validation.shape import ABSENT, Identifier, Shape, refuse

LISTED_OPTIONS = 10
_TIMEZONES = frozenset(available_timezones())

_Options = Annotated[list[ListedOption], Field(min_length=1, max_length=LISTED_OPTIONS)]


class _Chosen(Shape):
    action_id: Identifier = ABSENT
    confirm: Confirm = ABSENT
    focus_on_load: bool = ABSENT


class RadioButtons(_Chosen):
    type: Literal["radio_buttons"]
    options: _Options
    initial_option: ListedOption = ABSENT

    @model_validator(mode="after")
    def _initial_is_offered(self) -> Self:
        if self.initial_option and self.initial_option not in self.options:
            raise refuse("must match one of the options", ("initial_option",), type="one_of")
        return self


class Checkboxes(_Chosen):
    type: Literal["checkboxes"]
    options: _Options
    initial_options: _Options = ABSENT

    @model_validator(mode="after")
    def _initial_are_offered(self) -> Self:
        for index, option in enumerate(self.initial_options or ()):
            if option not in self.options:
                at = ("initial_options", index)
                raise refuse("must match one of the options", at, type="one_of")
        return self


def _is_date(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError as wrong:
        raise refuse("must be a date in the format YYYY-MM-DD", type="format") from wrong
    return text


def _is_timezone(text: str) -> str:
    if text not in _TIMEZONES:
        raise refuse("must be an IANA time zone", type="format")
    return text


class Datepicker(_Chosen):
    type: Literal["datepicker"]
    initial_date: Annotated[
        str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_is_date)
    ] = ABSENT
    placeholder: Placeholder = ABSENT


class Timepicker(_Chosen):
    type: Literal["timepicker"]
    initial_time: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = ABSENT
    timezone: Annotated[str, AfterValidator(_is_timezone)] = ABSENT
    placeholder: Placeholder = ABSENT


class DatetimePicker(_Chosen):
    """`initial_date_time` is a Unix time in seconds, of ten digits."""

    type: Literal["datetimepicker"]
    initial_date_time: Annotated[int, Field(ge=1_000_000_000, le=9_999_999_999)] = ABSENT
