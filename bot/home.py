"""The App Home tab: what one can do here, in one tap. Pure."""

from __future__ import annotations

from bot.access import Standing
from bot.blocks import actions, command_button, context, divider, header, section
from bot.command import Block, Catalogue
from bot.settings import Settings

COMMON = (
    ("Check health", "health"),
    ("Show metrics", "metrics"),
    ("All commands", "help"),
)


def view(catalogue: Catalogue, person: str, settings: Settings, standing: Standing) -> Block:
    """The Home view of one person: their role, the common acts, every feature in a line."""
    role = standing.role
    command = settings.slack.command
    known = [act for act in COMMON if catalogue.find(act[1])]
    blocks: list[Block] = [
        header("Pitchey Ops"),
        section(
            f"Hello <@{person}>. Type `{command}` in any channel, or start here. "
            f"Your role is *{role.word if role else 'none'}*. {standing.why}"
        ),
        actions(*(command_button(label, line) for label, line in known)),
        divider(),
    ]
    for feature in catalogue.features:
        lines = [f"`{command} {entry.name}` {entry.summary}" for entry in feature.commands]
        if lines:
            blocks.append(section(f"*{feature.title}*\n" + "\n".join(lines)))
    blocks.append(context("In a thread, mention the bot instead: `@Pitchey Ops health`."))
    return {"type": "home", "blocks": blocks}
