"""What PostgreSQL reports about the store, told so that a person knows what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import OpsError

if TYPE_CHECKING:
    import psycopg

_LOOK = "Check that its server runs and can be reached, and `[store] url`."


def explained(error: psycopg.Error, place: str) -> OpsError:
    """The OpsError for a failure; `place` is host and database, without a password."""
    state = error.sqlstate or ""
    said = " ".join(str(error).split())
    if state in ("55P03", "57014"):
        return OpsError(
            f"The store {place} is busy: another process has written for too long.",
            "Try again; if it stays so, look for a session that holds a transaction open.",
        )
    if state.startswith(("53", "54")):
        return OpsError(
            f"The store {place} has no room: {said}.", "Free some; the bot goes on by itself."
        )
    if state == "25006":
        return OpsError(
            f"The store {place} can only be read now: it is a standby.",
            "Give the address of the primary in `[store] url`.",
        )
    if state in ("42501", "28P01", "28000", "3D000"):
        return OpsError(
            f"The store {place} refuses the bot: {said}.",
            "Check the database's name, the user's password and its right to create tables there.",
            permanent=True,
        )
    if not state or state.startswith(("08", "57P")):
        return OpsError(f"The store {place} does not answer.", _LOOK)
    return OpsError(f"The store {place} failed: {said}.", "See the bot's log for the cause.")
