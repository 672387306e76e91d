"""Who is blocked until when, and under attack mode: written before it is done at Cloudflare.

So a crash between the two leaves a record that its end can clean up after.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.command import Person
from bot.errors import OpsError
from bot.store.connection import Connection
from bot.store.operation_rows import at
from bot.store.outbox_rows import milliseconds, moment

_BLOCK = (
    "number, kind, value, rules, reason, person_id, person_name, operation, began_at, ends_at, "
    "ended_at, ended_by, trouble"
)
_ATTACK = (
    "number, before, reason, person_id, person_name, operation, began_at, ends_at, ended_at, "
    "ended_by, trouble"
)


@dataclass(frozen=True, slots=True)
class BlockRule:
    """One rule at Cloudflare; `id` is empty while it is not known to be there."""

    target: str
    value: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """`kind` is address, network, system or country. Times are aware UTC."""

    number: int
    kind: str
    value: str
    rules: tuple[BlockRule, ...]
    reason: str
    person: Person
    operation: str
    began_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    ended_by: str
    trouble: str

    @property
    def id(self) -> str:
        """As people call it."""
        return f"B-{self.number}"

    @property
    def whole(self) -> bool:
        """Every rule of it is there."""
        return all(rule.id for rule in self.rules)


@dataclass(frozen=True, slots=True)
class AttackMode:
    """`before` is the security level that comes back at the end."""

    number: int
    before: str
    reason: str
    person: Person
    operation: str
    began_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    ended_by: str
    trouble: str


class Containment:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin_block(
        self,
        kind: str,
        value: str,
        rules: Sequence[BlockRule],
        reason: str,
        person: Person,
        operation: str,
        now: datetime,
        ends_at: datetime,
    ) -> Block:
        """One open block a value: the one there is gets this end where it is later."""
        packed = _packed(rules)
        with self._connection.write() as sqlite:
            row = sqlite.execute(
                "SELECT number FROM blocks WHERE value = ? AND ended_at IS NULL", (value,)
            ).fetchone()
            if row is None:
                added = sqlite.execute(
                    "INSERT INTO blocks (kind, value, rules, reason, person_id, person_name, "
                    "operation, began_at, ends_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        kind, value, packed, reason, person.id, person.name, operation,
                        milliseconds(now), milliseconds(ends_at),
                    ),
                )  # fmt: skip
                number = int(added.lastrowid or 0)
            else:
                number = int(row[0])
                sqlite.execute(
                    "UPDATE blocks SET ends_at = max(ends_at, ?) WHERE number = ?",
                    (milliseconds(ends_at), number),
                )
        return self._sure(number)

    def note_rule(self, number: int, value: str, rule_id: str) -> Block:
        """That rule of the block is there, under this id; empty: it is gone."""
        with self._connection.write() as sqlite:
            row = sqlite.execute("SELECT rules FROM blocks WHERE number = ?", (number,)).fetchone()
            changed = [
                BlockRule(rule.target, rule.value, rule_id if rule.value == value else rule.id)
                for rule in _unpacked(row[0] if row else "[]")
            ]
            sqlite.execute(
                "UPDATE blocks SET rules = ? WHERE number = ?", (_packed(changed), number)
            )
        return self._sure(number)

    def extend_block(self, number: int, ends_at: datetime) -> Block:
        """Never earlier than it was."""
        with self._connection.write() as sqlite:
            sqlite.execute(
                "UPDATE blocks SET ends_at = max(ends_at, ?) WHERE number = ? AND ended_at IS NULL",
                (milliseconds(ends_at), number),
            )
        return self._sure(number)

    def end_block(self, number: int, now: datetime, by: str) -> bool:
        """Its rules are gone; False where it had ended."""
        return self._end("blocks", number, now, by)

    def block_trouble(self, number: int, trouble: str) -> bool:
        """Why it could not be ended; False where that was known."""
        return self._trouble("blocks", number, trouble)

    def block(self, number: int) -> Block | None:
        return next(iter(self._blocks("number = ?", (number,))), None)

    def blocks(self) -> tuple[Block, ...]:
        """Those that hold, the one that ends first in front."""
        return self._blocks("ended_at IS NULL ORDER BY ends_at, number", ())

    def ended_blocks(self, limit: int) -> tuple[Block, ...]:
        """Those that ended, newest first."""
        return self._blocks("ended_at IS NOT NULL ORDER BY ended_at DESC, number LIMIT ?", (limit,))

    def begin_attack_mode(
        self,
        before: str,
        reason: str,
        person: Person,
        operation: str,
        now: datetime,
        ends_at: datetime,
    ) -> AttackMode:
        """One at a time: the one there is keeps what was before it, and gets this end."""
        with self._connection.write() as sqlite:
            changed = sqlite.execute(
                "UPDATE attack_modes SET ends_at = ? WHERE ended_at IS NULL",
                (milliseconds(ends_at),),
            )
            if not changed.rowcount:
                sqlite.execute(
                    "INSERT INTO attack_modes (before, reason, person_id, person_name, operation, "
                    "began_at, ends_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        before, reason, person.id, person.name, operation, milliseconds(now),
                        milliseconds(ends_at),
                    ),
                )  # fmt: skip
        found = self.attack_mode()
        if found is None:
            raise OpsError("The store lost what it had just taken.")
        return found

    def attack_mode(self) -> AttackMode | None:
        """The one that holds."""
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                f"SELECT {_ATTACK} FROM attack_modes WHERE ended_at IS NULL"  # noqa: S608 fixed
            ).fetchone()
        if row is None:
            return None
        return AttackMode(
            row[0], row[1], row[2], Person(row[3], row[4]), row[5], at(row[6]), at(row[7]),
            moment(row[8]), row[9], row[10],
        )  # fmt: skip

    def end_attack_mode(self, number: int, now: datetime, by: str) -> bool:
        """The level of before is back; False where it had ended."""
        return self._end("attack_modes", number, now, by)

    def attack_trouble(self, number: int, trouble: str) -> bool:
        """Why it could not be ended; False where that was known."""
        return self._trouble("attack_modes", number, trouble)

    def _end(self, table: str, number: int, now: datetime, by: str) -> bool:
        with self._connection.write() as sqlite:
            changed = sqlite.execute(
                f"UPDATE {table} SET ended_at = ?, ended_by = ?, trouble = '' "  # noqa: S608 fixed
                "WHERE number = ? AND ended_at IS NULL",
                (milliseconds(now), by, number),
            )
            return changed.rowcount == 1

    def _trouble(self, table: str, number: int, trouble: str) -> bool:
        with self._connection.write() as sqlite:
            changed = sqlite.execute(
                f"UPDATE {table} SET trouble = ? WHERE number = ? AND ended_at IS NULL "  # noqa: S608
                "AND trouble = ''",
                (trouble, number),
            )
            return changed.rowcount == 1

    def _sure(self, number: int) -> Block:
        found = self.block(number)
        if found is None:
            raise OpsError("The store lost a block that it had just taken.")
        return found

    def _blocks(self, where: str, values: Sequence[object]) -> tuple[Block, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_BLOCK} FROM blocks WHERE {where}",  # noqa: S608 fixed words
                tuple(values),
            ).fetchall()
        return tuple(
            Block(
                row[0], row[1], row[2], _unpacked(row[3]), row[4], Person(row[5], row[6]), row[7],
                at(row[8]), at(row[9]), moment(row[10]), row[11], row[12],
            )
            for row in rows
        )  # fmt: skip


def _packed(rules: Sequence[BlockRule]) -> str:
    return json.dumps([[rule.target, rule.value, rule.id] for rule in rules])


def _unpacked(text: str) -> tuple[BlockRule, ...]:
    return tuple(BlockRule(*map(str, each)) for each in json.loads(text))
