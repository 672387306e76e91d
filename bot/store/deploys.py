"""Deployments in progress and past: every change is on the disk before the next one is made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.errors import BadInput
from bot.store.connection import Connection
from bot.store.deploys_rows import (
    RUN_COLUMNS,
    STEP_COLUMNS,
    DeployOutcome,
    DeployRecord,
    DeployStep,
    DeployWish,
    StepState,
    run_from,
    run_number,
    step_from,
    wish_from,
)
from bot.store.operation_rows import milliseconds

_CHANGEABLE = frozenset({"operation", "version", "tag", "previous", "previous_tag", "told"})
_MOST_OUTPUT = 20_000  # characters of a step's output; its end is what counts


class Deploys:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def start(self, run: DeployRecord) -> tuple[DeployRecord, bool]:
        """Begin one (its number is given here); False with the one unfinished there already."""
        values = (
            run.operation, run.environment, run.script, run.source, run.asked, run.version,
            run.tag, run.previous, run.previous_tag, _json(run.wanted), run.person_id,
            run.person_name, run.channel, run.thread_ts, milliseconds(run.started_at),
        )  # fmt: skip
        with self._connection.write() as sqlite:
            row = sqlite.execute(
                f"SELECT {RUN_COLUMNS} FROM deploy_runs "  # noqa: S608 fixed words
                "WHERE environment = ? AND outcome = ''",
                (run.environment,),
            ).fetchone()
            if row is not None:
                return run_from(row), False
            number = sqlite.execute(
                "INSERT INTO deploy_runs (operation, environment, script, source, asked, version, "
                "tag, previous, previous_tag, wanted, person_id, person_name, channel, thread_ts, "
                "started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            ).lastrowid
        return self.get(f"DEP-{number}"), True

    def get(self, run: str) -> DeployRecord:
        """Raises BadInput where there is no such deployment."""
        found = self._runs("number = ?", run_number(run))
        if not found:
            raise BadInput(
                f"There is no deployment DEP-{run_number(run)}.",
                "`/pitchey deploy status` shows the newest.",
            )
        return found[0]

    def unfinished(self) -> tuple[DeployRecord, ...]:
        return self._runs("outcome = '' ORDER BY number")

    def unfinished_in(self, environment: str) -> DeployRecord | None:
        found = self._runs("outcome = '' AND environment = ?", environment)
        return found[0] if found else None

    def newest(self, limit: int) -> tuple[DeployRecord, ...]:
        return self._runs("1 = 1 ORDER BY number DESC LIMIT ?", limit)

    def passed(self, environment: str, tag: str, since: datetime) -> DeployRecord | None:
        """The newest deployment of that tag that ended well there after `since`."""
        found = self._runs(
            "environment = ? AND outcome = 'succeeded' AND tag = ? AND ended_at >= ? "
            "ORDER BY number DESC LIMIT 1",
            environment, tag, milliseconds(since),
        )  # fmt: skip
        return found[0] if found else None

    def change(self, run: str, **changes: str) -> DeployRecord:
        """Set what became known of it, such as its version."""
        if unknown := set(changes) - _CHANGEABLE:
            raise ValueError(f"a deployment has no {', '.join(sorted(unknown))} to change")
        sets = ", ".join(f"{name} = ?" for name in changes)
        with self._connection.write() as sqlite:
            sqlite.execute(
                f"UPDATE deploy_runs SET {sets} WHERE number = ?",  # noqa: S608 checked names
                (*changes.values(), run_number(run)),
            )
        return self.get(run)

    def keep(self, run: str, canary: Mapping[str, Any]) -> None:
        """Where the canary stands, and what is about to be done; power-cut safe."""
        with self._connection.write() as sqlite:
            sqlite.execute(
                "UPDATE deploy_runs SET canary = ? WHERE number = ?",
                (_json(canary), run_number(run)),
            )

    def end(self, run: str, outcome: DeployOutcome, detail: str, now: datetime) -> bool:
        """False where it had ended before."""
        with self._connection.write() as sqlite:
            changed = sqlite.execute(
                "UPDATE deploy_runs SET outcome = ?, detail = ?, ended_at = ? "
                "WHERE number = ? AND outcome = ''",
                (outcome, detail, milliseconds(now), run_number(run)),
            ).rowcount
        return changed == 1

    def mark(
        self, run: str, step: str, state: StepState, now: datetime, note: str = "", output: str = ""
    ) -> None:
        """A step's new state. Its beginning is kept, its end is set where the state is an end."""
        when = milliseconds(now)
        began = when if state is StepState.RUNNING else None
        ended = when if state.over else None
        with self._connection.write() as sqlite:
            sqlite.execute(
                "INSERT INTO deploy_steps (run, step, state, note, output, started_at, ended_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run, step) DO UPDATE SET "
                "state = excluded.state, note = excluded.note, output = excluded.output, "
                "started_at = coalesce(deploy_steps.started_at, excluded.started_at), "
                "ended_at = excluded.ended_at",
                (run_number(run), step, state, note, output[-_MOST_OUTPUT:], began, ended),
            )

    def steps(self, run: str) -> dict[str, DeployStep]:
        """By name; a step that was never touched has no row."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {STEP_COLUMNS} FROM deploy_steps WHERE run = ?",  # noqa: S608 fixed
                (run_number(run),),
            ).fetchall()
        return {row[0]: step_from(row) for row in rows}

    def wish(self, run: str, kind: str, wish: DeployWish) -> tuple[DeployWish, bool]:
        """Ask for something in a turn; of two of a kind the first counts, and is answered."""
        number = run_number(run)
        with self._connection.write() as sqlite:
            ours = sqlite.execute(
                "INSERT OR IGNORE INTO deploy_wishes VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    number, wish.turn, kind, wish.wish, wish.person_id, wish.person_name,
                    milliseconds(wish.at),
                ),
            ).rowcount  # fmt: skip
            row = sqlite.execute(
                "SELECT turn, wish, person_id, person_name, at FROM deploy_wishes "
                "WHERE run = ? AND turn = ? AND kind = ?",
                (number, wish.turn, kind),
            ).fetchone()
        return wish_from(row), ours == 1

    def wished(self, run: str, turn: int) -> dict[str, DeployWish]:
        """What was asked for in that turn, by kind."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT turn, wish, person_id, person_name, at, kind FROM deploy_wishes "
                "WHERE run = ? AND turn = ?",
                (run_number(run), turn),
            ).fetchall()
        return {row[5]: wish_from(row) for row in rows}

    def card(self, run: str) -> tuple[int, str]:
        """How often its message was written, and the digest of what it says."""
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                "SELECT card_revision, card_digest FROM deploy_runs WHERE number = ?",
                (run_number(run),),
            ).fetchone()
        return (int(row[0]), str(row[1])) if row else (0, "")

    def posted(self, run: str, revision: int, digest: str) -> None:
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                "UPDATE deploy_runs SET card_revision = ?, card_digest = ? WHERE number = ?",
                (revision, digest, run_number(run)),
            )

    def _runs(self, where: str, *values: Any) -> tuple[DeployRecord, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {RUN_COLUMNS} FROM deploy_runs WHERE {where}",  # noqa: S608 own words
                values,
            ).fetchall()
        return tuple(run_from(row) for row in rows)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), separators=(",", ":"), sort_keys=True, ensure_ascii=False)
