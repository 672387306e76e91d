"""The backups in the bucket: their manifests, and the marks that say what became of each.

A mark is an object beside the manifest: `verified.json`, `corrupt.json`, `restored.json`,
`hold.json`. So one listing tells the state of all, and it outlives the bot's own data.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from bot.backup_listing import backup_objects
from bot.backups.manifest import MANIFEST, Label, Manifest, folder_of, id_of, read
from bot.clients.backup_listing import DUMPS, SMALLEST_DUMP
from bot.clients.storage import StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from bot.clients import Clients
    from bot.clients.storage import Bucket
    from bot.settings import Settings

VERIFIED, CORRUPT, RESTORED, HOLD = "verified.json", "corrupt.json", "restored.json", "hold.json"
_SIDE_BY_SIDE = 8


@dataclass(frozen=True, slots=True)
class KeptBackup:
    """One backup of the bucket. `finished` is by the bucket's clock, aware UTC, or, where that ran
    ahead, by its name; `ahead` where both lie in the future, so that nobody knows its age.

    Without a manifest it is an older kind of backup, or a broken one: `proven` is False.
    """

    id: str
    folder: str
    object: str  # the key of the dump
    bytes: int  # of the dump, as the bucket has it
    finished: datetime
    manifest: Manifest | None
    objects: tuple[StoredObject, ...] = field(repr=False, default=())
    verified_at: datetime | None = None
    corrupt_at: datetime | None = None
    restored_at: datetime | None = None
    held_at: datetime | None = None
    ahead: bool = False

    @property
    def proven(self) -> bool:
        """It has its manifest, written last, and the dump has the size that it names."""
        return self.manifest is not None and self.manifest.bytes == self.bytes

    @property
    def verified(self) -> bool:
        """The last verification found it good."""
        return self.proven and self.verified_at is not None and not self.corrupt

    @property
    def corrupt(self) -> bool:
        return self.corrupt_at is not None

    @property
    def good(self) -> bool:
        """Nothing speaks against it; `verified` says more."""
        return self.proven and not self.corrupt

    @property
    def counts(self) -> bool:
        """It is good, and known to be as old as it says: it may stand in for others."""
        return self.good and not self.ahead

    @property
    def data_from(self) -> datetime:
        """The moment that its rows are of: the earlier one, where the bot's clock ran ahead."""
        return min(self.manifest.started_at, self.finished) if self.manifest else self.finished

    @property
    def safety(self) -> bool:
        """It was made right before a restore over the live database."""
        return self.manifest is not None and self.manifest.label == Label.SAFETY

    @property
    def recipient(self) -> str:
        """The age key that it is encrypted to; empty where it is not."""
        return self.manifest.recipient if self.manifest else ""

    def readable_with(self, own_key: str) -> bool:
        """Whether who has that age key, or none, can read it."""
        return self.recipient in ("", own_key)

    def age(self, now: datetime) -> timedelta:
        """Never negative, whatever the clocks say."""
        return max(timedelta(), now - self.finished)


async def kept(
    settings: Settings, clients: Clients, *, deadline: float, now: datetime
) -> tuple[KeptBackup, ...]:
    """Every backup, newest first, and last those that bear a time after `now`.

    Raises StorageFailure or NotConfigured.
    """
    bucket, prefix = clients.backups, settings.storage.backup_prefix
    objects = await backup_objects(bucket, settings, deadline=deadline, now=now)
    shelves = _shelves(objects, prefix)
    manifests = await _manifests(bucket, shelves, deadline)
    read_all = (_kept(prefix, each, held, manifests.get(each)) for each, held in shelves.items())
    found = [each for each in read_all if each is not None]
    return tuple(sorted(found, key=_newest_first))


def _newest_first(backup: KeptBackup) -> tuple[bool, float]:
    return backup.ahead, -backup.finished.timestamp()


async def bucket_clock(clients: Clients, *, deadline: float = 20.0) -> datetime:
    """The bucket's own time, which its objects' ages are told by. Raises StorageFailure."""
    bucket = clients.backups

    def ask(client: S3Client) -> datetime:
        answer = client.head_bucket(Bucket=bucket.name)
        told = answer["ResponseMetadata"]["HTTPHeaders"].get("date", "")
        try:
            return parsedate_to_datetime(told).astimezone(UTC)
        except ValueError:
            return datetime.now(UTC)

    return await bucket.run(ask, deadline=deadline)


