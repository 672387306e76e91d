"""What lies in the buckets: thirty days of backups with manifests, and some uploads."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

BACKUPS = "pitchey-backups"
UPLOADS = "pitchey-uploads"
DAYS = 30
_NEWEST = timedelta(hours=7)  # the newest backup is this old
_LASTED = timedelta(seconds=48)
_REGION = "us-east-1"


class Shelves:
    """Fills a moto S3 backend, with times of the past, and can show an older shelf."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._dump = b""
        self._facts: dict[str, Any] = {}
        self._aside: Any = None  # the bucket's real content while an older one is shown
        self._damaged: tuple[Any, bytes] | None = None  # an object, and its bytes of before
        self._ahead = ""  # the folder of a backup from the future
        self._first: dict[str, frozenset[str]] = {}  # by bucket, what lay there at the start

    def seed(self, order: dict[str, Any]) -> None:
        """Put everything as it is at the start; `order` names the dump file and its facts."""
        self._dump = Path(order["dump"]).read_bytes()
        self._facts = order["facts"] | {
            "bytes": len(self._dump),
            "sha256": hashlib.sha256(self._dump).hexdigest(),
        }
        self._aside = None
        for bucket in (BACKUPS, UPLOADS):
            if bucket in self._store.buckets:
                self._store.buckets[bucket].keys.clear()
            else:
                self._store.create_bucket(bucket, _REGION)
        now = datetime.now(UTC)
        self._put_backups(now - _NEWEST)
        for number in range(1, 25):
            name = f"pitches/{number}/" + ("script.pdf", "cover.jpg", "budget.pdf")[number % 3]
            body = f"upload {number}\n".encode() * (400 + number * 37)
            self._put(UPLOADS, name, body, now - timedelta(hours=number * 9))
        self._first = {
            bucket: frozenset(self._store.get_bucket(bucket).keys) for bucket in (BACKUPS, UPLOADS)
        }

    def tidy(self) -> None:
        """Take away what was put since the start; what was deleted stays away."""
        for bucket, first in self._first.items():
            keys = self._store.get_bucket(bucket).keys
            for key in [key for key in keys if key not in first]:
                keys.pop(key)

    def age(self, hours: float | None) -> None:
        """Show only backups at least that old, the newest exactly so; None shows all again."""
        bucket = self._store.get_bucket(BACKUPS)
        if self._aside is not None:
            bucket.keys, self._aside = self._aside, None
        if hours is None:
            return
        self._aside = bucket.keys
        bucket.keys = type(bucket.keys)()
        self._put_backups(datetime.now(UTC) - timedelta(hours=hours))

    def ahead(self, days: float | None) -> None:
        """Add a backup that was made while the clocks ran ahead; None takes it away."""
        found = self._store.get_bucket(BACKUPS).keys
        for key in [key for key in found if self._ahead and key.startswith(self._ahead)]:
            found.pop(key)
        self._ahead = ""
        if days is not None:
            at = datetime.now(UTC) + timedelta(days=days)
            self._ahead = f"{at:%Y%m%d}/"
            self._put_backup(at)

    def shorten(self, path: str) -> None:
        """Keep an object of `/bucket/key` a little shorter than what was sent."""
        bucket, _, key = path.lstrip("/").partition("/")
        stored = self._store.get_object(bucket, key)
        stored.value = stored.value[:-100]

    def older(self, path: str) -> bytes | None:
        """The content of the newest object before that of `/bucket/key` with the same last name."""
        bucket, _, key = path.lstrip("/").partition("/")
        stored = self._store.get_object(bucket, key)
        name = f"/{key.rpartition('/')[2]}"
        before = [
            each
            for other, each in self._store.get_bucket(bucket).keys.items()
            if other.endswith(name) and each.last_modified < stored.last_modified
        ]
        newest = max(before, key=lambda each: each.last_modified, default=None)
        content: bytes | None = newest.value if newest is not None else None
        return content

    def damage(self, *, on: bool) -> None:
        """Change one byte in the middle of the newest dump; off puts it back."""
        if self._damaged is not None:
            stored, whole = self._damaged
            stored.value, self._damaged = whole, None
        if not on:
            return
        found = self._store.get_bucket(BACKUPS).keys
        dumps = [stored for key, stored in found.items() if "/database.dump" in key]
        newest = max(dumps, key=lambda each: each.last_modified)
        whole = newest.value
        changed = bytearray(whole)
        changed[len(changed) // 2] ^= 0xFF
        newest.value, self._damaged = bytes(changed), (newest, whole)

    def _put_backups(self, newest: datetime) -> None:
        for day in reversed(range(DAYS)):
            self._put_backup(newest - timedelta(days=day))

    def _put_backup(self, finished: datetime) -> None:
        folder = finished.strftime("%Y%m%d")
        manifest = {
            "format": 1,
            "object": f"{folder}/database.dump",
            "started_at": (finished - _LASTED).isoformat(),
            "finished_at": finished.isoformat(),
            **self._facts,
        }
        self._put(BACKUPS, f"{folder}/database.dump", self._dump, finished - timedelta(seconds=2))
        # written last: no manifest, no backup
        self._put(BACKUPS, f"{folder}/manifest.json", json.dumps(manifest).encode(), finished)

    def _put(self, bucket: str, name: str, body: bytes, at: datetime) -> None:
        stored = self._store.put_object(bucket, name, body)
        stored.last_modified = at.replace(tzinfo=None)
