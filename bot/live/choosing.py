"""Which version is the way back, and why another one is not. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from bot.clients.cloudflare_deployments import Deployment
from bot.clients.cloudflare_versions import MOST, Version, VersionDetail
from bot.errors import BadInput
from bot.live.picture import Picture

_SHORTEST = 6  # characters of an id that name a version


class Verdict(StrEnum):
    """Whether Cloudflare would take a version back."""

    READY = "ready"
    ASKS = "asks"  # its secrets differ: Cloudflare wants to be told that this is meant
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One version as a way back. `reasons` are sentences without a full stop, worst first.

    `secrets` names those that differ from the live ones. `good` says that it answered every
    request once, is other code than what is live, and was not itself taken back.
    """

    version: Version
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    same_code: bool = False
    good: bool = False
    taken_back: bool = False
    maintenance: bool = False
    live_at: datetime | None = None  # when it last began to answer everything, as far as known


def suspect(picture: Picture) -> str:
    """The version that a rollback takes away: of a split, the one that came last."""
    if picture.live is None:
        return ""
    shares = picture.live.shares
    if len(shares) > 1:
        stable = next((each.version for each in picture.deployments[1:] if each.whole), "")
        newcomers = [share.version for share in shares if share.version != stable]
        if len(newcomers) == 1:
            return newcomers[0]
        return max(newcomers, key=lambda each: _number(picture, each))
    return picture.live.version


def candidates(picture: Picture) -> tuple[Candidate, ...]:
    """Every version but the one a rollback takes away, newest first."""
    taken = suspect(picture)
    whole = _whole_at(picture)
    back = _taken_back(picture.deployments)
    return tuple(
        _judge(picture, version, taken, whole.get(version.id), version.id in back)
        for version in picture.versions
        if version.id != taken
    )


def last_good(picture: Picture) -> Candidate | None:
    """The good version that answered everything last and that Cloudflare would take back."""
    good = [
        each
        for each in candidates(picture)
        if each.good and each.live_at is not None and each.verdict is not Verdict.REFUSED
    ]
    return max(good, key=lambda each: each.live_at or picture.read_at, default=None)


def find(picture: Picture, words: str) -> Candidate:
    """The version of that tag, id or beginning of an id; raises BadInput where none or many."""
    wanted = words.strip().lower()
    if not wanted:
        raise BadInput("Say which version: its tag, or at least six characters of its id.")
    known = {each.version.id: each for each in candidates(picture)}
    hits = [
        version
        for version in picture.versions
        if version.tag.lower() == wanted
        or (len(wanted) >= _SHORTEST and version.id.lower().startswith(wanted))
    ]
    if not hits:
        near = ", ".join(_called(each) for each in picture.versions[:5])
        raise BadInput(
            f"No version that Cloudflare could deploy is called {words[:60]}.",
            f"Only the newest {MOST} can be. The newest are: {near}.",
        )
    if len({_code(picture, each.id) for each in hits}) > 1 and len(hits) > 1:
        listed = ", ".join(each.short for each in hits[:5])
        raise BadInput(f"{len(hits)} versions are called {words[:60]}: {listed}.", "Name one id.")
    found = hits[0]  # the same code with other secrets: the newest has the newest secrets
    if found.id not in known:
        raise BadInput(
            f"Version {_called(found)} is what is live, so there is nothing to go back to.",
            "Name another one, or none to go back to the last good one.",
        )
    return known[found.id]


def _judge(
    picture: Picture, version: Version, taken: str, live_at: datetime | None, taken_back: bool
) -> Candidate:
    now, then = picture.details.get(taken), picture.details.get(version.id)
    reasons: list[str] = []
    verdict = Verdict.READY
    if now and then and now.migration_tag != then.migration_tag:
        verdict = Verdict.REFUSED
        reasons.append(_migration(now, then))
    if lost := _lost(picture, then):
        verdict = Verdict.REFUSED
        reasons.append(f"binds the bucket {', '.join(lost)}, which does not exist any more")
    secrets = _changed_secrets(picture, version, taken, now, then)
    if secrets and verdict is Verdict.READY:
        verdict = Verdict.ASKS
    if secrets:
        reasons.append(f"secrets changed since: {', '.join(secrets)}")
    same = _same_code(picture, version.id, taken)
    if same:
        reasons.append("the same code as what is live, only its secrets or settings differ")
    reasons += [] if lost else _bindings(now, then)
    if taken_back:
        reasons.append("it was taken back itself")
    if live_at is None:
        reasons.append("not known to have answered every request")
    maintenance = version.tag.lower() == picture.maintenance_tag.lower()
    if maintenance:
        reasons.append("it is the maintenance page")
    good = live_at is not None and not same and not taken_back and not maintenance
    return Candidate(
        version, verdict, tuple(reasons), secrets, same, good, taken_back, maintenance, live_at
    )


def _migration(now: VersionDetail, then: VersionDetail) -> str:
    tags = f"{then.migration_tag or 'none'} then, {now.migration_tag or 'none'} now"
    return f"a Durable Object migration lies between ({tags}): Cloudflare refuses"


def _lost(picture: Picture, then: VersionDetail | None) -> list[str]:
    return sorted(picture.gone & {each.bucket for each in then.bindings}) if then else []


def _changed_secrets(
    picture: Picture,
    version: Version,
    taken: str,
    now: VersionDetail | None,
    then: VersionDetail | None,
) -> tuple[str, ...]:
    """Names added or taken out; where only values may differ, that is said instead of a name."""
    names = now.secrets ^ then.secrets if now and then else frozenset()
    between = [
        each
        for each in picture.versions
        if version.number < each.number <= _number(picture, taken) and each.triggered_by == "secret"
    ]
    if between and not names:
        return ("values that were set anew",)
    return tuple(sorted(names))


def _bindings(now: VersionDetail | None, then: VersionDetail | None) -> list[str]:
    if now is None or then is None:
        return []
    back = sorted({each.name for each in then.resources - now.resources})
    gone = sorted({each.name for each in now.resources - then.resources} - set(back))
    told = []
    if back:
        told.append(f"binds {', '.join(back)} as it was then, which must still exist")
    if gone:
        told.append(f"does not know the binding {', '.join(gone)}")
    return told


def _whole_at(picture: Picture) -> dict[str, datetime]:
    """When each version last began to answer everything, by the ten newest deployments."""
    found: dict[str, datetime] = {}
    for each in picture.deployments:
        if each.whole:
            found.setdefault(each.version, each.at)
    return found


def _taken_back(history: tuple[Deployment, ...]) -> frozenset[str]:
    """Versions that the deployment after theirs was a rollback from, newest word first."""
    back: set[str] = set()
    for after, before in pairwise(history):
        if after.triggered_by == "rollback" or after.message.lower().startswith("rollback"):
            kept = {share.version for share in after.shares}
            back |= {share.version for share in before.shares} - kept
    # Somebody who deployed it again, on purpose and last, has thought better of it.
    return frozenset(back - {share.version for share in (history[0].shares if history else ())})


def _same_code(picture: Picture, one: str, other: str) -> bool:
    return bool(other) and _code(picture, one) == _code(picture, other)


def _code(picture: Picture, version: str) -> str:
    detail = picture.details.get(version)
    return detail.etag if detail and detail.etag else version


def _number(picture: Picture, version: str) -> int:
    found = picture.version(version)
    return found.number if found else 0


def _called(version: Version) -> str:
    return f"{version.tag} ({version.short})" if version.tag else version.short
