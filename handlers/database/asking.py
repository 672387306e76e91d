"""Asks the database many things side by side: each with its own deadline, none keeps the rest."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from bot.together import together
from handlers.database.queries import query
from handlers.database.result import Unread

if TYPE_CHECKING:
    from bot.clients.postgres import Database, Looking

CONNECT = 10.0  # seconds; a sleeping compute needs some of them
PART = 4.0  # seconds for one question
LANES = 2  # connections of one look, so that it stays small beside the platform's own
MOST = 200  # rows of one answer

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """One statement of queries.sql. `title` names its part to a person."""

    name: str
    title: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    deadline: float = PART
    least_version: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Who asks, and what the server is."""

    database: str
    version: str
    version_number: int
    role: str
    role_quoted: str
    sees_all: bool
    standby: bool
    statements_schema: str | None  # where pg_stat_statements is installed, quoted
    measures_bloat: bool
    statistics_seconds: float  # that the statistics reach back


@dataclass(frozen=True, slots=True)
class Answers:
    """Rows by the question's name; where there was no answer, why."""

    standing: Standing
    rows: Mapping[str, list[Row]]
    failures: Mapping[str, DatabaseFailure]
    questions: Mapping[str, Question]

    def all(self, name: str) -> list[Row]:
        """Its rows; none where it failed."""
        return self.rows.get(name, [])

    def one(self, name: str) -> Row | None:
        found = self.rows.get(name)
        return found[0] if found else None

    def with_(self, later: Answers) -> Answers:
        """These answers, with what a later asking learned in their place."""
        failures = {name: each for name, each in self.failures.items() if name not in later.rows}
        return replace(self, rows={**self.rows, **later.rows}, failures=failures)

    @property
    def unread(self) -> tuple[Unread, ...]:
        """What could not be read, with what would help."""
        return tuple(
            _unread(self.questions[name], failure, self.standing)
            for name, failure in self.failures.items()
        )


async def ask(
    database: Database,
    questions: Sequence[Question],
    *,
    optional: Sequence[Question] = (),
    lanes: int = LANES,
) -> Answers:
    """Every question once; the `optional` ones of pg_stat_statements where it is installed.

    Raises DatabaseFailure or NotConfigured where there is no connection at all.
    """
    async with database.looking(deadline=CONNECT) as first:
        standing = Standing(**(await first.rows(query("standing"), deadline=PART))[0])
        if standing.statements_schema is not None:
            questions = (*questions, *optional)
        waiting = deque(each for each in questions if each.least_version <= standing.version_number)
        asking = _Asking(standing, waiting, {each.name: each for each in questions})
        await together(
            asking.lane(first),
            *(asking.further(database) for _ in range(min(lanes, len(waiting)) - 1)),
        )
    for left in asking.waiting:
        asking.failures[left.name] = DatabaseFailure(DatabaseTrouble.CUT)
    return Answers(standing, asking.rows, asking.failures, asking.questions)


@dataclass
class _Asking:
    standing: Standing
    waiting: deque[Question]
    questions: dict[str, Question]
    rows: dict[str, list[Row]] = field(default_factory=dict)
    failures: dict[str, DatabaseFailure] = field(default_factory=dict)

    async def lane(self, looking: Looking) -> None:
        """Take questions until none waits or the connection is gone."""
        while self.waiting and not looking.connection.closed:
            question = self.waiting.popleft()
            try:
                self.rows[question.name] = await looking.rows(
                    statement(question.name, self.standing),
                    {"most": MOST, **question.parameters},
                    deadline=question.deadline,
                )
            except DatabaseFailure as failure:
                self.failures[question.name] = failure

    async def further(self, database: Database) -> None:
        """One more connection; where there is none to have, the first lane does the work."""
        try:
            async with database.looking(deadline=CONNECT) as looking:
                await self.lane(looking)
        except DatabaseFailure:
            return


def statement(name: str, standing: Standing) -> str:
    """The statement by its name, with the schema of pg_stat_statements in its place."""
    schema = (standing.statements_schema or "public").replace("%", "%%")
    return query(name).replace("extension_schema.", f"{schema}.")


def _unread(question: Question, failure: DatabaseFailure, standing: Standing) -> Unread:
    if failure.trouble is DatabaseTrouble.PERMISSION:
        grant = f"As the owner: `GRANT pg_monitor TO {standing.role_quoted};`"
        return Unread(question.title, "The bot's database user lacks a permission.", grant)
    if failure.trouble is DatabaseTrouble.TIMED_OUT:
        took = f"No answer within {question.deadline:.0f} s."
        return Unread(question.title, took, "The rest was not kept waiting.")
    if failure.trouble is DatabaseTrouble.OTHER and failure.said:
        return Unread(question.title, f"The server said: {failure.said}")
    return Unread(question.title, failure.message, failure.hint)
