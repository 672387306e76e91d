"""JSON that any program can read and any terminal can show."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

_SURROGATE = re.compile("[\ud800-\udfff]")
_OTHER_THAN_ASCII = re.compile(r"[^\x00-\x7e]")
_STEERING = {"Cc", "Cf", "Zl", "Zp"}  # controls and bidi overrides: not even inside data
_LETTERS = "\u200c\u200d"  # the joiners belong to scripts and emoji


def whole(value: Any) -> Any:
    """The value with U+FFFD for every lone surrogate, which no character set can write."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value) if not value.isascii() else value
    if isinstance(value, Mapping):
        return {
            whole(name) if isinstance(name, str) else name: whole(inside)
            for name, inside in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [whole(inside) for inside in value]
    return value


def json_text(value: Any, *, ascii_only: bool = False) -> str:
    """Indented JSON. Controls and direction marks stand in it as `\\uXXXX`, as does all that is
    not ASCII where `ascii_only`; a reader of the JSON gets the same characters."""
    written = json.dumps(whole(value), ensure_ascii=False, indent=2)
    if written.isascii() and "\x7f" not in written:
        return written
    return _OTHER_THAN_ASCII.sub(
        lambda found: _escape(found[0]) if ascii_only or _steers(found[0]) else found[0], written
    )


def _steers(character: str) -> bool:
    return unicodedata.category(character) in _STEERING and character not in _LETTERS


def _escape(character: str) -> str:
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[i] << 8 | units[i + 1]:04x}" for i in range(0, len(units), 2))
