"""Maintenance mode as it is recorded, held against what Cloudflare says is live. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.clients.cloudflare_deployments import Deployment, Share, same_split
from bot.clients.cloudflare_versions import Version
from bot.errors import NotConfigured, OpsError
from bot.live import Picture
from bot.store.maintenance import MaintenanceRecord


@dataclass(frozen=True, slots=True)
class Standing:
    """What is recorded, held against what Cloudflare says is live.

    `version` is the tagged one that would answer, None where there is none; `before` is what
    comes back afterwards, or would be remembered.
    """

    environment: str
    record: MaintenanceRecord | None
    version: Version | None
    live: Deployment | None
    before: tuple[Share, ...]
    named: dict[str, str]  # versions as people call them, by id

    @property
    def on(self) -> bool:
        """The maintenance version answers everything, whoever put it there."""
        wanted = self.record.version if self.record else self.version.id if self.version else ""
        return self.live is not None and bool(wanted) and same_split(
            self.live.shares, (Share(wanted, 100),)
        )  # fmt: skip

    @property
    def restored(self) -> bool:
        """What answered before answers again."""
        return self.live is not None and same_split(self.live.shares, self.before)

    @property
    def overtaken(self) -> bool:
        """It is recorded as on, and somebody has deployed something else since."""
        return self.record is not None and not self.on and not self.restored

    def called(self, version: str) -> str:
        return self.named.get(version, version[:8])

    def split(self, shares: Iterable[Share]) -> str:
        """A split in words: `v1.9.0 (3f2a1b9c) 90 %, …`."""
        return ", ".join(f"{self.called(each.version)} {each.percent:g} %" for each in shares)


def stand(record: MaintenanceRecord | None, picture: Picture, tag: str) -> Standing:
    """Pure."""
    version = next((each for each in picture.versions if each.tag == tag), None)
    ids = {each.id for each in picture.versions if each.tag == tag}
    before = tuple(Share(*each) for each in record.before) if record else ()
    if not before:
        before = next(
            (
                each.shares
                for each in picture.deployments
                if each.shares and not ids & {share.version for share in each.shares}
            ),
            (),
        )
    named = {
        each.id: f"{each.tag} ({each.short})" if each.tag else each.short
        for each in picture.versions
    }
    return Standing(picture.environment, record, version, picture.live, before, named)


def afresh(found: Standing) -> Standing:
    """As if nothing were recorded: what is live is what comes back."""
    return replace(found, record=None, before=found.live.shares if found.live else ())


def version_of(found: Standing, script: str, tag: str) -> Version:
    """Raises NotConfigured where no version that can be deployed has the tag."""
    if found.version is None:
        raise NotConfigured(
            f"No version of {script} has the tag “{tag}”, so there is nothing to switch to.",
            f"Upload one: `wrangler versions upload --name {script} --tag {tag}`; how is in "
            "docs/how-to/outage.md.",
        )
    return found.version


class Unsure(OpsError):
    """Somebody deployed over maintenance mode: what is meant by `off` has to be said."""

    permanent = True

    def __init__(self, found: Standing) -> None:
        live = found.live
        by = f" by {live.author}" if live and live.author else ""
        now = found.split(live.shares if live else ()) or "nothing"
        super().__init__(
            f"Somebody deployed over maintenance mode: now live is {now}{by}.",
            "Say whether that stays (`--keep`), or what answered before comes back (`--restore`).",
        )
        self.found = found


def unread(record: MaintenanceRecord) -> Standing:
    """From the record alone, where Cloudflare cannot be asked."""
    before = tuple(Share(*each) for each in record.before)
    return Standing(record.environment, record, None, None, before, {})
