"""One word → the typed value of one argument, or what is allowed instead, with an example."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.blocks import clip, code
from bot.command import Argument, Command, Kind
from bot.errors import BadInput

if TYPE_CHECKING:
    from bot.settings import Settings

_DURATION = re.compile(r"^(\d{1,6})\s*(s|m|h|d|w)$", re.IGNORECASE)
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_PERSON = re.compile(r"^<@([UW][A-Z0-9]+)>$|^([UW][A-Z0-9]{5,})$")
_CHANNEL = re.compile(r"^<#([CG][A-Z0-9]+)>$|^([CG][A-Z0-9]{5,})$|^#?([\w-]{1,80})$")


_WRITTEN = {
    "person": "Mention them, as `@ana`, or give the member id from their profile, as `U024BE7LH`.",
    "channel": "Write it as `#ops`.",
}


class UnknownWord(BadInput):
    """Something is not known; `suggestions` are whole command lines that would work."""

    def __init__(self, message: str, hint: str, suggestions: Sequence[str] = ()) -> None:
        super().__init__(message, hint)
        self.suggestions = tuple(suggestions)


def typed(command: Command, argument: Argument, text: str) -> Any:
    """The value that `text` stands for, by the argument's Kind; raises BadInput."""
    shown = code(clip(text, 60))
    match argument.kind:
        case Kind.FLAG:
            return _switch(command, argument, text)
        case Kind.CHOICE:
            return _chosen(command, argument, text)
        case Kind.INTEGER:
            if not re.fullmatch(r"-?[0-9]{1,12}", text):
                raise BadInput(
                    f"{code(argument.name)} is a whole number, not {shown}.", example(command)
                )
            return int(text)
        case Kind.DURATION:
            found = _DURATION.match(text)
            if not found:
                raise BadInput(
                    f"{code(argument.name)} is a length of time, not {shown}.",
                    "Write it as `90s`, `15m`, `24h`, `7d` or `2w`.",
                )
            return timedelta(seconds=int(found[1]) * _SECONDS[found[2].lower()])
        case Kind.PERSON | Kind.CHANNEL:
            pattern = _PERSON if argument.kind is Kind.PERSON else _CHANNEL
            found = pattern.match(text)
            if not found:
                kind = argument.kind.value
                raise BadInput(f"{code(argument.name)} is a {kind}, not {shown}.", _WRITTEN[kind])
            return next(group for group in found.groups() if group)
        case _:
            return text


def _switch(command: Command, argument: Argument, text: str) -> bool:
    if text.lower() in ("", "true", "yes", "on"):
        return True
    if text.lower() in ("false", "no", "off"):
        return False
    raise BadInput(f"`--{argument.name}` is there or not: it takes no value.", example(command))


def _chosen(command: Command, argument: Argument, text: str) -> str:
    for choice in argument.choices:
        if choice.lower() == text.lower():
            return choice
    if text.lower() in argument.synonyms:
        return argument.synonyms[text.lower()]
    close = difflib.get_close_matches(text.lower(), argument.choices, n=1, cutoff=0.5)
    suggestion = f"{command.name} {close[0]}" if close and not argument.is_flag else ""
    meant = f"Did you mean {code(close[0])}? " if close else ""
    raise UnknownWord(
        f"{code(argument.name)} cannot be {code(clip(text, 60))}.",
        f"{meant}{allowed(argument)} {example(command)}".strip(),
        (suggestion,) if suggestion else (),
    )


def allowed(argument: Argument) -> str:
    if argument.choices:
        return f"Allowed: {', '.join(code(choice) for choice in argument.choices)}."
    return ""


def example(command: Command) -> str:
    example = command.examples[0] if command.examples else command.name
    return f"Example: {code('/pitchey ' + example)}."


def known_environment(settings: Settings, name: str | None, line: str) -> None:
    """Raises UnknownWord, with the command lines that would work, for an unknown environment."""
    try:
        settings.environment(name)
    except BadInput as error:
        names = tuple(settings.environments)
        close = difflib.get_close_matches((name or "").lower(), names, n=1)
        raise UnknownWord(
            f"There is no environment called {code(clip(name or '', 60))}.",
            error.hint,
            [f"{line} --environment {each}" for each in close or names],
        ) from error
