"""The same commands in a terminal: y or N there, or an approval in Slack that is waited for."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

from bot.sandbox.workspace import ANA, OMAR
from bot.store.operation_rows import Decision, State
from tests.engines import surroundings
from tests.guard.conftest import Stage

DANGER = ("practise", "danger", "--seconds", "0", "--reason", "from a 'terminal' & \"quoted\"")


async def start(
    stage: Stage, *words: str, slack: bool = True, stdin: int = DEVNULL, as_json: bool = True
) -> Process:
    """`pitchey <words>` beside the bot, on the same store."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "LOGNAME": "oncall",
        "PITCHEY_CONFIG": str(stage.settings.store.path.with_name("pitchey.toml")),
        **surroundings(stage.settings.store.path),
    }
    if slack:
        environment["SLACK_BOT_TOKEN"] = stage.workspace.bot_token
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, *(("--json",) if as_json else ()),
        cwd=Path(__file__).parents[2], env=environment, stdin=stdin, stdout=PIPE, stderr=PIPE,
    )  # fmt: skip


async def answer(process: Process) -> tuple[int, dict[str, object]]:
    out, err = await asyncio.wait_for(process.communicate(), 120)
    assert out, err.decode()
    return process.returncode or 0, json.loads(out)


async def test_a_change_with_yes_runs_and_the_channel_is_told(stage: Stage) -> None:
    code, told = await answer(await start(stage, "practise", "change", "--seconds", "0", "--yes"))
    assert (code, told["outcome"]) == (0, "succeeded")
    assert stage.effects() == (1, 1)
    await stage.actor(ANA).sees("asked by oncall (terminal)", anytime=True)


async def test_a_change_that_nobody_can_confirm_is_refused(stage: Stage) -> None:
    code, told = await answer(await start(stage, "practise", "change"))
    assert code == 64
    assert "--yes" in json.dumps(told)
    assert (stage.effects(), stage.only().state) == ((0, 0), State.CANCELLED)


async def test_on_a_tty_y_runs_it_and_anything_else_does_not(stage: Stage) -> None:
    for typed, effects in ((b"\n", 0), (b"y\n", 1)):
        ours, theirs = pty.openpty()
        environment = (
            dict(os.environ)
            | {"PITCHEY_CONFIG": str(stage.settings.store.path.with_name("pitchey.toml"))}
            | surroundings(stage.settings.store.path)
        )
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "practise", "change", "--seconds", "0",
            cwd=Path(__file__).parents[2], env=environment,
            stdin=theirs, stdout=PIPE, stderr=theirs,
        )  # fmt: skip
        os.close(theirs)
        seen = b""
        while b"[y/N]" not in seen:
            seen += await asyncio.to_thread(os.read, ours, 4096)
        assert b"counts the rehearsals up by one" in seen
        os.write(ours, typed)
        out, _ = await asyncio.wait_for(process.communicate(), 120)
        os.close(ours)
        assert stage.effects()[0] == effects, out


