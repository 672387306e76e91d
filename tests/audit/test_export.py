"""`audit --export`: the whole log as a file; and its head, told daily."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.sandbox.workspace.validation import check_message
from bot.settings import load
from bot.store import Store
from handlers.audit.export import export_audit, write_export
from handlers.audit.result import Wanted
from handlers.audit.views import export_reply, head_reply
from tests.engines import surroundings
from tests.store.writer import entry

ROOT = Path(__file__).parents[2]
NOW = datetime.now(UTC)


@pytest.fixture
def store(tmp_path: Path) -> object:
    opened = Store.open(tmp_path / "store.sqlite3")
    for number in range(1_203):
        at = NOW - timedelta(minutes=1_203 - number)
        opened.audit.append(replace(entry(f"r{number}"), at=at))
    opened.audit.append(replace(entry("last"), at=NOW, arguments="=cmd()", outcome="failed"))
    yield opened
    opened.close()


async def test_every_entry_with_its_hash_oldest_first(store: Store) -> None:
    export = await export_audit(store, Wanted(limit=20), "csv", NOW)
    rows = list(csv.DictReader(io.StringIO(export.content.decode())))
    assert [int(row["number"]) for row in rows] == list(range(1, 1_205))
    assert rows[-1]["hash"] == export.head == store.audit.verify().head
    assert rows[-1]["arguments"] == "'=cmd()"
    reply = export_reply(export, "")
    assert "Exported 1,204 audit entries" in reply.text
    assert check_message({"text": reply.text, "blocks": reply.blocks}) == ()


async def test_json_holds_what_was_asked_for(store: Store) -> None:
    export = await export_audit(store, Wanted(outcome="failed"), "json", NOW)
    (row,) = json.loads(export.content)
    assert (row["number"], row["arguments"]) == (1_204, "=cmd()")
    since = await export_audit(store, Wanted(since=timedelta(minutes=10)), "json", NOW)
    assert since.entries == 11


async def test_a_file_is_for_its_owner_alone(store: Store, tmp_path: Path) -> None:
    export = await export_audit(store, Wanted(), "csv", NOW)
    target = tmp_path / "audit.csv"
    assert await write_export(export, str(target)) == str(target)
    assert target.read_bytes() == export.content
    assert target.stat().st_mode & 0o777 == 0o600
    assert export_reply(export, str(target)).files == ()


def test_the_head_names_the_command_that_compares(store: Store) -> None:
    entries, whole = store.audit.head()
    told = head_reply(entries, whole, load(ROOT / "pitchey.toml", {}).slack.command)
    head = whole[:12]
    assert told.text == f":ledger: Audit log: 1,204 entries, head {head}…"
    assert f"`/pitchey audit verify --head {head}`" in told.blocks[0]["text"]["text"]
    assert check_message({"text": told.text, "blocks": told.blocks}) == ()


def terminal(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    config = folder / "pitchey.toml"
    config.write_text(
        f"""
[store]
path = "{folder}/store.sqlite3"
[environments.production]
api_url = "http://127.0.0.1:9"
site_url = "http://127.0.0.1:9"
"""
    )
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PITCHEY_CONFIG": str(config)}
        | surroundings(folder / "store.sqlite3"),
        capture_output=True,
        check=False,
    )


def test_in_a_terminal_standard_output_is_the_file(store: Store, tmp_path: Path) -> None:
    done = terminal(tmp_path, "audit", "--export", "csv")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    assert len(rows) == 1_204
    assert b"Exported 1,204" in done.stderr
    target = tmp_path / "out.json"
    done = terminal(tmp_path, "audit", "--export", "json", "--file", str(target))
    assert done.returncode == 0, done.stderr
    assert b"Exported 1,205" in done.stdout
    assert len(json.loads(target.read_text())) == 1_205


def test_a_file_without_an_export_is_refused(store: Store, tmp_path: Path) -> None:
    done = terminal(tmp_path, "audit", "--file", "x.csv")
    assert done.returncode == 64
    assert b"--file" in done.stdout
