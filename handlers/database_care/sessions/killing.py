"""Ends what a session does, or the session; never another one that got its number since."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.blocks import code
from bot.command import Choice
from bot.errors import BadInput, OpsError, Refused
from bot.store.operation_rows import State
from handlers.database_care.subjects import CONNECT, QUESTION, Server, query
from handlers.database_care.wording import counted, lasting, shown

if TYPE_CHECKING:
    from bot.clients.postgres import Database
    from bot.command import Arguments, Context

GONE_WITHIN = 8.0  # seconds
CANCEL, TERMINATE = "cancel", "terminate"
_OTHERS = {
    "walsender": "It sends changes to a replica; drop the subscription or the standby instead.",
    "background writer": "It is a part of the server itself.",
    "checkpointer": "It is a part of the server itself.",
    "walwriter": "It is a part of the server itself.",
}


@dataclass(frozen=True, slots=True)
class Session:
    """One session as it was seen; `born` and `query_began` tell it from others of its number."""

    pid: int
    role: str
    application: str
    state: str
    kind: str
    statement: str
    client: str
    born: str
    query_began: str
    age: float
    query_seconds: float
    transaction_seconds: float
    state_seconds: float
    waiting: int
    of_superuser: bool
    ours: bool
    here: bool
    freezes: bool

    @property
    def doing(self) -> str:
        """What it does, in a sentence."""
        return self._told("has", "keeps")

    @property
    def did(self) -> str:
        """What it did before it was ended, in a sentence."""
        return self._told("had", "kept")

    def _told(self, has: str, keeps: str) -> str:
        if self.state == "active":
            told = f"It {has} run for {lasting(self.query_seconds)}: {shown(self.statement)}"
        elif self.state.startswith("idle in transaction"):
            told = (
                f"It {has} been {self.state} for {lasting(self.state_seconds)}; its last "
                f"statement: {shown(self.statement)}"
            )
        elif self.state == "hidden":
            told = "What it does is hidden from the bot."
        else:
            told = f"It {has} been {self.state} for {lasting(self.state_seconds)}."
        if self.waiting:
            end = "" if told.endswith(".") else "."
            told += f"{end} It {keeps} {counted(self.waiting, 'session')} waiting."
        return told

    @property
    def who(self) -> str:
        """`session 4711 of pitchey (pitchey-worker)`."""
        named = f" ({self.application})" if self.application else ""
        return f"session {self.pid} of {self.role}{named}"


@dataclass(frozen=True, slots=True)
class Killed:
    """`ended` is false where it still went on, `gone` where it was over before the signal."""

    session: Session
    act: str
    ended: bool
    seconds: float
    gone: bool = False


async def offered(context: Context, _arguments: Arguments) -> list[Choice]:
    """Sessions at work or in a transaction: first who keeps others waiting, then the longest."""
    async with context.clients.database.looking(deadline=CONNECT) as looking:
        rows = await looking.rows(query("sessions"), {"pid": None}, deadline=QUESTION)
    found = [Session(**row) for row in rows]
    return [
        Choice(
            str(each.pid),
            f"{'Cancel' if act_of(each, terminate=False) == CANCEL else 'End'} {each.pid}",
            f"{each.role}{f' ({each.application})' if each.application else ''}. {each.doing}",
        )
        for each in found
    ]


async def read(context: Context, pid: int) -> tuple[Server, Session]:
    """Raises BadInput where there is no such session, DatabaseFailure and NotConfigured."""
    if not 0 < pid < 2**31:
        raise BadInput(f"{code(pid)} is no session's number.", "`/pitchey db locks` shows them.")
    async with context.clients.database.looking(deadline=CONNECT) as looking:
        server = Server(**(await looking.rows(query("server"), deadline=QUESTION))[0])
        rows = await looking.rows(query("sessions"), {"pid": pid}, deadline=QUESTION)
    if not rows:
        raise BadInput(
            f"There is no session {pid}; it may have ended by itself.",
            "`/pitchey db connections` shows those there are.",
        )
    return server, Session(**rows[0])


def act_of(session: Session, *, terminate: bool) -> str:
    """A query is cancelled first; where none runs there is only the session to end."""
    return TERMINATE if terminate or session.state != "active" else CANCEL


def check(context: Context, server: Server, session: Session) -> None:
    """Raises Refused where it must not, or cannot, be ended."""
    if session.kind in _OTHERS:
        raise Refused(
            f"Session {session.pid} is the server's {session.kind}.", _OTHERS[session.kind]
        )
    if session.freezes:
        raise Refused(
            f"Session {session.pid} is an autovacuum that keeps the database from the wraparound; "
            "the server would begin it again.",
            "Let it end, or help it: `/pitchey db vacuum --freeze` at a quiet hour.",
        )
    for word in session.application.split():
        operation = context.store.operations.get(word) if word.startswith("OP-") else None
        if operation is not None and operation.state is State.RUNNING:
            raise Refused(
                f"Session {session.pid} works for {operation.id}, {operation.request.command}.",
                f"Cancel that: `/pitchey operation {operation.id} cancel`.",
            )
    if server.superuser:
        return
    if session.of_superuser:
        raise Refused(
            f"Session {session.pid} belongs to a superuser: only a superuser can end it.",
            "Ask who runs it, or the provider.",
        )
    if not (session.ours or server.signals):
        raise Refused(
            f"The bot's database user may not end {session.who}.",
            f"As the owner: `GRANT pg_signal_backend TO {server.role_quoted};`",
        )


def fingerprint(session: Session, act: str) -> str:
    """Its number is given anew by the server: its birth, and a query's begin, are not."""
    query_began = session.query_began if act == CANCEL else ""
    return json.dumps([act, session.pid, session.born, query_began])


def planned_act(planned: str) -> str:
    return str(json.loads(planned)[0])


async def end(context: Context, session: Session, planned: str) -> Killed:
    """Signal what was planned on and see it end. Raises OpsError where it is another by now."""
    act, pid, born, query_began = json.loads(planned)
    database, began = context.clients.database, time.monotonic()
    asked: dict[str, Any] = {"pid": pid, "born": born}
    name = "signal_terminate"
    if act == CANCEL:
        name, asked["query_began"] = "signal_cancel", query_began
    rows = await database.query(query(name), asked, deadline=CONNECT)
    if not rows:
        return Killed(session, act, True, 0.0, gone=True)
    if not rows[0]["sent"]:
        raise OpsError(f"The server could not signal session {pid}.", "Look at it again.")
    while time.monotonic() - began < GONE_WITHIN:
        if not await _goes_on(database, asked, act):
            return Killed(session, act, True, time.monotonic() - began)
        await context.progress.say(f"Session {pid} is ending")
        await asyncio.sleep(0.2)
    return Killed(session, act, False, time.monotonic() - began)


async def _goes_on(database: Database, asked: dict[str, Any], act: str) -> bool:
    rows = await database.query(query("sessions"), {"pid": asked["pid"]}, deadline=CONNECT)
    if not rows or rows[0]["born"] != asked["born"]:
        return False
    if act == TERMINATE:
        return True
    return bool(rows[0]["state"] == "active" and rows[0]["query_began"] == asked["query_began"])
