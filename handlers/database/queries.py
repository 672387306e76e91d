"""The statements of queries.sql by name."""

from __future__ import annotations

from bot.queries import named


def query(name: str) -> str:
    """The statement with that name, its parameters as psycopg writes them."""
    return named("handlers.database")[name]


def names() -> tuple[str, ...]:
    return tuple(named("handlers.database"))
