"""How old a secret is, from this bot's own record and from Cloudflare's versions. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from bot.clients.cloudflare_versions import Version
from bot.store.secret_rotations import Rotation
from handlers.worker_secrets.result import Known

_NOBODY = datetime.min.replace(tzinfo=UTC)


def known(
    names: Iterable[str], versions: Iterable[Version], own: Mapping[str, Rotation]
) -> tuple[Known, ...]:
    """The oldest first; what nobody knows comes before.

    Cloudflare says of a version that a secret made it, but not which one: only what this bot set
    itself is known by name. Without such a version a secret is as old as what is listed at least.
    """
    listed = sorted(versions, key=lambda each: each.at)
    edits = [each for each in listed if each.triggered_by == "secret"]
    first = listed[0] if listed else None
    found = [_one(name, first, edits, own.get(name), own.values()) for name in names]
    return tuple(sorted(found, key=lambda each: (each.oldest or _NOBODY, each.name)))


def _one(
    name: str,
    first: Version | None,
    edits: list[Version],
    own: Rotation | None,
    rotations: Iterable[Rotation],
) -> Known:
    foreign = [each for each in edits if not _ours(each, rotations)]
    if own is not None:
        later = [each.at for each in foreign if each.at > own.at]
        return Known(
            name,
            since=own.at,
            by=own.person_name,
            generated=own.generated,
            maybe_later=max(later, default=None),
        )
    if foreign:
        return Known(name, maybe_later=max(each.at for each in foreign))
    return Known(name, at_least=first.at if first else None)


def _ours(version: Version, rotations: Iterable[Rotation]) -> bool:
    """A version that one of this bot's settings made: within a minute of it."""
    return any(abs((version.at - each.at).total_seconds()) < 60 for each in rotations)
