"""The terminal's front door, without settings and with wrong ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import OWN


def pitchey(*words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",)])
def test_without_anything_it_says_what_there_is(words: tuple[str, ...], tmp_path: Path) -> None:
    done = pitchey(*words, folder=tmp_path)
    assert done.returncode == 0
    for name in (*OWN, "health", "audit verify"):
        assert f"  {name} " in done.stdout


def test_it_knows_its_version(tmp_path: Path) -> None:
    done = pitchey("--version", folder=tmp_path)
    assert done.stdout.startswith("pitchey ")
    assert done.returncode == 0


@pytest.mark.parametrize("words", [("health",), ("run",), ("run", "--mode", "http")])
def test_without_settings_it_says_so_and_exits_78(words: tuple[str, ...], tmp_path: Path) -> None:
    done = pitchey(*words, folder=tmp_path)
    assert done.returncode == 78
    assert "pitchey.toml" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_token_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "pitchey.toml").write_text(
        (Path(__file__).parents[2] / "pitchey.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    done = pitchey("run", folder=tmp_path)
    assert done.returncode == 78
    assert "SLACK_APP_TOKEN" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [("run", "--mod", "x"), ("check", "--x"), ("manifest", "x"), ("sandbox", "--x")]
)
def test_words_not_understood_exit_64(words: tuple[str, ...], tmp_path: Path) -> None:
    done = pitchey(*words, folder=tmp_path)
    assert done.returncode == 64
    assert "usage:" in done.stderr
    assert pitchey(words[0], "--help", folder=tmp_path).returncode == 0


CLOSED = "the answer could not be written to standard output: it is closed"
FULL = "the answer could not be written to standard output: no space left on device"


@pytest.mark.parametrize("words", ["--help", "manifest", "check", "run --help"])
@pytest.mark.parametrize(
    ("shell", "told"),
    [(">&-", CLOSED), (">/dev/full", FULL), ("2>&-", ""), (">&- 2>&-", "")],
)
def test_standard_output_that_takes_nothing(
    words: str, shell: str, told: str, tmp_path: Path
) -> None:
    code, said = piped(f"{words} {shell}", tmp_path)
    by_argparse = words == "run --help"  # which writes to standard error where there is no other
    wrong = shell == ">/dev/full" or (shell.startswith(">") and not by_argparse)
    assert code == (74 if wrong else 78 if words == "check" else 0), said
    assert "Traceback" not in said
    assert not wrong or told in said


@pytest.mark.parametrize("words", ["--help", "manifest"])
def test_a_reader_who_leaves_is_no_error(words: str, tmp_path: Path) -> None:
    for _ in range(3):  # who is quicker, is left to chance
        code, said = piped(f"{words} | head -c 0", tmp_path)
        assert (code, said) == (0, "")


def piped(line: str, folder: Path) -> tuple[int, str]:
    """`pitchey <line>` in a shell, which closes and redirects; its exit code and its complaints."""
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m bot {line}; exit ${{PIPESTATUS[0]}}"],
        cwd=folder,
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stderr
