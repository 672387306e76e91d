"""Statements for the platform's database by name, from the queries.sql of a feature."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def named(package: str) -> dict[str, str]:
    """Those of that package by name, their parameters as psycopg writes them."""
    import aiosql

    text = files(package).joinpath("queries.sql").read_text("utf-8")
    loaded = aiosql.from_str(text, "psycopg", mandatory_parameters=False)
    return {
        name: getattr(loaded, name).sql
        for name in loaded.available_queries
        if not name.endswith("_cursor")
    }
