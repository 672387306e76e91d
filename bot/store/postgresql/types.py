"""Numbers as the repositories expect them: a sum of integers is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg


def prepare(connection: psycopg.Connection[Any]) -> None:
    """Read PostgreSQL's numeric, which sums and averages are, as int where it is whole."""
    from psycopg.adapt import Loader

    class NumericLoader(Loader):
        def load(self, data: Any) -> int | float:
            text = bytes(data).decode()
            return float(text) if "." in text or not text.lstrip("-").isdigit() else int(text)

    connection.adapters.register_loader("numeric", NumericLoader)
