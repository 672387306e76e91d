"""The check in a terminal: one line for each thing, its remedy below where one is needed."""

from __future__ import annotations

import json

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.check.report import CheckReport, State
from bot.settings import SettingsError

_MARKS = {
    State.GOOD: ("✓ good", "green"),
    State.WARNING: ("! warning", "yellow"),
    State.FAILED: ("✗ failed", "red"),
    State.SKIPPED: ("- skipped", "dim"),
}


def show(report: CheckReport, console: Console) -> None:
    """The headline, then every item in order. State is a word; colour only repeats it."""
    console.print(Text(report.headline, style="bold"))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for item in report.items:
        mark, style = _MARKS[item.state]
        remedy = f"\n→ {item.remedy}" if item.remedy else ""
        grid.add_row(
            Text(mark, style), Text.assemble((item.title, "bold"), f": {item.line}{remedy}")
        )
    console.print(grid)


def show_json(report: CheckReport, console: Console) -> None:
    _print_json(report.data(), console)


def show_problems(error: SettingsError, console: Console, *, as_json: bool = False) -> None:
    """Why the settings cannot be used, in the form of a report."""
    if as_json:
        problems = [
            {
                "where": problem.where,
                "line": problem.line,
                "message": problem.message,
                "remedy": problem.remedy,
            }
            for problem in error.problems
        ]
        data = {"ready": False, "summary": error.message, "problems": problems}
        _print_json(data, console)
        return
    console.print(Text(error.message, style="bold"))
    for problem in error.problems:
        place = f"{problem.where}, line {problem.line}" if problem.line else problem.where
        console.print(Text.assemble(("✗ ", "red"), (place, "bold"), f": {problem.message}"))
        console.print(Text(f"  → {problem.remedy}"))


def _print_json(data: object, console: Console) -> None:
    console.print(json.dumps(data, ensure_ascii=False, indent=2), markup=False, soft_wrap=True)
