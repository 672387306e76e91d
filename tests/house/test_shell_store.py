"""A store that cannot be used stops no reading, and lets nothing be changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.house.shells import configured, pitchey, recorded

CHANGE = "practise change x --yes"


def damaged(folder: Path) -> None:
    (folder / "var").mkdir()
    (folder / "var" / "pitchey.sqlite3").write_bytes(b"not a database " * 1_000)


def no_folder(folder: Path) -> None:
    (folder / "var").write_text("a file where the folder should be")


def out_of_space(folder: Path) -> None:
    (folder / "var").mkdir()
    (folder / "var" / "pitchey.sqlite3").symlink_to("/dev/full")


@pytest.mark.file_only
@pytest.mark.parametrize("broken", [damaged, no_folder, out_of_space])
def test_reading_goes_on(broken: object, tmp_path: Path) -> None:
    configured(tmp_path)
    assert callable(broken)
    broken(tmp_path)
    for words, code in (("help", 0), ("whoami", 0), ("helth", 64)):
        done = pitchey(f"{words} --json", tmp_path)
        said = done.stderr.decode()
        assert done.returncode == code, said
        assert json.loads(done.stdout)["exit_code"] == code
        (line,) = said.splitlines()
        assert line.startswith("pitchey: not recorded in the audit log: The ")
    done = pitchey("health cloudflare", tmp_path)
    assert b"Cloudflare" in done.stdout


@pytest.mark.file_only
def test_what_needs_the_store_says_so_and_changes_nothing(tmp_path: Path) -> None:
    configured(tmp_path)
    damaged(tmp_path)
    # An empty audit log would be a lie.
    for words in ("audit", "audit verify", "operations", CHANGE):
        done = pitchey(words, tmp_path)
        assert (done.returncode, b"is damaged" in done.stdout) == (69, True), (words, done.stdout)
        assert b"Traceback" not in done.stderr


def test_a_database_that_is_away_is_as_a_broken_file(tmp_path: Path) -> None:
    configured(tmp_path)
    away = "postgresql://bot:planted@127.0.0.1:1/records"
    read = pitchey("help --json", tmp_path, STORE_URL=away)
    (line,) = read.stderr.decode().splitlines()
    assert (read.returncode, json.loads(read.stdout)["exit_code"]) == (0, 0)
    assert line.startswith("pitchey: not recorded in the audit log: The store 127.0.0.1/records")
    changed = pitchey(CHANGE, tmp_path, STORE_URL=away)
    assert (changed.returncode, b"does not answer" in changed.stdout) == (69, True), changed.stdout
    assert b"planted" not in read.stdout + read.stderr + changed.stdout + changed.stderr


def test_a_good_store_records(tmp_path: Path) -> None:
    done = pitchey("help", configured(tmp_path))
    assert (done.returncode, done.stderr) == (0, b"")
    assert [entry.command for entry in recorded(tmp_path)] == ["help"]
