"""A store that cannot be used stops no reading, and lets nothing be changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.house.shells import configured, recorded, shell


def damaged(folder: Path) -> None:
    (folder / "var").mkdir()
    (folder / "var" / "pitchey.sqlite3").write_bytes(b"not a database " * 1_000)


def no_folder(folder: Path) -> None:
    (folder / "var").write_text("a file where the folder should be")


def out_of_space(folder: Path) -> None:
    (folder / "var").mkdir()
    (folder / "var" / "pitchey.sqlite3").symlink_to("/dev/full")


@pytest.mark.parametrize("broken", [damaged, no_folder, out_of_space])
def test_reading_goes_on(broken: object, tmp_path: Path) -> None:
    configured(tmp_path)
    assert callable(broken)
    broken(tmp_path)
    for words, code in (("help", 0), ("whoami", 0), ("helth", 64)):
        done = shell(f"pitchey {words} --json", tmp_path)
        said = done.stderr.decode()
        assert done.returncode == code, said
        assert json.loads(done.stdout)["exit_code"] == code
        (line,) = said.splitlines()
        assert line.startswith("pitchey: not recorded in the audit log: The ")
    done = shell("pitchey health cloudflare", tmp_path)
    assert b"Cloudflare" in done.stdout


def test_what_needs_the_store_says_so_and_changes_nothing(tmp_path: Path) -> None:
    configured(tmp_path)
    damaged(tmp_path)
    # An empty audit log would be a lie.
    lines = ("audit", "audit verify", "operations", "practice change x --yes", "practice --yes")
    for words in lines:
        done = shell(f"pitchey {words}", tmp_path)
        assert done.returncode not in (0, 1), (words, done.stdout)
        assert b"Traceback" not in done.stderr
    done = shell("pitchey audit verify", tmp_path)
    assert (done.returncode, b"is damaged" in done.stdout) == (69, True)


def test_a_good_store_records(tmp_path: Path) -> None:
    done = shell("pitchey help", configured(tmp_path))
    assert (done.returncode, done.stderr) == (0, b"")
    assert [entry.command for entry in recorded(tmp_path)] == ["help"]
