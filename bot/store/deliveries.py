"""What Slack delivered: claimed once before the acknowledgement, finished when answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.store.connection import Connection, Sql


@dataclass(frozen=True, slots=True)
class Claim:
    """One delivery to claim: what was asked, and where the answer goes, as text."""

    delivery_id: str
    summary: str
    reply_to: str


@dataclass(frozen=True, slots=True)
class UnfinishedDelivery:
    """A request that was acknowledged and never answered, because the bot was cut off."""

    delivery_id: str
    summary: str
    reply_to: str
    claimed_at: datetime


class Deliveries:
    """A claim survives a killed process; a power cut may lose the last ones.

    After a power cut Slack's redelivery is then worked on again, which is what a person
    who never got an answer wants. The claim stands between Slack and its acknowledgement,
    so it does not wait for the disk.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, delivery_id: str, summary: str, reply_to: str, now: datetime) -> bool:
        """True for the first to claim this delivery, False for everyone after."""
        return self.exchange((Claim(delivery_id, summary, reply_to),), (), now)[0]

    def finish(self, delivery_id: str, now: datetime) -> None:
        """Note that the person was answered, and forget what was asked and where to answer."""
        self.exchange((), (delivery_id,), now)

    def answer_at(self, delivery_id: str, reply_to: str) -> None:
        """Note that the answer goes elsewhere now, as into a modal that was opened for it."""
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                "UPDATE deliveries SET reply_to = ? WHERE delivery_id = ? AND finished_at IS NULL",
                (reply_to, delivery_id),
            )

    def adopt(self, delivery_id: str, before: str, after: str) -> bool:
        """Take over what a process that is gone had claimed; False where another one did.

        `before` and `after` are its summary with the old and the new owner.
        """
        with self._connection.write(durable=False) as sqlite:
            taken = sqlite.execute(
                "UPDATE deliveries SET summary = ? "
                "WHERE delivery_id = ? AND summary = ? AND finished_at IS NULL",
                (after, delivery_id, before),
            )
            return taken.rowcount == 1

    def exchange(
        self,
        claims: Sequence[Claim],
        finished: Sequence[str],
        now: datetime,
        *,
        tried: int = 0,
        withdrawn: Sequence[str] = (),
    ) -> tuple[bool, ...]:
        """Claim and finish many in one transaction; answers, claim by claim, who was first.

        The first `tried` of the claims were given before, and no answer was heard: where one stands
        there, word for word, it was that try which wrote it, and counts as the first. What was
        `withdrawn` is forgotten before that, unless it is finished.
        """
        moment = _milliseconds(now)
        # A unique key decides who was first, so nobody has to wait for other writers.
        with self._connection.write(durable=False, alone=False) as sqlite:
            sqlite.executemany(
                "DELETE FROM deliveries WHERE delivery_id = ? AND finished_at IS NULL",
                [(delivery_id,) for delivery_id in withdrawn],
            )
            first: list[bool] = []
            seen: set[str] = set()
            for place, claim in enumerate(claims):
                added = sqlite.execute(
                    "INSERT OR IGNORE INTO deliveries VALUES (?, ?, ?, ?, NULL)",
                    (claim.delivery_id, claim.summary, claim.reply_to, moment),
                )
                again = place < tried and claim.delivery_id not in seen
                seen.add(claim.delivery_id)  # twice in one batch is a delivery that came twice
                first.append(added.rowcount == 1 or (again and _same(sqlite, claim)))
            sqlite.executemany(
                "UPDATE deliveries SET finished_at = ?, summary = '', reply_to = '' "
                "WHERE delivery_id = ? AND finished_at IS NULL",
                [(moment, delivery_id) for delivery_id in finished],
            )
        return tuple(first)

    def unfinished(self) -> tuple[UnfinishedDelivery, ...]:
        """Claimed and never finished, oldest first.

        Where several bots share the file, this includes what another one is working on.
        """
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT delivery_id, summary, reply_to, claimed_at FROM deliveries "
                "WHERE finished_at IS NULL ORDER BY claimed_at, delivery_id"
            ).fetchall()
        return tuple(
            UnfinishedDelivery(identifier, summary, reply_to, _moment(claimed_at))
            for identifier, summary, reply_to, claimed_at in rows
        )

    def newest(self) -> datetime | None:
        """When the newest delivery that is still known was claimed."""
        with self._connection.read() as sqlite:
            found = sqlite.execute("SELECT max(claimed_at) FROM deliveries").fetchone()[0]
        return None if found is None else _moment(found)

    def forget_before(self, moment: datetime) -> int:
        """Delete what was claimed before that time and is finished; answers how many."""
        with self._connection.write() as sqlite:
            return sqlite.execute(
                "DELETE FROM deliveries WHERE claimed_at < ? AND finished_at IS NOT NULL",
                (_milliseconds(moment),),
            ).rowcount


def _same(sqlite: Sql, claim: Claim) -> bool:
    row = sqlite.execute(
        "SELECT summary FROM deliveries WHERE delivery_id = ? AND finished_at IS NULL",
        (claim.delivery_id,),
    ).fetchone()
    return row is not None and bool(row[0] == claim.summary)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
