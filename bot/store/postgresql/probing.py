"""Looks at a PostgreSQL store without changing it: would it do, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from bot.store.migrations import step_names
from bot.store.postgresql.address import understood
from bot.store.postgresql.failures import explained

_QUESTION = """
SELECT current_setting('server_version'), current_setting('server_version_num')::int,
  pg_is_in_recovery(), current_setting('transaction_read_only') = 'on',
  coalesce(has_schema_privilege(current_schema(), 'CREATE'), false),
  to_regclass('store_steps') IS NOT NULL,
  coalesce((SELECT pg_has_role(relowner, 'USAGE') FROM pg_class
    WHERE oid = to_regclass('store_steps')), true)
"""


@dataclass(frozen=True, slots=True)
class Probed:
    """`newer` are steps that this version does not know; `made` is false before the first start."""

    place: str
    version: str
    number: int  # 180004 is 18.4
    standby: bool
    read_only: bool  # a standby is, too
    may_create: bool
    made: bool
    owned: bool
    newer: tuple[str, ...]


def probe(url: str, password: str) -> Probed:
    """Raises OpsError where it cannot be reached, or refuses."""
    import psycopg

    address = understood(url, password)
    try:
        with psycopg.connect(address.url, **address.options) as connection:
            row = connection.execute(_QUESTION).fetchone()
            assert row is not None  # noqa: S101 - a SELECT without FROM has one row
            version, number, standby, read_only, may_create, made, owned = row
            steps: list[tuple[str]] = []
            if made and owned:
                steps = connection.execute("SELECT name FROM store_steps").fetchall()
    except psycopg.Error as error:
        raise explained(error, address.place) from None
    known = step_names()
    newer = tuple(name for (name,) in steps if name not in known)
    return Probed(
        address.place, version, number, standby, read_only, may_create, made, owned, newer
    )
