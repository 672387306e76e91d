"""Errors a person may read: what happened, what to try, and whether trying again can help."""

from __future__ import annotations


class OpsError(Exception):
    """A failure told in one message: `message` says what happened, `hint` what to try.

    `permanent` is true where the same attempt cannot succeed without a change by somebody.
    """

    permanent = False

    def __init__(self, message: str, hint: str = "", *, permanent: bool | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if permanent is not None:
            self.permanent = permanent

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class BadInput(OpsError):
    """The person asked for something that cannot be understood; the hint shows what can."""

    permanent = True


class Refused(OpsError):
    """The person, or the bot's token, may not do this; the hint says who or what may."""

    permanent = True


class NotConfigured(OpsError):
    """A setting is missing; the hint names it and where it goes."""

    permanent = True


class Unreachable(OpsError):
    """A service did not answer, or not in time; trying later may succeed."""


class BadAnswer(OpsError):
    """A service answered something that its contract does not allow."""
