"""Real programs: their output, their end, and that nothing of them is left."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import textwrap
from pathlib import Path

import pytest

from bot.errors import NotConfigured
from bot.program import run_program

PYTHON = sys.executable


def script(folder: Path, text: str) -> list[str]:
    file = folder / "program.py"
    file.write_text(textwrap.dedent(text))
    return [PYTHON, "-u", str(file)]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    # Whoever adopted it may not have buried it yet.
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z")


async def gone(pid: int) -> None:
    async with asyncio.timeout(120):
        while alive(pid):  # noqa: ASYNC110 - a process tells nobody
            await asyncio.sleep(0.05)


async def test_output_comes_line_by_line_and_no_shell_reads_the_arguments(tmp_path: Path) -> None:
    lines: list[str] = []

    async def hear(line: str) -> None:
        lines.append(line)

    program = [PYTHON, "-c", "import sys; print(sys.argv[1]); print('to', 'err', file=sys.stderr)"]
    ended = await run_program([*program, "$(id); *"], folder=tmp_path, limit=30, on_line=hear)
    assert ended.good
    assert sorted(lines) == ["$(id); *", "to err"]


async def test_the_exit_code_is_told(tmp_path: Path) -> None:
    ended = await run_program([PYTHON, "-c", "exit(3)"], folder=tmp_path, limit=30)
    assert (ended.good, ended.code) == (False, 3)
    assert ended.told.startswith("ended with code 3 after")


async def test_a_program_that_is_not_there_and_a_folder_that_is_not(tmp_path: Path) -> None:
    ended = await run_program(["no-such-program"], folder=tmp_path, limit=30)
    assert ended.told == "no-such-program cannot be started: No such file or directory"
    with pytest.raises(NotConfigured):
        await run_program(["true"], folder=tmp_path / "absent", limit=30)


async def test_secrets_are_neither_given_nor_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-own")
    program = [PYTHON, "-c", "import os; print(dict(os.environ))"]
    ended = await run_program(
        program,
        folder=tmp_path,
        limit=30,
        variables={"CLOUDFLARE_API_TOKEN": "held-secret"},
        redact=lambda text: text.replace("held-secret", "[redacted]"),
    )
    (told,) = ended.tail
    assert "SLACK_BOT_TOKEN" not in told
    assert "'CLOUDFLARE_API_TOKEN': '[redacted]'" in told


async def test_colours_long_lines_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    program = script(
        tmp_path,
        r"""
        import sys
        out = sys.stdout.buffer
        out.write(b"\x1b[31mred\x1b[0m\n10%\r20%\r\n\xff\xfe\n")
        out.write(b"x" * 200_000 + b"\nend")
        """,
    )
    ended = await run_program(program, folder=tmp_path, limit=30)
    assert ended.tail[:3] == ("red", "10%", "20%")
    assert max(map(len, ended.tail)) == 16_000
    assert ended.tail[-1] == "end"


STUBBORN = """
    import os, signal, subprocess, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c",
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"])
    print(os.getpid(), child.pid, flush=True)
    time.sleep(600)
"""
POLITE = STUBBORN.replace("signal.signal(signal.SIGTERM, signal.SIG_IGN)", "pass")


async def test_at_the_limit_the_whole_group_ends(tmp_path: Path) -> None:
    ended = await run_program(script(tmp_path, STUBBORN), folder=tmp_path, limit=2)
    assert ended.stopped == "took longer than its 2 s"
    for pid in ended.tail[0].split():
        await gone(int(pid))


async def test_stopped_and_cancelled_it_ends_too(tmp_path: Path) -> None:
    pids: list[int] = []
    stop = asyncio.Event()

    async def hear(line: str) -> None:
        pids.extend(map(int, line.split()))
        stop.set()

    program = script(tmp_path, POLITE)
    ended = await run_program(program, folder=tmp_path, limit=60, on_line=hear, stop=stop)
    assert ended.stopped == "was stopped"
    running = asyncio.create_task(run_program(program, folder=tmp_path, limit=60, on_line=hear))
    async with asyncio.timeout(120):
        while len(pids) < 4:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    for pid in pids:
        await gone(pid)


async def test_killed_without_a_word_the_bot_leaves_no_program_behind(tmp_path: Path) -> None:
    patient = tmp_path / "patient.py"
    patient.write_text(textwrap.dedent(POLITE))
    bot = script(
        tmp_path,
        f"""
        import asyncio, sys
        from pathlib import Path
        from bot.program import run_program
        async def hear(line): print(line, flush=True)
        asyncio.run(run_program([sys.executable, "-u", {str(patient)!r}],
            folder=Path({str(tmp_path)!r}), limit=600, on_line=hear))
        """,
    )
    process = await asyncio.create_subprocess_exec(
        *bot, stdout=asyncio.subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(Path.cwd())}
    )
    assert process.stdout is not None
    pids = [int(word) for word in (await process.stdout.readline()).split()]
    process.send_signal(signal.SIGKILL)
    await process.wait()
    assert len(pids) == 2
    for pid in pids:
        await gone(pid)


async def test_what_a_program_leaves_running_does_not_hold_it_up(tmp_path: Path) -> None:
    program = script(
        tmp_path,
        """
        import subprocess, sys
        print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid)
        """,
    )
    ended = await run_program(program, folder=tmp_path, limit=60)
    assert ended.good
    assert ended.seconds < 30
    await gone(int(ended.tail[0]))


async def test_a_daemon_that_holds_the_output_open_does_not_hold_it_up(tmp_path: Path) -> None:
    program = script(
        tmp_path,
        """
        import subprocess, sys
        sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
        print(subprocess.Popen(sleeper, start_new_session=True).pid)
        """,
    )
    ended = await run_program(program, folder=tmp_path, limit=60)
    os.kill(int(ended.tail[0]), signal.SIGKILL)
    assert ended.good
    assert ended.seconds < 30
