"""How large the platform's database may become."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.settings.values import Table


class DatabaseLimits(Table):
    """`size_limit_gb` is what the plan holds, in steps of 1000; 0 where nothing limits it."""

    size_limit_gb: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)] = 5.0
