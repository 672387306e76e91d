"""Buttons that ask one question in a modal; the answer becomes part of a command line. Pure."""

from __future__ import annotations

import json

from bot.blocks import button, clip, field_input, modal, section, text_input
from bot.command import Block
from bot.limits import BUTTON_VALUE, IDENTIFIER

ASK = "ask:"  # action ids that begin so open the modal
REASON_MODAL = "reason"  # its callback id, and the block id of its input
REASON_MOST = 400  # characters


def reason_button(label: str, command_line: str, question: str, *, style: str = "") -> Block:
    """Press, say why, and `/pitchey <command_line> --reason=…` runs for the person who pressed."""
    value = json.dumps(
        {"run": command_line, "ask": clip(question, 200), "act": clip(label, 24)},
        separators=(",", ":"),
        ensure_ascii=False,
    )
    if len(value) > BUTTON_VALUE:
        raise ValueError(f"a button cannot carry a command line of {len(command_line)} characters")
    return button(label, clip(f"{ASK}{command_line}", IDENTIFIER), value, style=style)


def reason_modal(act: str, question: str, metadata: str) -> Block:
    """The modal behind such a button."""
    entry = text_input("text", multiline=True, max_length=REASON_MOST, min_length=3)
    return modal(
        REASON_MODAL,
        "Say why",
        [section(question), field_input("Reason", REASON_MODAL, entry)],
        submit=act,
        metadata=metadata,
    )
