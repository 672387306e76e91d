"""The way of a command with a real store: every outcome is told and in the audit log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot import dispatch
from bot.clients import Clients
from bot.command import Invocation, Person, Reply, Role, Surface
from bot.dispatch import Dispatcher
from bot.errors import Unreachable
from bot.observability import Observability
from bot.payloads import reference
from bot.redaction import Redactor
from bot.settings import Roles, load
from bot.store import Store
from tests.house.catalogue import CATALOGUE

ROOT = Path(__file__).parents[2]


@dataclass
class Reader:
    """A person at the other end, who keeps what arrives; `deaf` is a Slack that is down."""

    deaf: bool = False
    progress_texts: list[str] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    async def progress(self, text: str) -> None:
        self.progress_texts.append(text)

    async def send(self, reply: Reply) -> None:
        if self.deaf:
            raise Unreachable("Slack does not answer.")
        self.replies.append(reply)


@pytest.fixture
async def dispatcher(tmp_path: Path) -> AsyncIterator[Dispatcher]:
    settings = load(ROOT / "pitchey.toml", {}).model_copy(
        update={"roles": Roles(default=Role.VIEWER, terminal=Role.ADMIN, operator=("UOP00001",))}
    )
    clients = Clients.connect(settings)
    store = Store.open(tmp_path / "store.sqlite3")
    yield Dispatcher(
        settings, clients, store, CATALOGUE, Redactor(["planted-secret-value"]), Observability()
    )
    await clients.aclose()
    store.close()


def asked(text: str, person: str = "UANA0001") -> Invocation:
    return Invocation(reference(), Person(person, "ana"), Surface.SLASH, text, "COPS0001")


@pytest.mark.parametrize(
    ("text", "outcome", "first_line"),
    [
        ("health api", "succeeded", "Echo:"),
        ("", "succeeded", "What do you want to know?"),
        ("help", "succeeded", "commands."),
        ("health --help", "succeeded", "`/pitchey health`: Check."),
        ("help health", "succeeded", "`/pitchey health`: Check."),
        ("helth", "not understood", "There is no command `helth`."),
        ("x" * 40_000, "not understood", "40,000 characters"),
        ("audit", "refused", "needs the role *operator*"),
        ("break unreachable", "failed", "The database does not answer."),
        ("break slow", "timed out", "took too long"),
        ("break bug", "failed", "Something in the bot itself failed"),
    ],
)
async def test_every_outcome_is_told_in_one_message_and_audited(
    dispatcher: Dispatcher, text: str, outcome: str, first_line: str
) -> None:
    reader = Reader()
    invocation = asked(text)
    await dispatcher.run(invocation, reader)
    (reply,) = reader.replies
    assert first_line in reply.text
    assert reply.outcome == outcome
    (entry,) = dispatcher.store.audit.entries()
    assert (entry.outcome, entry.reference) == (outcome, invocation.reference)
    assert dispatcher.store.audit.verify().intact


async def test_a_failure_quotes_its_reference_and_offers_another_try(
    dispatcher: Dispatcher,
) -> None:
    reader = Reader()
    invocation = asked("break unreachable")
    await dispatcher.run(invocation, reader)
    shown = str(reader.replies[0].blocks)
    assert invocation.reference in shown
    assert "Try again in a minute." in shown
    assert "'Try again'" in shown


async def test_what_cannot_succeed_offers_no_second_try(dispatcher: Dispatcher) -> None:
    reader = Reader()
    await dispatcher.run(asked("break permanent"), reader)
    assert "'Try again'" not in str(reader.replies[0].blocks)


async def test_a_bug_shows_neither_traceback_nor_secret(dispatcher: Dispatcher) -> None:
    reader = Reader()
    await dispatcher.run(asked("break bug"), reader)
    (entry,) = dispatcher.store.audit.entries()
    assert "ZeroDivisionError" in entry.detail
    for text in (str(reader.replies[0]), entry.detail):
        assert "planted-secret-value" not in text
    assert "Traceback" not in str(reader.replies[0])


async def test_a_reply_that_slack_does_not_take_is_still_audited_and_counted(
    dispatcher: Dispatcher,
) -> None:
    await dispatcher.run(asked("health"), Reader(deaf=True))
    (entry,) = dispatcher.store.audit.entries()
    assert entry.outcome == "succeeded"
    assert b"pitchey_undelivered_replies_total 1.0" in dispatcher.observability.exposition()


async def test_work_cut_off_by_a_shutdown_is_told_and_recorded(dispatcher: Dispatcher) -> None:
    reader = Reader()
    task = asyncio.create_task(dispatcher.run(asked("break slow"), reader))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "Interrupted" in reader.replies[0].text
    (entry,) = dispatcher.store.audit.entries()
    assert entry.outcome == "interrupted"


async def test_a_burst_waits_its_turn_and_loses_nothing(dispatcher: Dispatcher) -> None:
    readers = [Reader() for _ in range(dispatch.RUNNING_AT_ONCE * 2)]
    await asyncio.gather(*(dispatcher.run(asked("health"), reader) for reader in readers))
    assert [len(reader.replies) for reader in readers] == [1] * len(readers)
