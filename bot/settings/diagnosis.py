"""What `/pitchey diagnose` has to know of the platform."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.settings.values import Table, Text

SecretName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,100}$")]
TableName = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,62}(\.[a-z_][a-z0-9_]{0,62})?$")]


class Diagnosing(Table):
    """`auth_secrets` are names that the Worker must have; sessions live in `session_table`.

    `account_email` is an account of the bot's own, whose password is PLATFORM_PASSWORD.
    `upload_megabytes` is what the site promises people that they may upload, in steps of 1000.
    """

    auth_secrets: tuple[SecretName, ...] = ("JWT_SECRET",)
    session_table: TableName = "user_sessions"
    account_email: Text | None = None
    upload_megabytes: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)] = 100.0
