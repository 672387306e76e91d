"""`pitchey sandbox`: starts the world and keeps it until Ctrl-C; or sends it a command."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote

from bot.sandbox.bot_process import BotDidNotStart
from bot.sandbox.configuration import (
    UnreadableSettings,
    move_in,
    read_environment,
    read_settings,
)
from bot.sandbox.database.programs import NoPrograms, check
from bot.sandbox.history import Asked as History
from bot.sandbox.history import Unreasonable, read
from bot.sandbox.occupancy import AlreadyRunning, Unusable, occupant

# The world and the platform are imported only where one is started: they take a second, and a
# command for a running sandbox needs none of them.

PORT = 8765
FOLDER = Path("var/sandbox")
EXIT_UNAVAILABLE = 69  # sysexits.h EX_UNAVAILABLE: there is no sandbox to ask
EXIT_CONFIGURATION = 78  # sysexits.h EX_CONFIG
_ABOUT = "The whole world on one machine: no account, no network. Ctrl-C stops it."
_HOW = """
Open this page, act as any of the people there, and break things with its switches.
From another terminal, any command works:  {program} health
Ctrl-C stops everything."""


def command(words: list[str], run_command: Callable[[list[str], str], int]) -> int:
    """Start a sandbox and keep it; further words are a command for the one that runs.

    `run_command` gets them, and how such a line begins when it is typed again.
    """
    asked = _parser().parse_args(words)
    if asked.words:
        return _send(asked.folder, asked.words, run_command)
    try:
        asked.own = read_settings(asked.settings)
        asked.past = _past(asked)
        if asked.postgresql is not None:
            check(asked.postgresql)
    except (UnreadableSettings, Unreasonable, NoPrograms) as error:
        sys.stderr.write(f"pitchey sandbox: {error}\n")
        return EXIT_CONFIGURATION
    other = occupant(asked.folder)
    if other is not None:
        return _refuse(AlreadyRunning(other.pid, other.url))
    return asyncio.run(main(asked))


async def main(asked: argparse.Namespace) -> int:
    """Keep a sandbox until SIGINT, SIGTERM or SIGHUP; 1 where it cannot start."""
    stop, started = asyncio.Event(), asyncio.Event()
    keeping = asyncio.create_task(_keep(asked, stop, started))

    def interrupt() -> None:
        stop.set()
        if not started.is_set():
            keeping.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, interrupt)
    try:
        await keeping
    except asyncio.CancelledError:
        _say("Stopped before it was ready.")
        return 130
    except AlreadyRunning as other:  # it came while this one was starting
        return _refuse(other)
    except Unusable as failure:
        sys.stderr.write(f"pitchey sandbox: {failure}\n")
        return EXIT_UNAVAILABLE
    except BotDidNotStart as failure:
        _say(str(failure))
        return 1
    return 0


async def _keep(asked: argparse.Namespace, stop: asyncio.Event, started: asyncio.Event) -> None:
    begun = time.perf_counter()
    _say(f"Starting the sandbox in {asked.folder}")
    from bot.sandbox.platform import NEWEST
    from bot.sandbox.world import World

    async with World.start(
        asked.folder,
        release=asked.release or NEWEST,
        mode=asked.mode,
        with_bot=not asked.no_bot,
        port=asked.port,
        tell=_say,
        own_settings=asked.own,
        replicas=asked.replicas,
        zone="" if asked.zone == "none" else asked.zone,
        history=asked.past,
        lasting=True,
        postgresql=asked.postgresql,
    ) as world:
        started.set()
        how = _HOW.format(program=_line(_program(), asked.folder))
        _say(f"Ready in {time.perf_counter() - begun:.1f} s.{how}\n\n{world.url}")
        await stop.wait()
        _say("\nStopping …")
    _say("Stopped.")


def _past(asked: argparse.Namespace) -> History | None:
    """What `--history` asks for; then the bot keeps measurements for as long as that lies back."""
    if not asked.history:
        return None
    zone = asked.own.get("team", {}).get("timezone", "UTC")
    now = datetime.now(UTC)
    past = read(asked.history, asked.history_until, asked.seed, now, zone)
    lies_back = (now - past.until).days
    if lies_back:
        kept = {"samples_kept_days": 35, "hours_kept_days": 400, "days_kept_days": 1_830}
        kept = {name: min(3_650, days + lies_back) for name, days in kept.items()}
        asked.own["sampling"] = kept | asked.own.get("sampling", {})
    return past


def _program() -> str:
    """How this program was called, so that the line can be pasted: `.venv/bin/pitchey`."""
    called = Path(sys.argv[0])
    if called.name != "pitchey":
        return "pitchey"
    with contextlib.suppress(ValueError):
        called = called.absolute().relative_to(Path.cwd())
    return str(called)


def _line(program: str, folder: Path) -> str:
    """How a line for the sandbox of this folder begins."""
    return f"{program} sandbox" + ("" if folder == FOLDER else f" --folder {quote(str(folder))}")


def _send(folder: Path, line: list[str], run_command: Callable[[list[str], str], int]) -> int:
    program = _line("pitchey", folder)
    if occupant(folder) is None:
        sys.stderr.write(
            f"No sandbox is running in {folder}. Start one first: {program}\n"
            "One that runs in another folder is named by --folder, before the command.\n"
        )
        return EXIT_UNAVAILABLE
    move_in(read_environment(folder / "environment"))
    return run_command(line, program)


def _refuse(other: AlreadyRunning) -> int:
    _say(f"{other}\nStop that one (Ctrl-C there) or choose another folder with --folder.")
    return 1


class _Releases:
    """The platform's releases, imported when somebody names one or asks for help."""

    def __iter__(self) -> Iterator[str]:
        from bot.sandbox.platform import RELEASES

        return iter(RELEASES)

    def __contains__(self, name: object) -> bool:
        return name in tuple(self)


