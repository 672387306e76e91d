"""The manifest of a backup: written last, it says that everything else is there. Pure.

Objects of one backup lie in one folder, `<prefix><YYYYMMDD>/<HHMMSS>-<letters>/`; its id is the
folder's name with a hyphen. Format 1 has the folder `<YYYYMMDD>/` alone, which is its id.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

MANIFEST = "manifest.json"
DUMP = "database.dump"
BUNDLE = "worker-bundle.tar"  # its object's name, but for what packs and encrypts it
_LETTERS = "23456789abcdefghjkmnpqrstvwxyz"  # none that look like another over the phone
_FOLDER = re.compile(r"(?P<day>\d{8})(?:/(?P<rest>\d{6}-[a-z0-9]{4}))?/")


class Label(StrEnum):
    """Why a backup was made."""

    MANUAL = "manual"
    SCHEDULED = "scheduled"
    PRE_DEPLOY = "pre-deploy"
    PRE_MIGRATION = "pre-migration"
    SAFETY = "safety"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Beside(_Part):
    """Another object of the backup's folder, such as the configuration; `bytes` as stored."""

    object: str
    sha256: str
    bytes: int
    encrypted: bool = False


class Missing(_Part):
    """What was to go with the backup and could not, and why."""

    part: str
    why: str


class Code(_Part):
    """What was live when the backup was made; empty where Cloudflare did not tell."""

    script: str = ""
    version: str = ""
    number: int = 0
    tag: str = ""
    message: str = ""
    commit: str = ""


class Manifest(_Part):
    """Everything about one backup. Sizes in bytes, `tables` are rows by `schema.table` in SQL.

    `bytes` and `sha256` are of the stored object, `raw_bytes` of what pg_dump wrote.
    """

    format: int = 1
    id: str = ""
    label: str = ""
    database: str = ""
    object: str
    bytes: int
    sha256: str = ""
    raw_bytes: int = 0
    etag: str = ""
    started_at: AwareDatetime
    finished_at: AwareDatetime
    by: str = ""
    person_id: str = ""
    server_version: str = ""
    program_version: str = ""
    bot_version: str = ""
    database_bytes: int = 0
    compression: str = ""
    recipient: str = ""  # the age key that it is encrypted to
    tables: dict[str, int] = Field(default_factory=dict)
    beside: tuple[Beside, ...] = ()
    missing: tuple[Missing, ...] = ()
    code: Code = Code()

    @property
    def bundle(self) -> Beside | None:
        """The code that was live, where it goes with the backup."""
        return next((each for each in self.beside if each.object.startswith(BUNDLE)), None)

    @property
    def seconds(self) -> float:
        return max(0.0, (self.finished_at - self.started_at).total_seconds())

    @property
    def rows(self) -> int:
        return sum(self.tables.values())

    def text(self) -> str:
        return self.model_dump_json(indent=1)


def read(content: bytes) -> Manifest | None:
    """The manifest of an object; None where it is not one of a backup."""
    try:
        return Manifest.model_validate_json(content)
    except ValidationError:
        return None


def new_id(now: datetime) -> str:
    """Such as `20261128-030012-k7q2`, in UTC; two in one second differ in their letters."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(4))
    return f"{now.astimezone(UTC):%Y%m%d-%H%M%S}-{letters}"


def folder_of(prefix: str, backup: str) -> str:
    """Where the objects of a backup lie, with its final slash."""
    day, _, rest = backup.partition("-")
    return f"{prefix}{day}/{rest}/" if rest else f"{prefix}{day}/"


def id_of(prefix: str, key: str) -> str:
    """The id of the backup that an object belongs to; empty for what belongs to none."""
    found = _FOLDER.match(key.removeprefix(prefix))
    if found is None:
        return ""
    folder = prefix + found.group()
    inside = key.removeprefix(folder)
    if not key.startswith(folder) or "/" in inside:
        return ""
    return f"{found['day']}-{found['rest']}" if found["rest"] else found["day"]


def plain(tables: Mapping[str, int]) -> dict[str, int]:
    """Format 1 names tables without their schema; a name gets `public.` there."""
    return {name if "." in name else f"public.{name}": rows for name, rows in tables.items()}
