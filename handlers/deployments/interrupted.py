"""A rollback whose process was killed: had it taken effect? Asked again, it must not go further."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import BadInput
from bot.store.operation_rows import State
from handlers.deployments.approved import read_fingerprint, target_of
from handlers.deployments.words import named

if TYPE_CHECKING:
    from bot.live import Picture
    from bot.store import Store

_RECENT = timedelta(hours=6)


def already_there(store: Store, picture: Picture) -> None:
    """Raises BadInput where the newest rollback was cut off after it had done its work."""
    found = store.operations.newest(1, (), target_of(picture.script))
    if not found or found[0].state is not State.INTERRUPTED:
        return
    record = found[0]
    if record.request.command != "rollback" or picture.read_at - record.requested_at > _RECENT:
        return
    try:
        version = read_fingerprint(record.request.fingerprint).version
    except (ValueError, KeyError, TypeError):
        return
    live = picture.live
    if live is None or not live.whole or live.version != version:
        return
    raise BadInput(
        f"{named(picture, version)} is live: {record.id} was cut off, but had done its work.",
        "Nothing is left to do. To go further back, name a version: `deployments` lists them.",
    )
