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
