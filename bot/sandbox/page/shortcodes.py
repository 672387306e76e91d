"""Slack's emoji shortcodes as Unicode; what is unknown stays `:name:`."""

from __future__ import annotations

import re
from functools import lru_cache

import emoji

_SHORTCODE = re.compile(r":([a-z0-9_+'\-]+):(?::skin-tone-([2-6]):)?")
_FIRST_TONE = 0x1F3FB  # Slack's skin-tone-2
_VARIATION = "\ufe0f"


@lru_cache(maxsize=2_048)
def emoji_character(name: str, skin_tone: int = 0) -> str:
    """The character of a shortcode, or "" where none is known. A tone it cannot bear is left out.

    Slack calls some emoji large_… or writes hyphens where the library has underscores.
    """
    for candidate in (name, name.replace("-", "_"), name.removeprefix("large_")):
        shortcode = f":{candidate}:"
        found = emoji.emojize(shortcode, language="alias")
        if found != shortcode:
            toned = found.replace(_VARIATION, "") + chr(_FIRST_TONE + skin_tone - 2)
            return toned if skin_tone >= 2 and toned in emoji.EMOJI_DATA else found
    return ""


def with_emoji(text: str) -> str:
    """Plain text with its shortcodes replaced; 12:30:45 holds none."""

    def character(found: re.Match[str]) -> str:
        if text[found.start() - 1 : found.start()].isalnum():
            return found.group()
        return emoji_character(found[1], int(found[2] or 0)) or found.group()

    return _SHORTCODE.sub(character, text)
