"""`pitchey sandbox …` as people type it: what it says first, its exit codes, what it imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.configuration import write_environment
from bot.sandbox.occupancy import Occupancy

RUN = """
import json, os, sys
from bot.sandbox.launch import command
heard = []
code = command(sys.argv[1:], run_command=lambda line, program: heard.append([line, program]) or 3)
heavy = [name for name in ("bot.sandbox.world", "aiohttp", "jinja2") if name in sys.modules]
print(json.dumps([code, heard, heavy, os.environ.get("PITCHEY_CONFIG")]))
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Path]:
    """A folder that a sandbox holds: this process."""
    occupancy = Occupancy(tmp_path)
    occupancy.take()
    occupancy.tell("http://127.0.0.1:1/")
    write_environment(tmp_path / "environment", {"PITCHEY_CONFIG": "here.toml"})
    yield tmp_path
    occupancy.leave()


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False, timeout=60
    )


def test_a_command_goes_through_word_for_word_and_starts_light(running: Path) -> None:
    line = ["logs", "--since", "1h", "api", "-h"]
    told = json.loads(run("-c", RUN, "--folder", str(running), *line).stdout)
    assert told == [3, [[line, f"pitchey sandbox --folder {running}"]], [], "here.toml"]


def test_without_a_sandbox_a_command_ends_with_69(tmp_path: Path) -> None:
    told = run("-m", "bot", "sandbox", "--folder", str(tmp_path), "health")
    assert told.returncode == 69
    assert f"Start one first: pitchey sandbox --folder {tmp_path}\n" in told.stderr
    assert "--folder, before the command" in told.stderr


def test_a_second_start_says_so_first_of_all(running: Path) -> None:
    told = run("-m", "bot", "sandbox", "--folder", str(running), "--port", "0")
    assert told.returncode == 1
    first = told.stdout.splitlines()[0]
    assert first == f"A sandbox already runs here: process {os.getpid()}, http://127.0.0.1:1/"
    assert "Starting" not in told.stdout


def test_an_unknown_release_is_told_with_those_there_are(tmp_path: Path) -> None:
    told = run("-m", "bot", "sandbox", "--folder", str(tmp_path), "--release", "1999-01-01")
    assert told.returncode == 64
    assert "2026-01-05" in told.stderr


def test_a_folder_that_cannot_be_used_is_one_message(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for folder in (file, file / "inside", Path("/proc/nothing")):
        told = run("-m", "bot", "sandbox", "--port", "0", "--folder", str(folder))
        assert told.returncode == 69
        assert "cannot be used" in told.stderr
        assert "--folder" in told.stderr
        assert len(told.stderr.splitlines()) == 1


@pytest.mark.parametrize("port", ["99999", "-1", "many", "1e3"])
def test_a_port_that_there_is_not_is_told(tmp_path: Path, port: str) -> None:
    told = run("-m", "bot", "sandbox", "--folder", str(tmp_path), f"--port={port}")
    assert told.returncode == 64
    assert "0 to 65535" in told.stderr
    assert "Traceback" not in told.stderr


def test_the_check_runs_against_a_sandbox_too(running: Path) -> None:
    told = run("-m", "bot", "sandbox", "--folder", str(running), "check", "--help")
    assert told.returncode == 0
    assert "usage: pitchey check" in told.stdout
