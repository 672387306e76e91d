"""What is forked is to whoever started it as what Python starts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

LINE = [sys.executable, "-m", "tests.forked.echo", "--words", "with spaces", "ü"]
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.environ.get("PITCHEY_FORKED") == "no", reason="nothing is forked"
)


def started(**changes: Any) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    pipe = subprocess.PIPE
    given: dict[str, Any] = {"env": {"GREETING": "hello"}, "cwd": ROOT} | changes
    process = subprocess.Popen(LINE, stdin=pipe, stdout=pipe, stderr=pipe, text=True, **given)
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())


def test_it_is_a_child_with_all_that_it_was_given() -> None:
    process, told = started(start_new_session=True)
    out, errors = process.communicate("7\n", timeout=60)
    assert (out, errors, process.returncode) == ("", "", 7)
    assert told["loaded"]
    assert (told["pid"], told["parent"], told["session"]) == (process.pid, os.getpid(), process.pid)
    assert told["words"] == LINE[3:]
    assert told["environment"] == {"GREETING": "hello"}
    assert told["folder"] == str(ROOT)


def test_it_dies_of_signals_and_shows_its_traceback() -> None:
    for number in (signal.SIGKILL, signal.SIGTERM):
        process, _ = started()
        process.send_signal(number)
        process.communicate(timeout=60)
        assert process.returncode == -number
    process, _ = started()
    _, errors = process.communicate("fail\n", timeout=60)
    assert process.returncode == 1
    assert errors.rstrip().endswith("ValueError: told to")


def test_many_at_once_are_told_apart() -> None:
    several = [started() for _ in range(12)]
    assert len({told["pid"] for _, told in several}) == 12
    for number, (process, told) in enumerate(several):
        assert told["pid"] == process.pid
        process.communicate(f"{number}\n", timeout=60)
        assert process.returncode == number


def test_what_changes_python_itself_is_left_to_python() -> None:
    process, told = started(env={"PYTHONHASHSEED": "1"})
    process.communicate("0\n", timeout=60)
    assert not told["loaded"]
