"""Action items: what has to change after an incident, by whom and until when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.errors import BadInput
from bot.store.connection import Connection
from bot.store.incidents_rows import Actor, instant, moment
from bot.store.lessons_rows import (
    ActionItem,
    ActionKind,
    ActionState,
    NewAction,
    action_number,
)
from bot.store.outbox_rows import milliseconds
from bot.store.timeline import incident_number

_COLUMNS = (
    "number, incident, kind, act, text, owner_id, owner_name, due_at, source, created_at, "
    "created_by_id, created_by_name, state, ended_at, ended_by_id, ended_by_name, note"
)
# Overdue ones first, the longest overdue of them first; those without a date last.
_WORST_FIRST = "due_at IS NULL, due_at, number"


class LessonActions:
    """`action` is an id such as `ACT-7`, `incident` one such as `INC-12`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, action: NewAction, actor: Actor, now: datetime) -> ActionItem:
        """The item; the one that is there already where its source was proposed before."""
        with self._connection.write() as sqlite:
            if action.source:
                row = sqlite.execute(
                    f"SELECT {_COLUMNS} FROM lesson_actions "  # noqa: S608 fixed words
                    "WHERE incident = ? AND source = ? AND source != ''",
                    (action.incident, action.source),
                ).fetchone()
                if row is not None:
                    return _action_of(row)
            due = None if action.due_at is None else milliseconds(action.due_at)
            row = sqlite.execute(
                "INSERT INTO lesson_actions (incident, kind, act, text, owner_id, "  # noqa: S608
                "owner_name, "
                "due_at, source, created_at, created_by_id, created_by_name) "
                f"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING {_COLUMNS}",
                (
                    action.incident, action.kind, action.act, action.text, action.owner_id,
                    action.owner_name, due, action.source, milliseconds(now), actor.id,
                    actor.name,
                ),
            ).fetchone()  # fmt: skip
            return _action_of(row)

    def get(self, action: str) -> ActionItem:
        """Raises BadInput where there is none."""
        number = action_number(action)
        found = self._actions("number = ?", number)
        if not found:
            raise BadInput(
                f"There is no action item ACT-{number}.", "`/pitchey incident actions` shows them."
            )
        return found[0]

    def of(self, incident: str) -> tuple[ActionItem, ...]:
        """Open ones first, the earliest due first; then the others."""
        return self._actions(
            f"incident = ? ORDER BY state != 'open', {_WORST_FIRST}", incident_number(incident)
        )

    def open(self) -> tuple[ActionItem, ...]:
        """Of every incident, worst first."""
        return self._actions(f"state = 'open' ORDER BY {_WORST_FIRST}")

    def open_at(self, moment: datetime) -> tuple[ActionItem, ...]:
        """Those that were open then, by when they are due; what became of them does not matter."""
        at = milliseconds(moment)
        return self._actions(
            f"created_at < ? AND (ended_at IS NULL OR ended_at >= ?) ORDER BY {_WORST_FIRST}",
            at,
            at,
        )

    def ended_between(self, since: datetime, until: datetime) -> tuple[ActionItem, ...]:
        """Done or dropped in [since, until), oldest first."""
        return self._actions(
            "ended_at >= ? AND ended_at < ? ORDER BY ended_at, number",
            milliseconds(since),
            milliseconds(until),
        )

    def owned_by(self, person_id: str) -> tuple[ActionItem, ...]:
        """Open ones of that person, worst first."""
        return self._actions(f"state = 'open' AND owner_id = ? ORDER BY {_WORST_FIRST}", person_id)

    def end(self, action: str, state: ActionState, note: str, actor: Actor, now: datetime) -> bool:
        """open → done or dropped; False where it has an end already."""
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "UPDATE lesson_actions SET state = ?, note = ?, ended_at = ?, "
                    "ended_by_id = ?, ended_by_name = ? WHERE number = ? AND state = 'open'",
                    (state, note, milliseconds(now), actor.id, actor.name, action_number(action)),
                ).rowcount
                == 1
            )

    def reopen(self, action: str) -> bool:
        """False where it is open."""
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "UPDATE lesson_actions SET state = 'open', ended_at = NULL, ended_by_id = '', "
                    "ended_by_name = '' WHERE number = ? AND state != 'open'",
                    (action_number(action),),
                ).rowcount
                == 1
            )

    def plan(self, action: str, owner: Actor, due_at: datetime | None) -> bool:
        """Another owner or due date of an open one; False where it is not open."""
        due = None if due_at is None else milliseconds(due_at)
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "UPDATE lesson_actions SET owner_id = ?, owner_name = ?, due_at = ? "
                    "WHERE number = ? AND state = 'open'",
                    (owner.id, owner.name, due, action_number(action)),
                ).rowcount
                == 1
            )

    def _actions(self, where: str, *values: object) -> tuple[ActionItem, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_COLUMNS} FROM lesson_actions WHERE {where}",  # noqa: S608
                values,
            ).fetchall()
        return tuple(map(_action_of, rows))


def _action_of(row: tuple[Any, ...]) -> ActionItem:
    fields = dict(zip(_COLUMNS.split(", "), row, strict=True))
    fields["kind"], fields["state"] = ActionKind(fields["kind"]), ActionState(fields["state"])
    fields["created_at"] = instant(fields["created_at"])
    for name in ("due_at", "ended_at"):
        fields[name] = moment(fields[name])
    return ActionItem(**fields)
