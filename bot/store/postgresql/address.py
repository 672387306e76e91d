"""Where a store in PostgreSQL is and how it is reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.errors import OpsError
from bot.store.postgresql.failures import ADDRESS

CONNECT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Address:
    """`place` is host and database, for messages; the rest holds a password."""

    place: str
    url: str
    options: dict[str, Any]

    def __repr__(self) -> str:
        return f"Address({self.place})"


def understood(url: str, password: str = "") -> Address:
    """`password` counts where `url` has none. Raises OpsError where `url` is no address."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        known = conninfo_to_dict(url)
    except psycopg.Error:
        # The cause repeats parts of the address, and with it of the password.
        raise OpsError(
            "The address of the store is none of a PostgreSQL database.",
            f"It looks like postgresql://user@host/database ({ADDRESS}).",
            permanent=True,
        ) from None
    # PgBouncer keeps no prepared statements; detached servers are noticed by keepalives.
    options: dict[str, Any] = {
        "autocommit": True,
        "prepare_threshold": None,
        "connect_timeout": int(CONNECT_SECONDS),
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 8_000,
        "application_name": "pitchey store",
    }
    if password and not known.get("password"):
        options["password"] = password
    place = f"{known.get('host') or 'localhost'}/{known.get('dbname') or ''}"
    return Address(place, url, options)
