"""`pitchey run | sandbox | check | manifest | <any command>`: the terminal's way in."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from bot.errors import NotConfigured, OpsError
from bot.terminal.output import flush, say, write

EXIT_CONFIGURATION = 78  # sysexits.h EX_CONFIG: a supervisor should not restart us
EXIT_UNAVAILABLE = 69
EXIT_USAGE = 64  # sysexits.h EX_USAGE; argparse has 2, which `pitchey health` has for "down"
EXIT_INTERRUPTED = 75  # sysexits.h EX_TEMPFAIL: Ctrl-C; asking again may succeed
OWN = {
    "run": "Serve Slack until stopped; --mode socket or http.",
    "sandbox": "Start the whole world on this machine, or send a command to it.",
    "check": "Verify settings, tokens, permissions and services.",
    "store": "Move the bot's own records between a file and PostgreSQL.",
    "manifest": "Print the manifest to create the Slack app from.",
}
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


@contextmanager
def _loading() -> Iterator[None]:
    """What is loaded stays; to look for waste among it, then and at the end, is a third of a start.

    The collector works again afterwards, on what is made from then on.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one line of the terminal; answers the exit code."""
    code = _main(argv)
    return flush() or code


def _main(argv: Sequence[str] | None) -> int:
    words = list(sys.argv[1:] if argv is None else argv)
    level = os.environ.get("PITCHEY_LOG", "WARNING").upper()
    logging.basicConfig(level=_level(level), format=LOG_FORMAT, stream=sys.stderr)
    own: dict[str, Callable[[list[str]], int]] = {
        "run": _run,
        "sandbox": _sandbox,
        "check": _check,
        "store": _store,
        "manifest": _manifest,
    }
    try:
        if words[:1] in ([], ["--help"], ["-h"]):
            return _usage()
        if words == ["--version"]:
            return _version()
        if words[0] in own:
            return _own(own[words[0]], words[1:])
        return _command(words)
    except NotConfigured as error:
        return _say(error, EXIT_CONFIGURATION)
    except OpsError as error:
        # SettingsError is one of them and carries every problem in its text.
        code = EXIT_CONFIGURATION if type(error).__name__ == "SettingsError" else EXIT_UNAVAILABLE
        return _say(error, code)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return 0  # `pitchey help | head`: the reader has seen enough


def _own(command: Callable[[list[str]], int], words: list[str]) -> int:
    try:
        return command(words)
    except SystemExit as end:  # argparse: 0 after --help, 2 after words that it does not know
        return EXIT_USAGE if end.code == 2 else int(end.code or 0)


def _usage() -> int:
    """What there is, without settings: the first thing that a newcomer types."""
    with _loading():
        from bot.app import catalogue

    lines = ["Usage: pitchey <command> [arguments]", "", "The bot:"]
    lines += [f"  {name:<14} {summary}" for name, summary in OWN.items()]
    lines += ["", "Commands, the same as in Slack:"]
    lines += [f"  {each.name:<14} {each.summary}" for each in catalogue().commands]
    lines += ["", "`pitchey help <command>` explains one; --json prints any answer as data."]
    return write("\n".join(lines) + "\n")


def _version() -> int:
    from importlib.metadata import version

    return write(f"pitchey {version('pitchey-ops-bot')}\n")


def _say(error: OpsError, code: int) -> int:
    hint = f"  {error.hint}\n" if error.hint else ""
    say(f"pitchey: {error.message}\n{hint}")
    return code


def _level(name: str) -> int:
    return logging.getLevelNamesMapping().get(name, logging.WARNING)


def _run(words: list[str]) -> int:
    import argparse

    import uvloop

    parser = argparse.ArgumentParser("pitchey run", description="Serve Slack until stopped.")
    parser.add_argument("--mode", choices=("socket", "http"), help="how Slack reaches the bot")
    asked = parser.parse_args(words)

    with _loading():
        from bot.repeated_lines import RepeatedLines
        from bot.settings import load
        from bot.transports import run

    for handler in logging.getLogger().handlers:
        handler.addFilter(RepeatedLines())
    logging.getLogger().setLevel(_level(os.environ.get("PITCHEY_LOG", "INFO").upper()))
    for chatty in ("httpx", "apscheduler", "fontTools"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    uvloop.run(run(load(), asked.mode))
    return 0


def _sandbox(words: list[str]) -> int:
    with _loading():
        from bot.sandbox import launch

    return launch.command(words, _in_sandbox)


def _in_sandbox(words: list[str], program: str) -> int:
    return _check(words[1:]) if words[0] == "check" else _command(words, program)


def _check(words: list[str]) -> int:
    with _loading():
        from bot.check import command

    return asyncio.run(command(words))


def _store(words: list[str]) -> int:
    from bot.store.moving import parser, run

    parser().parse_args(words)  # help, and words that are wrong, need no settings
    with _loading():
        from bot.settings import load

    return write(run(words, load()) + "\n")


def _manifest(words: list[str]) -> int:
    from bot.manifest import command

    return command(words)


def _command(words: list[str], program: str = "pitchey") -> int:
    with _loading():
        from bot.shell import run_line

    return asyncio.run(run_line(words, program))
