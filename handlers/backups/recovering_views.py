"""How things stand after a restore that did not end well, as a message. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import actions, code, command_button, escape, section

if TYPE_CHECKING:
    from bot.command import Block
    from handlers.backups.result import Left


def left_message(left: Left) -> tuple[str, list[Block]]:
    """First which database is live, then what is left to do, worst first."""
    lines, buttons = [], []
    if left.trouble:
        text = f":warning: How the databases stand could not be read: {escape(left.trouble)}"
        lines.append("A switch is one transaction of the server: all of it happened, or nothing.")
    elif left.replaced is not None:
        text = f":information_source: The live database {escape(left.live)} is the restored one now"
        lines.append(f"The one of before is kept as {code(left.replaced.name)}.")
    else:
        text = f":information_source: The live database {escape(left.live)} is as it was"
        lines.append("Nothing was switched.")
    if left.stopped:
        lines.append("*Maintenance mode is on:* users see its page until somebody ends it.")
    elif left.stopped is None:
        lines.append("Whether maintenance mode is on could not be asked: `/pitchey maintenance`.")
    for copy in left.copies:
        whole = copy.standing.value == "restored"
        what = "whole, and can be switched to" if whole else "half made, and no use to anybody"
        lines.append(f"The copy {code(copy.name)} is {what}.")
    if left.resumable and left.replaced is None:
        buttons.append(
            command_button("Resume restore", f"operation {left.operation} resume", style="primary")
        )
    if left.stopped:
        buttons.append(command_button("End maintenance mode", "maintenance off"))
    if left.replaced is not None:
        buttons.append(command_button("Check health", "health"))
        buttons.append(command_button("Go back to before", f"restore switch {left.replaced.name}"))
    for copy in left.copies[:2]:
        if copy.standing.value == "restored":
            buttons.append(command_button(f"Switch to {copy.name}", f"restore switch {copy.name}"))
        buttons.append(command_button(f"Drop {copy.name}", f"restore drop {copy.name}"))
    buttons.append(command_button("All databases", "restore list"))
    return text, [section(f"*{text}*"), section("\n".join(lines)), actions(*buttons)]
