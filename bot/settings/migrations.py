"""`[migrations]`: where the changes of the database's shape are, and how carefully they run."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, Strict, model_validator

from bot.settings.values import AnyText, FilePath, Hours, Minutes, Seconds, Table, Text

_TABLE = re.compile(r"([a-z_][a-z0-9_]{0,62}\.)?[a-z_][a-z0-9_]{0,62}")
Statement = Annotated[str, Strict(), Field(min_length=1, max_length=5_000)]


def _table_name(text: str) -> str:
    if not _TABLE.fullmatch(text):
        raise ValueError("is not a table's name such as pitchey_migrations or ops.migrations")
    return text


class Migrations(Table):
    """Either `folder` (SQL files that the bot applies) or `command` (a program that does).

    With both, the command runs and the folder's files are what it applies: they are analysed and
    summed, so that a test holds for exactly those. `verify` are queries that must answer true.
    """

    folder: FilePath | None = None
    command: Annotated[tuple[Text, ...], Field(max_length=50)] = ()
    command_folder: FilePath | None = None
    command_minutes: Minutes = 30
    table: Annotated[Text, AfterValidator(_table_name)] = "pitchey_migrations"
    baseline: AnyText = ""
    lock_seconds: Seconds = 5.0
    lock_tries: Annotated[int, Strict(), Field(ge=1, le=20)] = 3
    statement_seconds: Annotated[float, Strict(), Field(ge=0, le=86_400, allow_inf_nan=False)] = (
        300.0
    )
    test_hours: Hours = 24.0
    verify: Annotated[tuple[Statement, ...], Field(max_length=50)] = ()
    verify_command: Annotated[tuple[Text, ...], Field(max_length=50)] = ()

    @property
    def configured(self) -> bool:
        return self.folder is not None or bool(self.command)

    @model_validator(mode="after")
    def _one_way(self) -> Migrations:
        if self.command_folder is not None and not (self.command or self.verify_command):
            raise ValueError("has a command_folder, and no command to run in it")
        return self
