"""What PostgreSQL reports about the store, told so that a person knows what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.errors import OpsError

if TYPE_CHECKING:
    import psycopg

ADDRESS = "STORE_URL, or `[store] url`"
READ_ONLY = (
    "It is a standby, or was set to default_transaction_read_only, as hosting services do where "
    "the disk is full: free some room, or set it back."
)
_LOOK = f"Check that its server runs and can be reached, and its address ({ADDRESS})."
# A refused sign-in has no SQLSTATE: libpq only passes the server's words on; PgBouncer has others.
_REFUSED = re.compile(
    r"authentication failed|no password supplied|pg_hba|no such (user|database)"
    r"|(role|user|database) \S+ does not exist|not permitted to log in",
    re.IGNORECASE,
)
_TAKEN = re.compile(
    r"too many (clients|connections)|connection slots are reserved|no more connections allowed",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(r"failed to resolve host|could not translate host name", re.IGNORECASE)
_SPOKEN = re.compile(r"FATAL: |server login failed")
_WAY = re.compile(r".*(?:FATAL|failed): ")
_SHOWN = 200  # characters of what a server says


def explained(error: psycopg.Error, place: str) -> OpsError:
    """The OpsError for a failure; `place` is host and database, without a password."""
    state = error.sqlstate or ""
    said = _said(str(error))
    if state in ("55P03", "57014"):
        return OpsError(
            f"The store {place} is busy: another process has written for too long.",
            "Try again; if it stays so, look for a session that holds a transaction open.",
        )
    if state == "53300" or (not state and _TAKEN.search(said)):
        return OpsError(
            f"The store {place} has no connection left: {said}.",
            "Let it take more, or run fewer copies: each of them uses six at most.",
        )
    if state.startswith(("53", "54")):
        return OpsError(
            f"The store {place} has no room: {said}.", "Free some; the bot goes on by itself."
        )
    if state == "25006":
        return OpsError(
            f"The store {place} can only be read now.",
            f"{READ_ONLY} The bot goes on by itself once it can be written, unless its address "
            f"({ADDRESS}) is that of a standby.",
        )
    if state == "42501":
        return OpsError(
            f"The store {place} refuses the bot: {said}.",
            "Make its user the owner of the database, or let it create tables there.",
            permanent=True,
        )
    if state in ("28P01", "28000", "3D000") or (not state and _REFUSED.search(said)):
        return OpsError(
            f"The store {place} refuses the bot: {said}.",
            f"Check user and database in {ADDRESS}, and the password: STORE_PASSWORD, unless it "
            "stands in STORE_URL.",
            permanent=True,
        )
    if not state or state.startswith(("08", "57P")):
        if _UNKNOWN.search(said):
            return OpsError(
                f"The store {place} cannot be found: nothing has that name.",
                f"Correct the host in its address ({ADDRESS}), or look at this machine's DNS.",
            )
        if _SPOKEN.search(str(error)):
            return OpsError(f"The store {place} takes no connection now: {said}.", _LOOK)
        return OpsError(f"The store {place} does not answer.", _LOOK)
    return OpsError(f"The store {place} failed: {said}.", "See the bot's log for the cause.")


def _said(text: str) -> str:
    """The server's own sentence on one line, without the way to it and the statement."""
    line = " ".join(text.split("\nLINE ", maxsplit=1)[0].split())
    line = _WAY.sub("", line).strip().removesuffix(".")
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