async def newest_good(
    settings: Settings, clients: Clients, *, deadline: float, now: datetime
) -> KeptBackup | None:
    """The newest backup that nothing speaks against; None where there is none.

    Where none has a manifest, the newest dump of a size that can hold something counts. One that
    bears a time after `now` is not the newest: it would be fresh until then. Raises StorageFailure
    or NotConfigured.
    """
    bucket, prefix = clients.backups, settings.storage.backup_prefix
    objects = await backup_objects(bucket, settings, deadline=deadline, now=now)
    shelves = _shelves(objects, prefix)
    newest = sorted(
        (each for each, held in shelves.items() if _when(held)),
        key=lambda each: _when(shelves[each]),
        reverse=True,
    )
    for backup in newest:  # one after the other: nearly always the first one will do
        manifests = await _manifests(bucket, {backup: shelves[backup]}, deadline)
        found = _kept(prefix, backup, shelves[backup], manifests.get(backup))
        if found is not None and found.counts:
            return found
    if any(each.key.endswith(f"/{MANIFEST}") for each in objects):
        return None
    found_all = (_kept(prefix, each, held, None) for each, held in shelves.items())
    dumps = [each for each in found_all if each is not None]
    return last_good(sorted(dumps, key=_newest_first))


def last_good(backups: Iterable[KeptBackup]) -> KeptBackup | None:
    """Out of all, newest first. Pure."""
    all_of_them = tuple(backups)
    good = next((each for each in all_of_them if each.counts), None)
    if good is not None or any(each.manifest is not None for each in all_of_them):
        return good
    return next(
        (each for each in all_of_them if each.bytes >= SMALLEST_DUMP and not each.ahead), None
    )


def _when(held: list[StoredObject]) -> float:
    """When its manifest was written; 0 where there is none, or nobody knows."""
    return next(
        (
            each.modified.timestamp()
            for each in held
            if each.key.endswith(f"/{MANIFEST}") and each.known
        ),
        0.0,
    )


def _shelves(objects: Iterable[StoredObject], prefix: str) -> dict[str, list[StoredObject]]:
    """Objects by the id of the backup they belong to."""
    found: dict[str, list[StoredObject]] = {}
    for stored in objects:
        if backup := id_of(prefix, stored.key):
            found.setdefault(backup, []).append(stored)
    return found


async def _manifests(
    bucket: Bucket, shelves: dict[str, list[StoredObject]], deadline: float
) -> dict[str, Manifest]:
    wanted = {
        backup: stored.key
        for backup, held in shelves.items()
        for stored in held
        if stored.key.rpartition("/")[2] == MANIFEST
    }
    if not wanted:
        return {}

    def read_them(client: S3Client) -> dict[str, Manifest]:
        def one(key: str) -> Manifest | None:
            return read(client.get_object(Bucket=bucket.name, Key=key)["Body"].read())

        with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="manifests") as threads:
            found = dict(zip(wanted, threads.map(one, wanted.values()), strict=True))
        return {backup: each for backup, each in found.items() if each is not None}

    return await bucket.run(read_them, deadline=deadline)


def _kept(
    prefix: str, backup: str, held: list[StoredObject], manifest: Manifest | None
) -> KeptBackup | None:
    folder = folder_of(prefix, backup)
    names = {stored.key.rpartition("/")[2]: stored for stored in held}
    # Of another backup: the bucket gives what it was not asked for. Format 1 names none.
    if manifest is not None and manifest.id != backup and (manifest.id or "-" in backup):
        manifest = None
    if manifest is not None:
        dump = names.get(manifest.object.rpartition("/")[2])
    else:
        dumps = [stored for name, stored in names.items() if name.endswith(DUMPS)]
        dump = max(dumps, key=lambda each: each.size, default=None)
    if dump is None and manifest is None:
        return None  # marks or configuration alone are no backup

    def when(name: str) -> datetime | None:
        return names[name].modified if name in names else None

    last = names.get(MANIFEST) or dump
    verified, corrupt = when(VERIFIED), when(CORRUPT)
    return KeptBackup(
        id=backup,
        folder=folder,
        object=dump.key if dump else f"{folder}{manifest.object if manifest else ''}",
        bytes=dump.size if dump else 0,
        finished=last.modified if last else datetime.now(UTC),
        manifest=manifest,
        objects=tuple(held),
        verified_at=verified,
        # The later one of the two counts, should both be there.
        corrupt_at=None if verified and corrupt and verified > corrupt else corrupt,
        restored_at=when(RESTORED),
        held_at=when(HOLD),
        ahead=last is not None and not last.known,
    )
