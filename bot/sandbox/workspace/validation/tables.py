"""Tables (docs.slack.dev, blocks/table-block and blocks/data-table-block)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot import limits
from bot.sandbox.workspace.validation.layout import Block
from bot.sandbox.workspace.validation.rich_text import RichText
from bot.sandbox.workspace.validation.shape import ABSENT, Filled, Shape, refuse

DATA_TABLE_ROWS = 101  # the header and 100 rows
PAGE_SIZE = 100


class RawText(Shape):
    type: Literal["raw_text"]
    text: Filled


class RawNumber(Shape):
    """`value` sorts the column, `text` is what is shown."""

    type: Literal["raw_number"]
    value: float
    text: Filled


class ColumnSettings(Shape):
    align: Literal["left", "center", "right"] = ABSENT
    is_wrapped: bool = ABSENT


_Cell = Annotated[RawText | RawNumber | RichText, Field(discriminator="type")]
_Row = Annotated[list[_Cell], Field(min_length=1, max_length=limits.TABLE_COLUMNS)]


class Table(Block):
    type: Literal["table"]
    rows: Annotated[list[_Row], Field(min_length=1, max_length=limits.TABLE_ROWS)]
    column_settings: Annotated[
        list[ColumnSettings | None], Field(max_length=limits.TABLE_COLUMNS)
    ] = ABSENT


class DataTable(Block):
    type: Literal["data_table"]
    caption: Filled
    rows: Annotated[list[_Row], Field(min_length=2, max_length=DATA_TABLE_ROWS)]
    page_size: Annotated[int, Field(ge=1, le=PAGE_SIZE)] = ABSENT
    row_header_column_index: Annotated[int, Field(ge=0)] = ABSENT

    @model_validator(mode="after")
    def _rectangular(self) -> Self:
        columns = len(self.rows[0])
        for index, row in enumerate(self.rows):
            if len(row) != columns:
                raise refuse(
                    "all rows must have the same number of cells",
                    ("rows", index),
                    type="items",
                    expected=columns,
                )
        for index, cell in enumerate(self.rows[0]):
            if isinstance(cell, RichText):
                at = ("rows", 0, index, "type")
                raise refuse("unsupported type: rich_text", at, type="enum", expected=["raw_text"])
        if (self.row_header_column_index or 0) >= columns:
            raise refuse("must be a column of the table", ("row_header_column_index",), type="max")
        return self
