"""The App Home tab: who one is here, what each feature has to say, and what one can do. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.access import Standing
from bot.blocks import actions, command_button, context, divider, header, section
from bot.command import Block, Catalogue
from bot.limits import BLOCKS_PER_VIEW
from bot.settings import Settings

COMMON = (
    ("Check health", "health"),
    ("Find out what is wrong", "diagnose"),
    ("Show metrics", "metrics"),
    ("Open incidents", "incident list"),
    ("All commands", "help"),
)
SECTION_MOST = 10  # blocks of one feature


def view(
    catalogue: Catalogue,
    person: str,
    settings: Settings,
    standing: Standing,
    sections: Sequence[Sequence[Block]] = (),
) -> Block:
    """The Home view of one person; `sections` are what the features have to say, in their order.

    Where they leave no room for every command in a line, the button “All commands” remains.
    """
    role = standing.role
    command = settings.slack.command
    known = [act for act in COMMON if catalogue.find(act[1])]
    blocks: list[Block] = [
        header("Pitchey Ops"),
        section(
            f"Hello <@{person}>. Type `{command}` in any channel, or start here. "
            f"Your role is *{role.word if role else 'none'}*. {standing.why}"
        ),
    ]
    if known:
        blocks.append(actions(*(command_button(label, line) for label, line in known)))
    last = context("In a thread, mention the bot instead: `@Pitchey Ops health`.")
    for told in sections:
        part = [divider(), *told[:SECTION_MOST]]
        if told and len(blocks) + len(part) < BLOCKS_PER_VIEW:
            blocks += part
    listed = [divider(), *_commands(catalogue, command)]
    if len(blocks) + len(listed) < BLOCKS_PER_VIEW:
        blocks += listed
    blocks.append(last)
    return {"type": "home", "blocks": blocks}


def _commands(catalogue: Catalogue, command: str) -> list[Block]:
    """Every feature's commands in a line each."""
    blocks: list[Block] = []
    for feature in catalogue.features:
        lines = [f"`{command} {entry.name}` {entry.summary}" for entry in feature.commands]
        if lines:
            blocks.append(section(f"*{feature.title}*\n" + "\n".join(lines)))
    return blocks
