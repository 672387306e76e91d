"""Errors a person may read: what happened, what to try, and whether trying again can help."""

from __future__ import annotations

from collections.abc import Sequence


class OpsError(Exception):
    """A failure told in one message: `message` says what happened, `hint` what to try.

    `permanent` is true where the same attempt cannot succeed without a change by somebody.
    `offers` are what would help, as buttons: what each is called, and its command line.
    """

    permanent = False

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        permanent: bool | None = None,
        offers: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.offers = tuple(offers)
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


class NotNow(OpsError):
    """Nothing is wrong: it may be done at another time, which the message says."""

    permanent = True


class NotConfigured(OpsError):
    """A setting is missing; the hint names it and where it goes."""

    permanent = True


class Unreachable(OpsError):
    """A service did not answer, or not in time; trying later may succeed."""


class BadAnswer(OpsError):
    """A service answered something that its contract does not allow."""
