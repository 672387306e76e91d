"""Block Kit drawn in a terminal. Every block type shows its text; none is dropped in silence.

Nothing from data reaches the terminal as a control character (`bot.terminal.characters`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console

from bot import mrkdwn
from bot.command import Block
from bot.moments import team_time, zone_name
from bot.terminal.characters import Characters
from bot.terminal.drawing import draw_block
from bot.terminal.texts import Writer

_CLOSE = ("actions", "context")  # these belong to the block above: no empty line before them


def draw(
    reply_text: str,
    blocks: Sequence[Block],
    console: Console,
    *,
    now: datetime | None = None,
    pictures: bool = True,
    program: str = "pitchey",
) -> None:
    """Print a reply. Times are in the zone of `now` (aware), which is the team's unless given: one
    way for everybody; where this machine keeps another time, the zone is named with each.
    `pictures=False` writes emoji as words; `program` stands before the command lines of buttons.

    `reply_text` is printed only where there are no blocks: they begin with it otherwise.
    """
    mine = datetime.now().astimezone()
    team = now or team_time(mine)
    elsewhere = now is None and team.utcoffset() != mine.utcoffset()
    writer = Writer(
        Characters(console.encoding, pictures=pictures),
        team,
        program,
        zone_name(team) if elsewhere else "",
    )
    drawn = 0
    for block in blocks:
        kind: Any = block.get("type") if isinstance(block, Mapping) else None
        part = draw_block(writer, block, console.width) if isinstance(block, Mapping) else None
        if part is None:
            continue
        if drawn and kind not in _CLOSE:
            console.print()
        console.print(part, markup=False, highlight=False, emoji=False)
        drawn += 1
    if not drawn:
        console.print(
            writer.paragraphs(mrkdwn.parse(reply_text)), markup=False, highlight=False, emoji=False
        )


__all__ = ["draw"]
