"""`[dashboard]`: how often a dashboard is brought up to date, and how long it lives."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict

from bot.settings.values import Hours, Table


class Dashboard(Table):
    """`refresh_seconds` between two updates; `hours` is how long one lives that names no time."""

    refresh_seconds: Annotated[int, Strict(), Field(ge=5, le=3_600)] = 30
    hours: Hours = 8.0
