"""What the commands of backups found and did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.backups import KeptBackup
    from bot.backups.beside_databases import BesideDatabase
    from bot.backups.drilling import Drill
    from bot.backups.holding import Hold
    from bot.backups.keeping import Retention
    from bot.backups.leftovers import Unfinished
    from bot.backups.restoring import Restored
    from bot.backups.switching import Switched
    from bot.backups.verifying import Proof


@dataclass(frozen=True, slots=True)
class Listing:
    """Every backup, newest first. `limit` is how old the newest good one may be."""

    bucket: str
    backups: tuple[KeptBackup, ...]
    good: KeptBackup | None
    unfinished: tuple[Unfinished, ...]
    now: datetime
    limit: timedelta
    next_at: datetime | None
    own_key: str = ""  # the age key that the bot can read

    @property
    def newest_is_bad(self) -> bool:
        """Something newer than the last good one cannot be used."""
        return bool(self.backups) and self.backups[0] is not self.good


@dataclass(frozen=True, slots=True)
class Shown:
    """One backup with its marks."""

    backup: KeptBackup
    proof: Proof | None
    drill: Drill | None
    hold: Hold | None
    now: datetime
    last_good: bool
    others: tuple[str, ...] = ()  # ids of the newest others, where none was named
    own_key: str = ""  # the age key that the bot can read


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made, and what reading it back found."""

    backup: KeptBackup
    proof: Proof
    before: KeptBackup | None

    @property
    def change_percent(self) -> float | None:
        """How much larger than the one before; None where there is none to compare with."""
        if self.before is None or self.before.manifest is None or self.backup.manifest is None:
            return None
        before, now = self.before.manifest.rows, self.backup.manifest.rows
        return 100.0 * (now - before) / before if before else None


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was deleted, with the bytes that are free now, and how many backups are left."""

    gone: tuple[str, ...]
    bytes: int
    left: int
    uploads: int


@dataclass(frozen=True, slots=True)
class Recovered:
    """A restored database, the safety backup before it, and the switch where one was made.

    `lost` is what a copy lacks, in words.
    """

    restored: Restored
    live: str
    lost: str = ""
    safety: KeptBackup | None = None
    switched: Switched | None = None
    writers: Stopped | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """What became of the writers, in a sentence; `on`: maintenance mode is."""

    told: str = ""
    on: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """What a restore that did not end well left. `trouble`: the databases could not be asked."""

    operation: str
    resumable: bool
    live: str
    replaced: BesideDatabase | None  # the live one of before, where it came to the switch
    copies: tuple[BesideDatabase, ...]
    stopped: bool | None  # maintenance mode is on; None where it could not be asked
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Databases:
    """The live database and those that the bot made beside it."""

    live: str
    beside: tuple[BesideDatabase, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Drilled:
    """A drill and the backup it restored."""

    backup: KeptBackup
    drill: Drill


@dataclass(frozen=True, slots=True)
class PruneAsked:
    """What pruning would do."""

    retention: Retention
    abandoned: tuple[Unfinished, ...]
