"""The statements of queries.sql by name."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def _all() -> dict[str, str]:
    import aiosql

    text = files("handlers.database").joinpath("queries.sql").read_text("utf-8")
    loaded = aiosql.from_str(text, "psycopg", mandatory_parameters=False)
    return {
        name: getattr(loaded, name).sql
        for name in loaded.available_queries
        if not name.endswith("_cursor")
    }


def query(name: str) -> str:
    """The statement with that name, its parameters as psycopg writes them."""
    return _all()[name]


def names() -> tuple[str, ...]:
    return tuple(_all())
