"""A store that takes no delivery for a while, as with a full disk or a server that is away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.store import Store


@contextmanager
def taking_nothing(store: Store) -> Iterator[None]:
    """Its table of deliveries is away: a real failure of a real store."""
    with store._connection.write() as sql:
        sql.execute("ALTER TABLE deliveries RENAME TO away")
    try:
        yield
    finally:
        with store._connection.write() as sql:
            sql.execute("ALTER TABLE away RENAME TO deliveries")
