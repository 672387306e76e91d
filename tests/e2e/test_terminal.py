"""The same commands in a shell: exit codes, plain output, JSON, and Slack down."""

from __future__ import annotations

import json
import re

import pytest

from tests.e2e.leaks import leaks
from tests.e2e.stage import Stage, only

pytestmark = only("socket")


@pytest.mark.parametrize(
    ("fault", "code", "told"),
    [
        ("", 0, "Healthy: 9 of 9 checks passed"),
        ("backup_old", 1, "Degraded: Backup"),
        ("site_down", 2, "Down: Site"),
    ],
)
async def test_the_exit_code_is_the_verdict(stage: Stage, fault: str, code: int, told: str) -> None:
    if fault:
        await stage.switch(fault)
    ended, shell = await stage.run("health", PITCHEY_LOG="WARNING")
    assert (ended, told in shell.output) == (code, True), shell.said
    assert "\x1b" not in shell.output  # no colours where nobody looks
    assert shell.errors == ""
    await stage.recorded(surface="terminal", command="health", outcome="succeeded")


async def test_json_is_for_scripts(stage: Stage) -> None:
    await stage.switch("site_down")
    code, shell = await stage.run("health", "--json")
    told = json.loads(shell.output)
    assert (code, told["exit_code"], told["outcome"]) == (2, 2, "succeeded")
    states = {check["component"]: check["state"] for check in told["data"]["checks"]}
    assert (states["site"], states["database"]) == ("down", "healthy")
    code, shell = await stage.run("--json", "lunch")
    assert (code, json.loads(shell.output)["outcome"]) == (64, "not understood")


async def test_it_works_while_slack_does_not(stage: Stage) -> None:
    for fault in ("slack_errors", "slack_invalid_auth", "slack_slow"):
        await stage.switch(fault)
    code, shell = await stage.run("health", "api", SLACK_BOT_TOKEN="", SLACK_APP_TOKEN="")
    assert code == 0
    assert re.search(r"Healthy: 1 of 1 check passed in \d+\sms", shell.output)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("help", "health"), 0, "Usage"),
        (("helth",), 64, "Did you mean"),
        (("health", "lunch"), 64, "Allowed:"),
        (("audit", "verify"), 0, "Intact:"),
    ],
)
async def test_other_commands(stage: Stage, words: tuple[str, ...], code: int, told: str) -> None:
    ended, shell = await stage.run(*words)
    assert (ended, told in shell.output) == (code, True), shell.said


async def test_it_stands_beside_a_running_bot(stage: Stage) -> None:
    """Both write one audit log, and its chain stays whole."""
    _, shell = await stage.run("audit", "--limit", "3")
    assert "terminal" in shell.output or "audit entr" in shell.output
    code, shell = await stage.run("audit", "verify")
    assert (code, "Intact" in shell.output) == (0, True)


async def test_no_secret_is_ever_printed(stage: Stage) -> None:
    """Each service refuses or hangs, and each tells about it: none shows what it was asked with."""
    faults = ("database_down", "cloudflare_forbidden", "storage_refuses", "cache_down")
    for fault in faults:
        await stage.switch(fault)
    for words in (("health", "--details"), ("check",)):
        await stage.run(*words, PITCHEY_LOG="DEBUG")
    secret = stage.variables["CLOUDFLARE_API_TOKEN"]
    _, shell = await stage.run("health", secret)
    assert secret not in shell.said
    assert leaks(stage) == []
