"""The button that asks why: the reason becomes part of a command line. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot import words
from bot.blocks import clip, field_input, form_button, modal, section, text_input
from bot.command import Block, Form
from bot.frozen import with_reason
from bot.limits import VIEW_BUTTON

if TYPE_CHECKING:
    from bot.runtime import Runtime

_NAME = "reason"  # of the form, and the block id of its input
REASON_MOST = 400  # characters
SHORTEST_REASON = 3  # characters
_QUESTION_MOST = 200


def reason_button(label: str, command_line: str, question: str, *, style: str = "") -> Block:
    """Press, say why, and `/pitchey <command_line> --reason=…` runs for the person who pressed."""
    asked, act = clip(question, _QUESTION_MOST), clip(label, VIEW_BUTTON)
    return form_button(label, _NAME, style=style, run=command_line, ask=asked, act=act)


def reason_modal(_runtime: Runtime | None, about: Mapping[str, str]) -> Block:
    """The modal behind such a button."""
    entry = text_input("text", multiline=True, max_length=REASON_MOST, min_length=SHORTEST_REASON)
    return modal(
        _NAME,
        "Say why",
        [section(about["ask"]), field_input("Reason", _NAME, entry)],
        submit=about["act"],
    )


def _line(values: Mapping[str, str], about: Mapping[str, str]) -> str:
    return with_reason(about["run"], values.get(_NAME, ""))


def _wrong(values: Mapping[str, str], _about: Mapping[str, str]) -> dict[str, str]:
    """Slack counts blanks as characters; a reason of blanks is none."""
    if len(words.clean(values.get(_NAME, ""))) >= SHORTEST_REASON:
        return {}
    return {_NAME: f"Say why in at least {SHORTEST_REASON} characters; blanks do not count."}


REASON = Form(_NAME, reason_modal, _line, check=_wrong, gives_way=True)
