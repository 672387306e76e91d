"""`/pitchey audit` and `audit verify`, the whole way of a command, over a real store."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from bot import terminal
from bot.clients import Clients
from bot.command import Catalogue, Invocation, Person, Reply, Role, Surface
from bot.dispatch import Dispatcher
from bot.observability import Observability
from bot.payloads import reference
from bot.redaction import Redactor
from bot.sandbox.workspace.validation import check_message
from bot.settings import Roles, load
from bot.shell import as_json
from bot.store import Store
from handlers.audit import FEATURE
from handlers.audit.export import export_audit
from handlers.audit.result import Wanted
from tests.store.writer import entry

ROOT = Path(__file__).parents[2]
OPERATOR = "UOP00001"


class Reader:
    async def progress(self, text: str) -> None: ...

    async def send(self, reply: Reply) -> None: ...


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite3"


@pytest.fixture
async def dispatcher(path: Path) -> AsyncIterator[Dispatcher]:
    settings = load(ROOT / "pitchey.toml", {}).model_copy(
        update={"roles": Roles(default=Role.VIEWER, terminal=Role.ADMIN, operator=(OPERATOR,))}
    )
    clients = Clients.connect(settings)
    store = Store.open(path)
    yield Dispatcher(settings, clients, store, Catalogue((FEATURE,)), Redactor([]), Observability())
    await clients.aclose()
    store.close()


async def ask(dispatcher: Dispatcher, text: str, person: str = OPERATOR) -> Reply:
    invocation = Invocation(reference(), Person(person, "op"), Surface.SLASH, text, "COPS0001")
    reply = await dispatcher.run(invocation, Reader())
    assert check_message({"text": reply.text, "blocks": reply.blocks}) == ()
    return reply


def fill(dispatcher: Dispatcher, count: int = 3, **fields: str) -> None:
    for number in range(count):
        moment = datetime.now(UTC) - timedelta(minutes=count - number)
        dispatcher.store.audit.append(replace(entry(f"r{number}"), at=moment, **fields))


def shown(reply: Reply) -> str:
    stream = io.StringIO()
    terminal.draw(reply.text, reply.blocks, Console(file=stream, width=100))
    return stream.getvalue()


async def test_entries_are_listed_newest_first(dispatcher: Dispatcher) -> None:
    fill(dispatcher)
    dispatcher.store.audit.append(
        replace(entry("bad"), outcome="failed", detail="The *API* <!here> did not answer")
    )
    reply = await ask(dispatcher, "audit")
    assert reply.text == ":clipboard: 4 audit entries, 1 not successful"
    text = shown(reply)
    assert text.index("bad") < text.index("r2") < text.index("r0")
    assert "The API @here did not answer" in text
    assert "<!here>" not in json.dumps(reply.blocks)
    assert "failed health" in text
    assert "took 412 ms" in text


async def test_the_answer_itself_is_recorded(dispatcher: Dispatcher) -> None:
    reply = await ask(dispatcher, "audit")
    assert reply.text == ":information_source: No audit entries"
    reply = await ask(dispatcher, "audit --command audit")
    assert reply.text == ":clipboard: 1 audit entry for `audit`, none failed"


@pytest.mark.parametrize(
    ("line", "references", "told"),
    [
        ("audit --person <@UANA00001>", ["r2"], "of <@UANA00001>"),
        ('audit --command "deploys rollback"', ["r1"], "for `deploys rollback`"),
        ("audit --outcome timed-out", ["r1"], "that were timed out"),
        ("audit --since 1h", ["r2", "r1"], "in the last 1 hour"),
        ("audit --limit 1", ["r2"], "The newest 1 audit entry"),
        ("audit --person UANA00001 --command health", [], "No audit entries"),
        ("audit --since 999999w", ["r2", "r1", "r0"], "in the last 6,999,993 days"),
    ],
)
async def test_entries_are_filtered(
    dispatcher: Dispatcher, line: str, references: list[str], told: str
) -> None:
    now = datetime.now(UTC)
    for written in (
        replace(entry("r0"), at=now - timedelta(days=2)),
        replace(entry("r1"), command="deploys rollback", outcome="timed out"),
        replace(entry("r2"), person_id="UANA00001", command="cache"),
    ):
        dispatcher.store.audit.append(written)
    reply = await ask(dispatcher, line)
    assert [found.reference for found in reply.data.entries] == references
    assert told in reply.text


async def test_a_group_of_commands_is_found_by_its_first_word(dispatcher: Dispatcher) -> None:
    fill(dispatcher, 2, command="practise danger", outcome="requested")
    fill(dispatcher, 1, command="practised")
    reply = await ask(dispatcher, "audit --command practise")
    assert reply.text == ":clipboard: 2 audit entries for `practise`, none failed"
    rows = await export_audit(
        dispatcher.store, Wanted(command="practise"), "csv", datetime.now(UTC)
    )
    assert rows.entries == 2


async def test_people_have_names_and_what_was_typed_is_escaped_once(dispatcher: Dispatcher) -> None:
    dispatcher.store.audit.append(replace(entry("who"), person_id="UOMAR0001", person_name="omar"))
    told = ":no_entry: Refused: `x` was rejected by <@UOMAR0001>."
    dispatcher.store.audit.append(replace(entry("bad"), outcome="refused", detail=told))
    await ask(dispatcher, 'practise danger "a &lt;b&gt; <!here>" --reason=x')
    page = shown(await ask(dispatcher, "audit"))
    assert "Refused: x was rejected by @omar." in " ".join(page.split())
    assert 'practise danger "a <b> @here"' in page.replace("\u200b", "")
    assert "&" not in page
    table = await export_audit(
        dispatcher.store, Wanted(outcome="refused"), "csv", datetime.now(UTC)
    )
    assert b":no_entry:" not in table.content
    assert b"`" not in table.content


@pytest.mark.parametrize("limit", ["0", "101", "-5"])
async def test_a_limit_out_of_range_is_explained(dispatcher: Dispatcher, limit: str) -> None:
    reply = await ask(dispatcher, f"audit --limit={limit}")
    assert reply.outcome == "not understood"
    assert "from 1 to 100" in reply.text


async def test_a_hundred_long_entries_fit_one_message(dispatcher: Dispatcher) -> None:
    fill(dispatcher, 100, detail="<&*" * 300, arguments="&`" * 400, outcome="failed")
    reply = await ask(dispatcher, "audit --limit 100")
    assert sum(len(json.dumps(block)) for block in reply.blocks) < 13_000
    assert "The newest" in reply.text
    assert "Older entries fit too" in shown(reply)
    assert len(reply.data.entries) == 100


@pytest.mark.parametrize("line", ["audit", "audit verify"])
async def test_others_than_operators_are_refused(dispatcher: Dispatcher, line: str) -> None:
    reply = await ask(dispatcher, line, person="USTRANGER1")
    assert reply.outcome == "refused"
    assert dispatcher.store.audit.entries()[0].outcome == "refused"


async def test_an_intact_log_is_told_with_its_head(dispatcher: Dispatcher) -> None:
    fill(dispatcher, 1_204)
    head = dispatcher.store.audit.verify().head
    reply = await ask(dispatcher, "audit verify")
    assert reply.text == f":white_check_mark: Intact: 1,204 entries, head {head[:12]}…"
    assert reply.exit_code == 0
    later = await ask(dispatcher, f"audit verify --head {head[:12].upper()}")
    assert later.exit_code == 0
    assert f"The noted head {head[:12]} is in it." in " ".join(shown(later).split())


async def test_a_changed_entry_is_told_with_its_place(dispatcher: Dispatcher, path: Path) -> None:
    fill(dispatcher, 1_204)
    other = sqlite3.connect(path)
    other.execute("DROP TRIGGER audit_refuses_update")
    other.execute("UPDATE audit SET entry = replace(entry, 'ana', 'bob') WHERE sequence = 1003")
    other.commit()
    other.close()
    reply = await ask(dispatcher, "audit verify")
    assert reply.text == (
        ":red_circle: Not intact at entry 1,003, of 1,204 entries: the entry was changed."
    )
    assert reply.exit_code == 1
    assert reply.data.first_broken == 1_003


async def test_an_unknown_head_breaks_the_proof(dispatcher: Dispatcher) -> None:
    fill(dispatcher)
    reply = await ask(dispatcher, "audit verify --head 0123456789ab")
    assert reply.exit_code == 1
    assert "is not in the log; the log itself is intact: 3 entries" in reply.text
    assert "mistyped" in shown(reply)
    assert reply.data.unknown_head
    assert (await ask(dispatcher, "audit verify --head xyz")).outcome == "not understood"


async def test_answers_are_json_for_scripts(dispatcher: Dispatcher) -> None:
    fill(dispatcher, 1)
    page = json.loads(as_json(await ask(dispatcher, "audit"), dispatcher.redactor))
    assert page["data"]["entries"][0]["reference"] == "r0"
    check = json.loads(as_json(await ask(dispatcher, "audit verify"), dispatcher.redactor))
    assert (check["data"]["intact"], check["exit_code"]) == (True, 0)
