"""`pitchey check` as a person runs it: what is printed, and the exit code."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from bot.check import CheckReport, Item, State, command, run, show
from tests.check.world import TOKENS, config, running


def console(width: int = 100) -> Console:
    return Console(file=io.StringIO(), width=width, no_color=True)


def printed(target: Console) -> str:
    assert isinstance(target.file, io.StringIO)
    return target.file.getvalue()


async def outcome(
    folder: Path, environ: dict[str, str], *, as_json: bool = False
) -> tuple[int, str]:
    """Run against a good world."""
    async with running() as world:
        target = console()
        path = config(folder, world)
        code = await run(target, path, environ, as_json=as_json)
    return code, printed(target)


async def test_all_good_exits_0(tmp_path: Path) -> None:
    code, text = await outcome(tmp_path, TOKENS)
    assert code == 0
    assert text.startswith("Ready: ")
    assert "✓ good" in text


async def test_a_failure_exits_1_and_tells_the_remedy(tmp_path: Path) -> None:
    code, text = await outcome(tmp_path, {})
    assert code == 1
    assert text.startswith("Not ready: 2 of ")
    assert "→ Copy it from the app's page" in text
    assert "Traceback" not in text


async def test_json_is_json(tmp_path: Path) -> None:
    code, text = await outcome(tmp_path, {}, as_json=True)
    data = json.loads(text)
    assert code == 1
    assert data["ready"] is False
    states = {entry["title"]: entry["state"] for entry in data["checks"]}
    assert states["Settings"] == "good"
    assert states["Slack bot token"] == "failed"


async def test_invalid_settings_exit_78(tmp_path: Path) -> None:
    path = tmp_path / "pitchey.toml"
    path.write_text("[checks]\napi = '[bold]20'\n")
    target = console()
    assert await run(target, path, {}) == 78
    text = printed(target)
    assert "[checks] api, line 2: must be a number." in text
    assert "[environments]: is missing." in text


async def test_invalid_settings_as_json(tmp_path: Path) -> None:
    target = console(width=40)
    assert await run(target, tmp_path / "absent.toml", {}, as_json=True) == 78
    (problem,) = json.loads(printed(target))["problems"]
    assert problem["message"] == "does not exist."


async def test_the_command_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert await command(["--json", "--config", str(tmp_path / "absent.toml")]) == 78
    assert json.loads(capfd.readouterr().out)["ready"] is False


def test_a_narrow_terminal_keeps_lines_apart() -> None:
    items = (
        Item("Slack bot token", State.FAILED, "Slack answers invalid_auth.", "Copy it again."),
        Item("Database", State.GOOD, "Answers: PostgreSQL [bold]18.4."),
    )
    target = console(width=44)
    show(CheckReport(items), target)
    text = printed(target)
    assert text.splitlines()[0] == "Not ready: 1 of 2 checks failed."
    assert "[bold]" in text  # data is never markup
    assert max(map(len, text.splitlines())) <= 44


def test_the_headline_counts() -> None:
    def report(*states: State) -> str:
        return CheckReport(tuple(Item("x", state, "y") for state in states)).headline

    good, warning, skipped, failed = State.GOOD, State.WARNING, State.SKIPPED, State.FAILED
    assert report(good, good) == "Ready: 2 of 2 checks passed."
    assert report(good, warning, skipped) == "Ready: 1 of 3 checks passed, 1 warning, 1 skipped."
    assert report(failed, warning, warning) == "Not ready: 1 of 3 checks failed, 2 warnings."
