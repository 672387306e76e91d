"""What became of a change whose answer was lost: looked at, in a time of its own.

A gateway may answer, and a connection be cut, before the change is done: it is looked more than
once until nothing having changed is believed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.clients.cloudflare_answers import CloudflareLimited
from bot.clients.cloudflare_refusals import CloudflareError
from bot.clients.http_faults import NoAnswer, Trouble
from bot.errors import BadAnswer, OpsError, Unreachable

_Seen = TypeVar("_Seen")
LOST = "Cloudflare's answer was lost; a look showed that it is done."
ONE_LOOK = 10.0  # seconds
PAUSES = (0.5, 1.0, 2.0)  # seconds before each further look
_NEVER_SENT = frozenset(
    {Trouble.NAME, Trouble.REFUSED, Trouble.CERTIFICATE, Trouble.UNREACHABLE}
)  # fmt: skip


class NothingChanged(Unreachable):
    """The change got no answer, and what is live shows that it was not done."""


class Unknown(OpsError):
    """Cloudflare did not answer, and whether it did the change cannot be read either.

    Permanent: only a look may follow, as the change may have been done.
    """

    permanent = True


def lost(failure: OpsError) -> bool:
    """Whether the change may have been done all the same. Pure.

    Not where Cloudflare says no, asks to wait, or was never reached.
    """
    if isinstance(failure, CloudflareLimited):
        return False
    if isinstance(failure, NoAnswer):
        return failure.trouble not in _NEVER_SENT
    if isinstance(failure, CloudflareError):
        return failure.status < 400 or failure.status >= 500
    return isinstance(failure, (Unreachable, BadAnswer))


async def seen(
    look: Callable[[], Awaitable[_Seen]],
    done: Callable[[_Seen], bool],
    unknown: Callable[[OpsError], Unknown],
) -> _Seen:
    """What a look shows once `done`, or the last of a few looks.

    Raises `unknown` of the failure where the last look fails: what was seen before is too old.
    """
    for pause in (*PAUSES, None):
        try:
            found = await look()
        except OpsError as blind:
            if pause is None:
                raise unknown(blind) from blind
        else:
            if pause is None or done(found):
                return found
        await asyncio.sleep(pause)
    raise AssertionError("unreachable")


def not_known(what: str, failure: OpsError, environment: str, tells: str = "") -> Unknown:
    """`what` may be so ("whether JWT_SECRET was set"); `tells` is what a look will show. Pure."""
    look = f"Look as soon as Cloudflare answers again, and do not send it again before. {tells}"
    return Unknown(
        f"It is NOT KNOWN {what}. {_why(failure)} What is live cannot be read now either.",
        look.strip(),
        offers=(("Look again", f"deployments {environment}".strip()),),
    )


def nothing_changed(stands: str, failure: OpsError) -> NothingChanged:
    """`stands` is what is live as before, a sentence's beginning. Pure."""
    return NothingChanged(
        f"Nothing was changed: {stands}, as a look showed afterwards. {_why(failure)}",
        failure.hint or "Try again once Cloudflare answers.",
    )


def _why(failure: OpsError) -> str:
    """A sentence without the address, which is long and tells nothing to who reads it."""
    if isinstance(failure, NoAnswer):
        return f"Cloudflare gave no answer: {failure.trouble}."
    return failure.message
