"""Words → a command and its typed arguments, or one clear answer about what is wrong."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from bot.arguments import UnknownWord, allowed, example, typed
from bot.blocks import clip, code
from bot.command import Argument, Arguments, Catalogue, Command, Kind
from bot.errors import BadInput

_HELP = frozenset({"--help", "-h"})


@dataclass(frozen=True, slots=True)
class Parsed:
    """A command and its arguments by name, defaults filled in."""

    command: Command
    arguments: Arguments


@dataclass(frozen=True, slots=True)
class HelpWanted:
    """The person asked how `command` works."""

    command: Command


def parse(catalogue: Catalogue, words: Sequence[str]) -> Parsed | HelpWanted:
    """Find the command and read its arguments; raises BadInput or UnknownWord, never others."""
    if not words:
        raise BadInput("Nothing was asked.", "Try `help`.")
    command, rest = _find(catalogue, words)
    if _HELP & {word.lower() for word in rest}:
        return HelpWanted(command)
    return Parsed(command, _read(command, rest))


def _find(catalogue: Catalogue, words: Sequence[str]) -> tuple[Command, list[str]]:
    for length in (2, 1):
        command = catalogue.find(" ".join(words[:length]).lower())
        if command is not None and len(words) >= length:
            _not_a_misspelling(catalogue, command, words[length:])
            return command, list(words[length:])
    if words[0].lower() in _HELP and (command := catalogue.find("help")):
        return command, []
    raise _unknown_command(catalogue, words)


def _not_a_misspelling(catalogue: Catalogue, command: Command, rest: Sequence[str]) -> None:
    """`audit verfy` means `audit verify` where `audit` itself takes no such word."""
    flag = bool(rest) and rest[0].startswith("--")
    if not rest or flag or any(not argument.is_flag for argument in command.arguments):
        return
    names = [entry.name for entry in catalogue.commands if " " in entry.name]
    typed = f"{command.name} {rest[0].lower()}"
    begun = [name for name in names if name.startswith(typed)] if len(rest[0]) > 1 else []
    close = begun[:1] or difflib.get_close_matches(typed, names, n=1, cutoff=0.8)
    if close:
        # `alerts ack AL-3` is one press away from what was meant.
        tail = " ".join(rest[1:]) if begun else ""
        line = f"{close[0]} {tail}".strip() if len(tail) < 100 else close[0]
        raise UnknownWord(
            f"There is no command {code(clip(f'{command.name} {rest[0]}', 60))}.",
            f"Did you mean {code(line)}?",
            (line,),
        )


def _unknown_command(catalogue: Catalogue, words: Sequence[str]) -> UnknownWord:
    names = {command.name: command for command in catalogue.commands}
    typed = " ".join(words[:2]).lower()
    group = [name for name in names if name.startswith(f"{words[0].lower()} ")]
    if group and len(words) == 1:
        listed = ", ".join(code(name) for name in group)
        return UnknownWord(
            f"{code(words[0].lower())} alone is no command.", f"It has {listed}.", group
        )
    close = difflib.get_close_matches(typed, names, n=3, cutoff=0.6)
    for name in difflib.get_close_matches(words[0].lower(), names, n=3, cutoff=0.6):
        if name not in close:
            close.append(name)
    close = close or group
    # The rest of the line is kept, so that one press runs what was meant.
    tail = " ".join(words[1:])
    lines = [
        f"{name} {tail}".strip() if " " not in name and tail and len(tail) < 100 else name
        for name in close[:3]
    ]
    lines = list(dict.fromkeys(lines))
    hint = (
        f"Did you mean {_any_of([code(line) for line in lines])}?"
        if lines
        else "`/pitchey help` lists every command."
    )
    shown = code(clip(words[0], 40))
    return UnknownWord(f"There is no command {shown}.", hint, lines or ("help",))


def _read(command: Command, words: Sequence[str]) -> Arguments:
    reader = _Reader(command, list(words))
    while reader.waiting:
        word = reader.waiting.pop(0)
        name, separator, text = word.partition(":")
        if word.startswith("--") and len(word) > 2:
            reader.flag(word[2:])
        elif separator and text and reader.knows(name) and not text.startswith("//"):
            reader.put(reader.named[name.lower()], text)
        else:
            reader.positional(word)
    return reader.finish()


class _Reader:
    def __init__(self, command: Command, words: list[str]) -> None:
        self.command = command
        self.waiting = words
        self.values: dict[str, Any] = {}
        self.named = {argument.name: argument for argument in command.arguments}

    def knows(self, name: str) -> bool:
        return name.lower() in self.named

    def flag(self, text: str) -> None:
        name, separator, value = text.partition("=")
        argument = self.named.get(name.lower())
        if argument is None:
            raise _unknown_flag(self.command, name)
        if argument.kind is not Kind.FLAG and not separator:
            if not self.waiting:
                raise BadInput(f"`--{argument.name}` needs a value.", example(self.command))
            value = self.waiting.pop(0)
        self.put(argument, value)

    def positional(self, word: str) -> None:
        free = [
            argument
            for argument in self.command.arguments
            if not argument.is_flag and argument.name not in self.values
        ]
        led = next((each for each in free if each.preposition == word.lower()), None)
        if led is not None and self.waiting and not self.waiting[0].startswith("--"):
            self.put(led, self.waiting.pop(0))
            return
        shaped = (each for each in free if each.form and re.fullmatch(each.form, word, re.I))
        argument = next(shaped, next(iter(free), None))
        if argument is None:
            raise BadInput(
                f"`{self.command.name}` does not know what to do with {code(clip(word, 60))}.",
                example(self.command),
            )
        if argument.implied and (choice := argument.implied(word)):
            self.values[argument.name] = choice
            self.waiting.insert(0, word)
            return
        if argument.rest:
            taken = list(takewhile(lambda each: not self._own_flag(each), self.waiting))
            word = " ".join([word, *taken])
            del self.waiting[: len(taken)]
        self.put(argument, word)

    def _own_flag(self, word: str) -> bool:
        """A flag of this command ends the text of a `rest`; what only looks like one is text."""
        argument = self.named.get(word[2:].partition("=")[0].lower())
        return word.startswith("--") and argument is not None and argument.is_flag

    def put(self, argument: Argument, text: str) -> None:
        if argument.name in self.values:
            raise BadInput(f"{code(argument.name)} was given twice.", example(self.command))
        self.values[argument.name] = typed(self.command, argument, text)

    def finish(self) -> Arguments:
        for argument in self.command.arguments:
            if argument.name in self.values:
                continue
            if argument.required:
                raise _missing(self.command, argument, self._filled())
            flag = argument.kind is Kind.FLAG
            self.values[argument.name] = False if flag else argument.default
        return self.values

    def _filled(self) -> dict[str, Any]:
        """What was given, and the defaults of the others."""
        filled = {
            each.name: False if each.kind is Kind.FLAG else each.default
            for each in self.command.arguments
        }
        return filled | self.values


class MissingArgument(UnknownWord):
    """A required argument was not given; `values` are those that were, defaults filled in."""

    def __init__(
        self, command: Command, argument: Argument, values: Arguments, lines: Sequence[str]
    ) -> None:
        self.command, self.argument, self.values = command, argument, values
        self.example = example(command)
        super().__init__(
            f"`{command.name}` needs {code(argument.name)}: {argument.help}.",
            f"{allowed(argument)} {self.example}".strip(),
            lines,
        )


def _missing(command: Command, argument: Argument, values: Arguments) -> MissingArgument:
    """What to add, and how: the choices as buttons where one of them is a whole line."""
    alone = sum(each.required for each in command.arguments) == 1
    whole = (argument.alone or argument.choices) if alone and not argument.is_flag else ()
    lines = [f"{command.name} {choice}" for choice in whole] or [f"help {command.name}"]
    return MissingArgument(command, argument, values, lines)


def _unknown_flag(command: Command, name: str) -> BadInput:
    known = [f"--{argument.name}" for argument in command.arguments if argument.is_flag]
    close = difflib.get_close_matches(f"--{name.lower()}", [*known, "--help"], n=1, cutoff=0.6)
    meant = f"Did you mean {code(close[0])}? " if close else ""
    all_known = ", ".join(code(flag) for flag in [*known, "--help"])
    return BadInput(
        f"`{command.name}` has no flag {code(clip('--' + name, 60))}.",
        f"{meant}Known: {all_known}.",
    )


def _any_of(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]
