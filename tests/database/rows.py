"""Rows as the database answers them, for the tests of decisions."""

from __future__ import annotations

from typing import Any

from handlers.database.asking import Answers, Standing

DAY = 86_400.0
STANDING = Standing("pitchey", "18.4", 180_004, "bot", "bot", True, False, None, False, 30 * DAY)


def answers(standing: Standing = STANDING, **rows: list[dict[str, Any]]) -> Answers:
    return Answers(standing, rows, {}, {})


def session(pid: int, state: str = "active", seconds: float = 0.0, **more: Any) -> dict[str, Any]:
    row = {
        "pid": pid, "role": "app", "application": "", "state": state, "wait_event": None,
        "statement": "select 'secret'", "query_seconds": seconds, "transaction_seconds": seconds,
        "state_seconds": seconds, "blockers": [], "wants": None,
    }  # fmt: skip
    return {**row, **more}


def index(name: str, **more: Any) -> dict[str, Any]:
    row = {
        "name": name, "on_table": "t", "bytes": 20_000_000, "last_used": None,
        "total": 2, "all_bytes": 21_000_000, "leftover": False, "building": False,
        "written": True, "toast": False, "may_drop": True,
    }  # fmt: skip
    return {**row, **more}
