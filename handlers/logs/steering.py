"""Foreign lines in which nothing steers whoever reads them. Pure."""

from __future__ import annotations

import re

from bot.terminal.characters import neutral

_COLOURS = re.compile(r"\x1b\[[0-9;:]{0,20}m")  # what a terminal would have coloured; says nothing


def readable(text: str) -> str:
    """Without colours; other controls and bidi overrides are shown as what they are."""
    return neutral(_COLOURS.sub("", text))
