"""Writes the parts of the docs that come from the declarations: run it after changing a command.

`python docs/generate.py` writes; `python docs/generate.py --check` only says what is out of date.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bot.app import catalogue
from bot.command import Argument, Command, Kind
from handlers.help.views import families, usage

ROOT = Path(__file__).parent.parent
WORD = "/pitchey"
BEGIN, END = "<!-- commands: begin -->", "<!-- commands: end -->"


def table() -> str:
    """The README's table: one row a feature; the reference has each command."""
    rows = ["| For | Type `/pitchey …` |", "|---|---|"]
    for feature in catalogue().features:
        if not feature.commands:
            continue
        anchor = feature.title.lower().replace("'", "").replace(" ", "-")
        names = families(feature.commands)
        rows.append(f"| [{_cell(feature.title)}](docs/reference/commands.md#{anchor}) | {names} |")
    return "\n".join(rows)


def reference() -> str:
    """docs/reference/commands.md: every command with its arguments and examples."""
    parts = [
        "# Commands",
        "",
        "Written from the declarations by `docs/generate.py`. In a terminal, leave out the slash: "
        "`pitchey health`. `--json` prints any answer as data.",
        "",
    ]
    for feature in catalogue().features:
        if feature.commands:
            parts += [f"## {feature.title}", ""]
        for command in feature.commands:
            parts += _command(command)
    return "\n".join(parts).rstrip() + "\n"


def _command(command: Command) -> list[str]:
    parts = [f"### `{usage(command, WORD)}`", "", command.summary, ""]
    if command.details:
        parts += [command.details, ""]
    if command.arguments:
        parts += ["| Argument | Meaning | Allowed | Unless given |", "|---|---|---|---|"]
        parts += [_argument(argument) for argument in command.arguments]
        parts.append("")
    notes = [f"Role: {command.role.word}.", f"Risk: {command.risk.value}."]
    notes += [f"Guide: {command.guide}."] if command.guide else []
    if command.aliases:
        notes.append(f"Also: {', '.join(f'`{each}`' for each in command.aliases)}.")
    parts += [" ".join(notes), ""]
    if command.examples:
        parts += ["```", *(f"{WORD} {example}" for example in command.examples), "```", ""]
    return parts


def _argument(argument: Argument) -> str:
    name = f"--{argument.name}" if argument.is_flag else argument.name
    allowed = ", ".join(f"`{choice}`" for choice in argument.choices) or argument.kind.value
    unless = "required" if argument.required else str(argument.default or "")
    if argument.kind is Kind.FLAG:
        allowed, unless = "no value", "off"
    return f"| `{name}` | {_cell(argument.help)} | {allowed} | {unless} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def expected() -> dict[Path, str]:
    """The files as they should be."""
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return {
        readme: f"{before}{BEGIN}\n{table()}\n{END}{after}",
        ROOT / "docs/reference/commands.md": reference(),
    }


def main() -> int:
    stale = [
        path
        for path, text in expected().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv:
        for path in stale:
            sys.stderr.write(f"{path.relative_to(ROOT)} is out of date: run docs/generate.py\n")
        return 1 if stale else 0
    for path, text in expected().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
