"""`pitchey check`: is everything the bot needs there, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from bot.check.display import show, show_json, show_problems
from bot.check.report import EXIT_SETTINGS, CheckReport, Item, State
from bot.check.running import check
from bot.redaction import Redactor, hide_in_log
from bot.settings import SettingsError, load
from bot.terminal.output import Output, told


async def command(words: Sequence[str]) -> int:
    """`pitchey check [--json] [--config FILE]`: print the report, answer the exit code."""
    import argparse

    parser = argparse.ArgumentParser("pitchey check", description="Check settings and services.")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--config", type=Path, metavar="FILE", help="the settings file")
    asked = parser.parse_args(words)
    output = Output()
    page = output.page()
    code = await run(page.console(), asked.config, as_json=asked.json)
    output.write_text(page.getvalue())
    return told(output.problem) or code


async def run(
    console: Console,
    path: Path | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    as_json: bool = False,
) -> int:
    """Load the settings, look at everything, show it.

    Answers the exit code: 0 all good, 1 something failed, 78 the settings are invalid.
    """
    try:
        settings = load(path, environ)
    except SettingsError as error:
        show_problems(error, console, as_json=as_json)
        return EXIT_SETTINGS
    redactor = Redactor(settings.secrets.values())
    hide_in_log(redactor)  # libraries log their requests at DEBUG
    report = await check(settings)
    (show_json if as_json else show)(report, console)
    return report.exit_code


__all__ = [
    "CheckReport",
    "Item",
    "State",
    "check",
    "command",
    "run",
    "show",
    "show_json",
    "show_problems",
]
