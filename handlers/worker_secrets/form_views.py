"""The window that takes a secret's new value. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.blocks import context, escape, field_input, modal, section, text_input
from bot.command import Block, Form

if TYPE_CHECKING:
    from bot.runtime import Runtime

NAME = "secret_value"
_VALUE, _REASON = "value", "reason"
_LONGEST_REASON = 300


def window(_runtime: Runtime, about: Mapping[str, str]) -> Block:
    """What is asked: the value, and why."""
    name, environment = escape(about.get("name", "")), escape(about.get("environment", ""))
    return modal(
        NAME,
        "New secret value",
        [
            section(
                f"*{name}* of {environment}. Cloudflare deploys the new value *at once*, after a "
                "second person has approved it where visitors are."
            ),
            field_input("New value", _VALUE, text_input(_VALUE, max_length=3_000)),
            field_input("Why", _REASON, text_input(_REASON, max_length=_LONGEST_REASON)),
            context(
                "It stays in the bot's memory until it is used, at most 45 minutes, and is "
                "written nowhere. It is seen while you type, and passes through Slack: where that "
                "is too much, use a terminal, or let the bot make one up."
            ),
        ],
        submit="Ask for it",
    )


def line(values: Mapping[str, str], about: Mapping[str, str]) -> str:
    """The command line: a ticket stands where the value was entered."""
    reason = values.get(_REASON, "").replace('"', "'")
    words = [
        "secrets rotate",
        about.get("name", ""),
        f"--environment {about.get('environment', '')}",
        f"--handed {values.get(_VALUE, '')}",
        f'--reason="{reason}"',
    ]
    if about.get("new"):
        words.append("--new")
    return " ".join(words)


FORM = Form(NAME, window, line, secret=_VALUE)
