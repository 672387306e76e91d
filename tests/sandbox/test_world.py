"""Starting and stopping the whole world: nothing is left, nobody starts it twice."""

from __future__ import annotations

import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.sandbox.configuration import read_environment
from bot.sandbox.occupancy import occupant
from bot.settings import load
from tests.sandbox.world_process import sandbox

pytestmark = pytest.mark.world


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One folder for all tests here: the first start makes the database, the others find it."""
    return tmp_path_factory.mktemp("world")


def test_ctrl_c_stops_everything(folder: Path) -> None:
    with sandbox(folder, "--no-bot", "--port", "0") as world:
        url = world.wait_until_ready()
        assert httpx.get(url).status_code == 200
        names = " ".join(" ".join(process.cmdline()) for process in world.family)
        assert "postgres" in names
        assert "storage.server" in names
        code, output = world.end(signal.SIGINT)
        assert (code, "Stopped." in output) == (0, True)
        assert world.left_over(seconds=2) == []
    assert occupant(folder) is None
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_nothing_outlives_a_kill_and_the_next_start_takes_over(folder: Path) -> None:
    with sandbox(folder, "--no-bot", "--port", "0") as world:
        world.wait_until_ready()
        assert len(world.family) > 3
        world.end(signal.SIGKILL)
        assert world.left_over() == []
        assert (folder / "sandbox.json").exists()  # what the killed run left behind
        assert occupant(folder) is None
    with sandbox(folder, "--no-bot", "--port", "0") as world:
        assert world.wait_until_ready().startswith("http://127.0.0.1:")


def test_a_second_start_is_told_about_the_first(folder: Path) -> None:
    with sandbox(folder, "--no-bot", "--port", "0") as first:
        url = first.wait_until_ready()
        with sandbox(folder, "--no-bot", "--port", "0") as second:
            output, _ = second.process.communicate(timeout=30)
        assert second.process.returncode == 1
        assert f"process {first.process.pid}, {url}" in output
        assert "Starting" not in output
        assert httpx.get(url).status_code == 200  # the first one is unharmed
        assert first.word() == {"pid": first.process.pid, "url": url}


def test_a_taken_port_is_named_and_another_used(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with sandbox(folder, "--no-bot", "--port", str(port)) as world:
            assert not world.wait_until_ready().endswith(f":{port}")
            assert f"Port {port} is taken; using another.\n" in world.lines


def test_the_settings_it_writes_are_good_and_private(folder: Path) -> None:
    with sandbox(folder, "--no-bot", "--port", "0") as world:
        world.wait_until_ready()
        environment = read_environment(folder / "environment")
        assert stat.S_IMODE((folder / "environment").stat().st_mode) == 0o600
        settings = load(folder / "pitchey.toml", environment)
        assert settings.transport == "socket"
        assert settings.environment().worker_script == "pitchey-production"
        for secret in settings.secrets.values():
            assert secret not in (folder / "pitchey.toml").read_text()


def test_without_a_sandbox_a_command_says_how_to_start_one(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot", "sandbox", "--folder", str(tmp_path), "health"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 69
    assert "pitchey sandbox" in told.stderr


@pytest.mark.parametrize("mode", ["socket", "http"])
def test_the_real_bot_lives_and_dies_with_it(folder: Path, mode: str) -> None:
    with sandbox(folder, "--mode", mode, "--port", "0") as world:
        world.wait_until_ready()
        bots = [process for process in world.family if "run" in process.cmdline()]
        assert len(bots) == 1
        command = [sys.executable, "-m", "bot", "sandbox", "--folder", str(folder), "help"]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0
        world.end(signal.SIGKILL)
        assert world.left_over() == []


def test_the_bots_death_is_told_plainly(folder: Path) -> None:
    with sandbox(folder, "--port", "0") as world:
        world.wait_until_ready()
        bot = next(process for process in world.family if "run" in process.cmdline())
        bot.kill()
        assert world.process.stdout is not None
        while (line := world.process.stdout.readline()) and not line.startswith("The bot"):
            pass
        assert line.startswith("The bot ended with code -9; its log is ")