def _parser() -> argparse.ArgumentParser:
    usage = "%(prog)s [options] [command …]"
    parser = argparse.ArgumentParser("pitchey sandbox", usage=usage, description=_ABOUT)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where its files are kept")
    parser.add_argument("--port", type=_port, default=PORT, help="of the page")
    parser.add_argument(
        "--release",
        metavar="RELEASE",
        choices=_Releases(),
        help="of the platform: %(choices)s; the newest unless given",
    )
    parser.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help="a pitchey.toml of your own to lay over the sandbox's, such as [[limits]] or [guard]",
    )
    parser.add_argument(
        "--history",
        default="",
        metavar="LENGTH",
        help="make up so much of a past, such as 365d; what the bot remembered is gone",
    )
    parser.add_argument(
        "--history-until",
        default="",
        metavar="DAY",
        help="its last day, such as 2024-03-31; today unless given",
    )
    parser.add_argument("--seed", type=int, default=1, help="another one makes up another past")
    parser.add_argument("--mode", choices=("socket", "http"), default="socket")
    parser.add_argument(
        "--zone",
        metavar="PLAN",
        choices=("none", "free", "pro", "business", "enterprise"),
        default="free",
        help="Cloudflare plan of the platform's own domain: %(choices)s; free unless given."
        " none: it runs on workers.dev and pages.dev, without a zone",
    )
    parser.add_argument(
        "--replicas", type=_replicas, default=0, metavar="N",
        help="so many copies of the bot over one store in PostgreSQL; a load balancer over HTTP",
    )  # fmt: skip
    parser.add_argument(
        "--postgresql", type=Path, metavar="FOLDER",
        help="another release for the platform's database: where its bin/initdb lies",
    )  # fmt: skip
    parser.add_argument("--no-bot", action="store_true", help="start everything but the bot")
    parser.add_argument(
        "words", nargs=argparse.REMAINDER, metavar="command", help="for the running sandbox"
    )
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 65535")
    return int(text)


def _replicas(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and 1 <= int(text) <= 9):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 9")
    return int(text)


def _say(line: str) -> None:
    if sys.stdout is not None:  # closed at the start: the page tells as much
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