async def test_ctrl_c_at_the_question_ends_at_once_and_withdraws_the_request(stage: Stage) -> None:
    ours, theirs = pty.openpty()
    environment = (
        dict(os.environ)
        | {"PITCHEY_CONFIG": str(stage.settings.store.path.with_name("pitchey.toml"))}
        | surroundings(stage.settings.store.path)
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *DANGER, "--break-glass",
        cwd=Path(__file__).parents[2], env=environment,
        stdin=theirs, stdout=PIPE, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    while b"[y/N]" not in seen:
        seen += await asyncio.to_thread(os.read, ours, 4096)
    assert b"break the glass for" in seen
    process.send_signal(signal.SIGINT)
    out, _ = await asyncio.wait_for(process.communicate(), 120)  # nobody types a line
    os.close(ours)
    assert (process.returncode, stage.only().state) == (75, State.CANCELLED), out
    assert b"Nothing had started" in out
    assert stage.effects() == (0, 0)


async def test_ctrl_c_while_it_runs_interrupts_it_and_says_how_to_go_on(stage: Stage) -> None:
    process = await start(stage, "practise", "change", "--seconds", "60", "--yes")
    await stage.actor(ANA).sees("Running practise change", anytime=True, within=15)
    process.send_signal(signal.SIGINT)
    code, told = await answer(process)
    assert (code, told["outcome"], stage.only().state) == (75, "interrupted", State.INTERRUPTED)
    await stage.actor(ANA).sees("Interrupted: the terminal stopped while", anytime=True)
    process = await start(stage, "operation", stage.only().id, as_json=False)
    out, _ = await asyncio.wait_for(process.communicate(), 120)
    assert f"pitchey operation {stage.only().id} resume" in " ".join(out.decode().split())


async def test_what_is_dangerous_waits_for_an_approval_in_slack(stage: Stage) -> None:
    ana = stage.actor(ANA)
    process = await start(stage, *DANGER)
    await ana.sees("oncall (terminal) wants to run", anytime=True, within=15)
    assert stage.only().request.reason == "from a 'terminal' & \"quoted\""
    await ana.presses("Approve practise danger", confirming="Approve")
    code, told = await answer(process)
    assert (code, told["outcome"]) == (0, "succeeded")
    assert "Rehearsed" in str(told["text"])
    assert stage.effects() == (1, 1)


async def test_ctrl_c_leaves_the_request_and_says_its_id(stage: Stage) -> None:
    process = await start(stage, *DANGER)
    await stage.actor(ANA).sees("wants to run", anytime=True, within=15)
    process.send_signal(signal.SIGINT)
    code, told = await answer(process)
    assert code == 75
    assert stage.only().id in str(told["text"])
    assert stage.only().state is State.REQUESTED
    await stage.actor(ANA).presses("Approve practise danger", confirming="Approve")
    await stage.ends()
    assert stage.effects() == (1, 1)


async def test_a_rejection_reaches_the_terminal(stage: Stage) -> None:
    ana = stage.actor(ANA)
    process = await start(stage, *DANGER)
    await ana.sees("wants to run", anytime=True, within=15)
    await ana.presses("Reject")
    ana.fills("Reason", "not now")
    await ana.submits()
    code, told = await answer(process)
    assert code == 3
    assert "was rejected by <@U0ANA00001>" in str(told["text"])


async def test_without_slack_it_is_refused_plainly(stage: Stage) -> None:
    code, told = await answer(await start(stage, *DANGER, slack=False))
    assert code == 69
    assert "Slack is not configured" in str(told["text"])
    assert stage.store.operations.newest(1) == ()


async def test_the_glass_is_broken_with_a_reason_and_the_channel_is_told(stage: Stage) -> None:
    code, told = await answer(
        await start(stage, "practise", "danger", "--seconds", "0", "--break-glass", slack=False)
    )
    assert code == 64
    assert "needs a reason" in str(told["text"])
    code, told = await answer(await start(stage, *DANGER, "--break-glass", slack=False))
    assert (code, stage.effects(), stage.only().state) == (64, (0, 0), State.CANCELLED)
    assert "--yes" in json.dumps(told)
    code, told = await answer(await start(stage, *DANGER, "--break-glass", "--yes", slack=False))
    assert (code, told["outcome"]) == (0, "succeeded")
    assert stage.effects() == (1, 1)
    await stage.actor(ANA).sees("Glass broken: oncall (terminal) runs", anytime=True)


async def test_what_the_terminal_lets_run_ends_before_its_process(stage: Stage) -> None:
    """Breaking the glass for a request of another process, then resuming one it had lost."""
    omar = stage.actor(OMAR)
    await omar.types('/pitchey practise danger --seconds 1 --reason "somebody waits"')
    await omar.sees("Waiting for approval")
    name = stage.only().id
    code, told = await answer(await start(stage, "operation", name, "break-glass"))
    assert (code, stage.only().state) == (64, State.REQUESTED)
    code, told = await answer(await start(stage, "operation", name, "break-glass", "--yes"))
    assert (code, told["outcome"]) == (0, "succeeded")
    assert (stage.only().state, stage.effects()) == (State.SUCCEEDED, (1, 1))
    await omar.types("/pitchey practise change other --seconds 0")
    await omar.sees("Nothing has changed yet")
    lost = stage.only().id
    stage.store.operations.begin(lost, Decision(OMAR, "omar"), "terminal-dead", stage.time())
    await omar.sees("Interrupted: the terminal stopped", anytime=True)
    code, told = await answer(await start(stage, "operation", lost, "resume", "--yes"))
    assert (code, told["outcome"]) == (0, "succeeded")
    assert (stage.only().resumes, stage.effects()) == (lost, (2, 1))


async def test_people_are_told_by_name(stage: Stage) -> None:
    ana = stage.actor(ANA)
    await stage.actor(OMAR).types("/pitchey practise danger --reason=named")
    await ana.sees("Approval wanted", anytime=True)
    await ana.presses("Reject")
    ana.fills("Reason", "not now")
    await ana.submits()
    await ana.sees("Rejected by", anytime=True)
    process = await start(stage, "operation", stage.only().id, as_json=False)
    out, _ = await asyncio.wait_for(process.communicate(), 120)
    assert "@omar" in out.decode()
    assert "@ana" in out.decode()
    assert "U0" not in out.decode()


async def test_the_terminal_does_not_approve(stage: Stage) -> None:
    process = await start(stage, *DANGER)
    await stage.actor(ANA).sees("wants to run", anytime=True, within=15)
    name = stage.only().id
    _, told = await answer(await start(stage, "operation", name, "approve"))
    assert "Approve it in Slack" in str(told["text"])
    _, told = await answer(await start(stage, "operation", name, "cancel"))
    assert "was cancelled by oncall (terminal)" in str(told["text"])
    code, told = await answer(process)
    assert (code, stage.effects()) == (1, (0, 0))
