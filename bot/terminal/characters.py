"""Which characters may reach a terminal: none that steer it, none it cannot show."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import emoji

_KEPT = "\n\t\u200c\u200d"  # the joiners belong to scripts and emoji
_DROPPED = "\u00ad\u200b\u2060\ufeff"  # invisible and harmless: soft hyphen, zero width space
_STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # controls, bidi overrides, lone surrogates
_PLAIN = {
    "…": "...",
    "→": "->",
    "←": "<-",
    "•": "*",
    "◦": "o",
    "–": "-",
    "—": "-",
    "−": "-",
    "·": "|",
    "│": "|",
    "─": "-",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "\u00a0": " ",
    "\u202f": " ",
    "≥": ">=",
    "≤": "<=",
    "≈": "~",
    "×": "x",
    "°": " deg ",
    "µ": "u",
    "✓": "ok",
}
_WORDS = {
    "white_check_mark": "ok",
    "heavy_check_mark": "ok",
    "x": "failed",
    "rotating_light": "alert",
    "hourglass_flowing_sand": "running",
    "hourglass": "running",
    "information_source": "info",
}


@lru_cache(maxsize=4_096)
def _visible(character: str) -> str:
    if character in _KEPT:
        return character
    if character in _DROPPED:
        return ""
    if unicodedata.category(character) not in _STEERING:
        return character
    point = ord(character)
    if point <= 0xFF:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"


def neutral(text: str) -> str:
    """Text in which nothing steers a terminal: ESC is shown as `\\x1b`, a bidi override as such."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible, text.replace("\r\n", "\n")))


class Characters:
    """What one terminal can show. `encoding` is Python's name for its character set."""

    def __init__(self, encoding: str, *, pictures: bool = True) -> None:
        self.encoding = encoding
        self.pictures = pictures and encoding.lower().replace("_", "-") in ("utf-8", "utf8")

    def clean(self, text: str) -> str:
        """Neutral text that this terminal can encode; what it cannot becomes plain signs."""
        shown = neutral(text)
        if shown.isascii():
            return shown
        try:
            shown.encode(self.encoding)
        except UnicodeEncodeError:
            return "".join(map(self._encodable, shown))
        return shown

    def line(self, text: str) -> str:
        """Clean text on one line."""
        return re.sub(r"\s+", " ", self.clean(text)).strip()

    def emoji(self, name: str, skin_tone: int = 0) -> str:
        """The picture of a Slack shortcode, or its word in brackets where it cannot be shown."""
        if self.pictures and (picture := _picture(name, skin_tone)):
            return picture
        if _picture(name, 0):
            return f"[{_WORDS.get(name, name.replace('_', ' '))}]"
        return self.clean(f":{name}:")

    def _encodable(self, character: str) -> str:
        try:
            character.encode(self.encoding)
        except UnicodeEncodeError:
            if character in _PLAIN:
                return _PLAIN[character]
            name = emoji.demojize(character, delimiters=("[", "]"))
            return name.replace("_", " ") if name != character else "?"
        return character


@lru_cache(maxsize=512)
def _picture(name: str, skin_tone: int) -> str:
    """Slack's names are the common aliases, but for its large_ circles and squares."""
    for alias in (name, name.removeprefix("large_")):
        picture = emoji.emojize(f":{alias}:", language="alias")
        if picture != f":{alias}:":
            return picture + (chr(0x1F3FB + skin_tone - 2) if 2 <= skin_tone <= 6 else "")
    return ""
