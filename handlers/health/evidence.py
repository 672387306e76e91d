"""What each check saw, for `--details`. Pure."""

from __future__ import annotations

from bot.blocks import actions, clip, command_button, context, date, escape, section
from bot.command import Block, Delivery
from bot.judging.wording import duration, unbroken
from bot.limits import MESSAGE_BLOCKS_CHARACTERS, SECTION_TEXT
from handlers.health.headline import EMOJI, TITLES, state_words
from handlers.health.result import Check, Health

_EVIDENCE_BUDGET = 900  # characters of evidence a part, so that nine fit into one message


def command_line(health: Health) -> str:
    """The words that ask for the same again."""
    component = f" {health.component}" if health.component else ""
    return f"health{component} --environment {health.environment}"


def evidence(health: Health, text: str) -> list[Block]:
    blocks: list[Block] = [
        section(f"*{text}*"),
        context(f"{escape(health.environment)} · evidence of {date(health.started)}"),
    ]
    alone = len(health.checks) == 1
    budget = SECTION_TEXT - 400 if alone else _EVIDENCE_BUDGET
    spent = len(text) + 400
    for check in sorted(health.checks, key=lambda each: each.state.rank):
        shown = _evidence(check, budget)
        if spent + len(shown) > MESSAGE_BLOCKS_CHARACTERS - 600:
            names = f"`{command_line(health)} --details` for one part shows the rest."
            blocks.append(context(f"More evidence does not fit here. {names}"))
            break
        spent += len(shown)
        blocks.append(section(shown))
    again = f"{command_line(health)} --details"
    blocks.append(actions(command_button("Check again", again, delivery=Delivery.UPDATE)))
    return blocks


def _evidence(check: Check, budget: int) -> str:
    emoji = EMOJI.get(check.state, ":heavy_minus_sign:")
    title = f"{emoji} *{TITLES[check.component]}* {state_words(check)}"
    lines = [f"{title}, checked in {duration(check.took_ms)}", escape(clip(check.meaning, 200))]
    each = max(120, budget // max(1, len(check.evidence)))
    lines += [f"• {_fitted(line, each)}" for line in check.evidence]
    return clip(unbroken("\n".join(lines)), SECTION_TEXT)


def _fitted(line: str, most: int) -> str:
    """Escaping lengthens text, so cut what goes in until what comes out fits."""
    shown = escape(clip(line, most))
    while len(shown) > most:
        line = line[: max(1, len(line) * most // len(shown) - 1)]
        shown = escape(f"{line}…")
        if len(line) == 1:
            break
    return shown
