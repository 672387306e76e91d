"""Arguments kept until they run: as JSON values, and as the words that would give them again."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

from bot import words
from bot.command import GUARDS_OWN, Argument, Arguments, Command, Kind

_PLAIN = re.compile(r"[\w./:=@#-]+")
_SECONDS = "seconds"
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"))


def freeze(arguments: Arguments) -> dict[str, Any]:
    """Typed arguments (see Kind) as JSON values."""
    return {
        name: {_SECONDS: value.total_seconds()} if isinstance(value, timedelta) else value
        for name, value in arguments.items()
    }


def thaw(frozen: dict[str, Any]) -> dict[str, Any]:
    """What `freeze` was given."""
    return {
        name: timedelta(seconds=value[_SECONDS]) if isinstance(value, dict) else value
        for name, value in frozen.items()
    }


def command_line(command: Command, arguments: Arguments, *, tickets: bool = True) -> str:
    """The words that parse to these arguments; reason and break-glass are left out.

    Without `tickets` they can be said again once the value behind them is used up.
    """
    parts, skipped = [command.name], False
    for argument in command.arguments:
        value = arguments.get(argument.name)
        if argument.name in GUARDS_OWN or (argument.ticket and not tickets):
            continue
        if value is None or value is False or value == argument.default:
            skipped = skipped or not argument.is_flag
        elif argument.kind is Kind.FLAG:
            parts.append(f"--{argument.name}")
        elif argument.is_flag:
            word = _word(argument, value)
            joint = " " if _PLAIN.fullmatch(word) and not word.startswith("-") else "="
            parts.append(f"--{argument.name}{joint}{word}")
        else:
            prefix = f"{argument.name}:" if skipped or str(value).startswith("--") else ""
            if argument.preposition:
                prefix = f"{argument.preposition} "
            parts.append(prefix + _word(argument, value))
    return " ".join(parts)


def with_reason(line: str, reason: str) -> str:
    """The line with what a person entered as the reason, whatever characters it holds."""
    return f"{line} --reason={quoted(words.clean(reason))}"


def quoted(text: str) -> str:
    """One word of a command line that reads back as `text`."""
    return f'"{html.escape(text)}"'


def _word(argument: Argument, value: Any) -> str:
    if isinstance(value, timedelta):
        return _length(int(value.total_seconds()))
    text = str(value)
    if argument.kind is Kind.PERSON:
        return f"<@{text}>"
    return text if _PLAIN.fullmatch(text) else quoted(text)


def _length(seconds: int) -> str:
    """The shortest word for it: `2h` and not `7200s`."""
    size, unit = next((each for each in _UNITS if seconds and not seconds % each[0]), (1, "s"))
    return f"{seconds // size}{unit}"
