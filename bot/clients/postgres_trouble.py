"""What a PostgreSQL connection error means, told apart by the server's own words. Pure."""

from __future__ import annotations

import re
from enum import StrEnum

from bot.errors import Unreachable


class DatabaseTrouble(StrEnum):
    """Why the database cannot be used."""

    NAME = "name not resolved"
    REFUSED = "connection refused"
    TIMED_OUT = "timed out"
    LOCKED = "waited for a lock"
    PASSWORD = "sign-in refused"  # noqa: S105 - the name of a fault
    NO_DATABASE = "no such database"
    FULL = "no free connection"
    ROLE_FULL = "the bot's user has no free connection"
    WAKING = "waking up"
    QUOTA = "compute quota exhausted"
    DISABLED = "endpoint disabled"
    TLS = "certificate not accepted"
    CUT = "connection cut"
    PERMISSION = "permission missing"
    OTHER = "not usable"


_MEANINGS: tuple[tuple[DatabaseTrouble, re.Pattern[str]], ...] = tuple(
    (trouble, re.compile(words, re.IGNORECASE))
    for trouble, words in (
        (DatabaseTrouble.QUOTA, r"quota|http status 402|\b402\b.*payment|payment required"),
        (DatabaseTrouble.DISABLED, r"endpoint (is|has been) disabled"),
        (DatabaseTrouble.NAME, r"resolve host|could not translate host name|name or service not"),
        (
            DatabaseTrouble.PASSWORD,
            r"password authentication|role .* does not exist|pg_hba|"
            r"no password supplied|authentication failed|28P01|28000",
        ),
        (DatabaseTrouble.NO_DATABASE, r"database .* does not exist|3D000"),
        (DatabaseTrouble.ROLE_FULL, r"too many connections for role"),
        (
            DatabaseTrouble.FULL,
            r"too many (clients|connections)|connection slots|"
            r"max_client_conn|no more connections|53300",
        ),
        (
            DatabaseTrouble.WAKING,
            r"starting up|in recovery mode|57P03|"
            r"couldn't connect to compute|compute node.*(start|wak)|control plane request failed",
        ),
        (DatabaseTrouble.TLS, r"certificate|\bssl\b.*(error|required|unsupported)|sslmode"),
        (DatabaseTrouble.LOCKED, r"lock timeout|55P03"),
        (DatabaseTrouble.REFUSED, r"connection refused|no such file or directory"),
        (DatabaseTrouble.TIMED_OUT, r"timeout|timed out|statement_timeout|57014"),
        (DatabaseTrouble.PERMISSION, r"permission denied|42501"),
        (
            DatabaseTrouble.CUT,
            r"closed the connection|connection reset|broken pipe|eof detected|"
            r"no connection to the server|shutting down|terminating connection|lost",
        ),
    )
)

_SENTENCES = {
    DatabaseTrouble.NAME: "The database's name cannot be resolved.",
    DatabaseTrouble.REFUSED: "The database refuses connections.",
    DatabaseTrouble.TIMED_OUT: "The database did not answer in time.",
    DatabaseTrouble.LOCKED: "Somebody holds a lock that the question needs.",
    DatabaseTrouble.PASSWORD: "The database refuses the bot's user name or password.",
    DatabaseTrouble.NO_DATABASE: "The server answers, but the named database does not exist.",
    DatabaseTrouble.FULL: "The database has no free connection left.",
    DatabaseTrouble.ROLE_FULL: "The bot's database user holds all connections it may have.",
    DatabaseTrouble.WAKING: "The database is still waking up.",
    DatabaseTrouble.QUOTA: "The database's compute quota is exhausted.",
    DatabaseTrouble.DISABLED: "The database's endpoint is disabled at its provider.",
    DatabaseTrouble.TLS: "The encrypted connection to the database is not accepted.",
    DatabaseTrouble.CUT: "The database cut the connection.",
    DatabaseTrouble.PERMISSION: "The bot's database user lacks a permission.",
    DatabaseTrouble.OTHER: "The database cannot be used.",
}

_HINTS = {
    DatabaseTrouble.NAME: "Check the host in DATABASE_URL, and name resolution.",
    DatabaseTrouble.REFUSED: "Check that it runs and which addresses may connect.",
    DatabaseTrouble.TIMED_OUT: "Look for long queries and at the provider's status.",
    DatabaseTrouble.LOCKED: "Look at who blocks whom: `/pitchey db locks`.",
    DatabaseTrouble.PASSWORD: "Check the user and password in DATABASE_URL.",
    DatabaseTrouble.NO_DATABASE: "Check the database name in DATABASE_URL.",
    DatabaseTrouble.FULL: "Find who holds connections, or use the pooled host.",
    DatabaseTrouble.ROLE_FULL: "Raise the user's connection limit, or end its old sessions.",
    DatabaseTrouble.WAKING: "Try again in a few seconds.",
    DatabaseTrouble.QUOTA: "Raise the plan or wait for the next billing period at Neon.",
    DatabaseTrouble.DISABLED: "Enable the endpoint in the Neon console.",
    DatabaseTrouble.TLS: "Check sslmode and sslrootcert in DATABASE_URL.",
    DatabaseTrouble.CUT: "Try again; if it lasts, look at the provider's status.",
    DatabaseTrouble.PERMISSION: "Grant pg_monitor to the bot's database user.",
}


class DatabaseFailure(Unreachable):
    """The database did not do what was asked: `trouble` says why, `said` is its own text.

    `said` may name hosts and users: redact it before showing.
    """

    def __init__(
        self,
        trouble: DatabaseTrouble,
        said: str = "",
        *,
        seconds: float = 0.0,
        state: str | None = None,
        hint: str = "",
    ) -> None:
        permanent = trouble in {
            DatabaseTrouble.PASSWORD,
            DatabaseTrouble.NO_DATABASE,
            DatabaseTrouble.QUOTA,
            DatabaseTrouble.DISABLED,
            DatabaseTrouble.PERMISSION,
        }
        super().__init__(_SENTENCES[trouble], hint or _HINTS.get(trouble, ""), permanent=permanent)
        self.trouble = trouble
        self.said = said
        self.seconds = seconds
        self.state = state  # SQLSTATE, where the server told one


def meaning(said: str, sqlstate: str | None = None) -> DatabaseTrouble:
    """The trouble that a server's (or libpq's) message tells of."""
    text = f"{sqlstate or ''} {said}"
    return next(
        (trouble for trouble, words in _MEANINGS if words.search(text)), DatabaseTrouble.OTHER
    )
