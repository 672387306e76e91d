"""Half a pair of credentials, addresses that do not parse, and paths that are no files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.settings.files import LEAST, told, written

PAIRS = [
    ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "abc"),
    ("R2_ACCESS_KEY_ID", "R2_SECRET_ACCESS_KEY", "abc"),
    ("UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN", "https://cache.example.com"),
]


@pytest.mark.parametrize(("one", "other", "value"), PAIRS)
def test_half_a_pair_names_both(tmp_path: Path, one: str, other: str, value: str) -> None:
    assert one in told(tmp_path, LEAST, {one: value})[other]
    assert other in told(tmp_path, LEAST, {other: "abc", one: " "})[one]
    assert told(tmp_path, LEAST, {one: value, other: "abc"}) == {}


@pytest.mark.parametrize(
    "address",
    ["postgresql://u:planted@[bad/db", "postgresql://u:planted@host:x/db", "postgres://h:99999/d"],
)
def test_an_address_that_does_not_parse_is_told_but_not_shown(tmp_path: Path, address: str) -> None:
    found = told(tmp_path, LEAST, {"DATABASE_URL": address})
    assert "cannot be read" in found["DATABASE_URL"]
    assert "planted" not in str(found)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://u:p@[::1]:5432/db?sslmode=require",
        "postgresql://u:p@one:5432,two:5433/db",
        "postgresql:///db?host=/run/postgresql",
        "host=localhost dbname=db",
    ],
)
def test_addresses_that_libpq_takes_are_taken(tmp_path: Path, address: str) -> None:
    assert told(tmp_path, LEAST, {"DATABASE_URL": address}) == {}


def started(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd()), **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


def test_a_pipe_a_device_and_a_folder_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        done = started(tmp_path, PITCHEY_CONFIG=str(path))
        assert done.returncode == 78
        assert "Name the file itself" in done.stderr


def test_half_a_pair_ends_with_78(tmp_path: Path) -> None:
    done = started(written(tmp_path, LEAST).parent, AWS_ACCESS_KEY_ID="abc")
    assert done.returncode == 78
    assert "AWS_SECRET_ACCESS_KEY" in done.stderr
