"""Command lines as the records keep them: without what private arguments were given."""

from __future__ import annotations

from bot import parsing, words
from bot.command import Catalogue
from bot.errors import BadInput
from bot.frozen import command_line

NOT_KEPT = "(its words are not kept)"


class Recorded:
    """`recorded(line)` for the audit log and for what a crash leaves; any other line as it is."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._names = frozenset(
            command.name
            for command in catalogue.commands
            if any(argument.private for argument in command.arguments)
        )

    def __call__(self, line: str) -> str:
        first = " ".join(line.lower().split()[:2])
        name = next((each for each in (first, first.partition(" ")[0]) if each in self._names), "")
        if not name:
            return line
        try:
            parsed = parsing.parse(self._catalogue, words.split(line))
        except BadInput:
            return f"{name} {NOT_KEPT}"
        if isinstance(parsed, parsing.HelpWanted):
            return line
        private = {one.name for one in parsed.command.arguments if one.private}
        kept = {key: value for key, value in parsed.arguments.items() if key not in private}
        shown = command_line(parsed.command, kept)
        return f"{shown} {NOT_KEPT}" if any(parsed.arguments.get(key) for key in private) else shown
