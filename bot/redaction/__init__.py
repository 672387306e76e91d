"""Secrets out of every text that leaves the bot: replies, logs, audit entries.

Two ways: the values the bot itself holds, in clear and encoded (`forms`), and the shapes of
well-known secrets (`shapes`), so that one pasted by a person or printed by a service goes too.
The beginning of a held value is recognised at a cut ("…" or the end). Other pieces, and what
has no known shape and is not held, are not: redact first, cut afterwards.
"""

from __future__ import annotations

import base64
import binascii
import logging
import re
import traceback
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from bot.redaction.forms import known_forms
from bot.redaction.named import HIDDEN
from bot.redaction.shapes import hide_shapes

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}")
SHORTEST_AT_MARK = 8  # characters of a secret in front of an ellipsis
_CUT = re.compile(r"(…|\.\.\.)")
_BETWEEN_WORDS = re.compile(r"[\s\"'<>&?=,;]+")
_SECRET_KEY = re.compile(
    r"password|passwd|passphrase|secret|token$|api_?key|access_?key$|private_?key|credential"
    r"|^authorization$|cookie$|^signature$",
    re.IGNORECASE,
)


class Redactor:
    """Hides secrets. `secrets` are values the bot holds; those under six characters are left."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(secrets)
        self._learned: list[str] = []
        self._know()

    def learn(self, secret: str) -> None:
        """Hide this value too, from now on until it is forgotten."""
        self._learned.append(secret)
        self._know()

    def forget(self, secret: str) -> None:
        """Hide it no longer, where it was learned as often as it is forgotten."""
        if secret in self._learned:
            self._learned.remove(secret)
            self._know()

    def _know(self) -> None:
        self._forms = known_forms((*self._secrets, *self._learned))
        self._longest = max(map(len, self._forms), default=0)
        self._heads: dict[str, list[str]] = {}  # by their first characters
        for form in self._forms:
            if len(form) >= SHORTEST_AT_MARK:
                self._heads.setdefault(form[:SHORTEST_AT_MARK], []).append(form)

    def __repr__(self) -> str:
        return f"Redactor({len(self._forms)} forms)"

    def text(self, text: str) -> str:
        """The text with `[redacted]` in place of every secret; redacting again changes nothing."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, HIDDEN)
        text = self._without_cut(text)
        text = hide_shapes(text)
        if "%" in text:
            text = _without_percent_encoded(text)
        return _BASE64.sub(_decoded_base64, text)

    def _without_cut(self, text: str) -> str:
        """Hide what is left of a known secret that was cut: at an ellipsis, or at the end."""
        if not self._heads:
            return text
        pieces = _CUT.split(text)  # piece, mark, piece, mark, … piece
        for number in range(0, len(pieces), 2):
            marked = number + 1 < len(pieces)
            pieces[number] = self._without_head(pieces[number], SHORTEST_AT_MARK if marked else 12)
        return "".join(pieces)

    def _without_head(self, piece: str, least: int) -> str:
        bare = piece.rstrip()
        window = bare[-self._longest :]
        for start in range(len(window) - least + 1):
            rest = window[start:]
            for form in self._heads.get(rest[:SHORTEST_AT_MARK], ()):
                if len(rest) >= _least_told(form, least) and form.startswith(rest):
                    return bare[: len(bare) - len(rest)] + HIDDEN
        return piece

    def json(self, value: Any) -> Any:
        """A JSON value with every text in it redacted, and what stands under a secret's name."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self._key(key): self._under(key, inside) for key, inside in value.items()}
        if isinstance(value, list | tuple):
            return [self.json(inside) for inside in value]
        return value

    def _key(self, key: Any) -> Any:
        return self.text(key) if isinstance(key, str) else key

    def _under(self, key: Any, value: Any) -> Any:
        if isinstance(value, str) and value and isinstance(key, str) and _SECRET_KEY.search(key):
            return HIDDEN
        return self.json(value)


class RedactingFilter(logging.Filter):
    """Redacts log records, their tracebacks too. Put it on handlers: it sees every record.

    `done` says that whoever had the secrets has ended. What is logged after that is redacted, too,
    until somebody else begins.
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor
        self.done = False

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            message = f"{record.msg!r} with {record.args!r}"
        redacted = self._redactor.text(message)
        if redacted != message:  # otherwise left alone: some formatters read the arguments
            record.msg, record.args = redacted, None
        if record.exc_info and record.exc_info[0] and not record.exc_text:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
        if record.exc_text:
            record.exc_text = self._redactor.text(record.exc_text)
        if record.stack_info:
            record.stack_info = self._redactor.text(record.stack_info)
        return True


def hide_in_log(redactor: Redactor) -> RedactingFilter:
    """From now on, in what every handler of the root logger writes."""
    made = RedactingFilter(redactor)
    for handler in logging.getLogger().handlers:
        for old in tuple(handler.filters):
            if isinstance(old, RedactingFilter) and old.done:
                handler.removeFilter(old)
        handler.addFilter(made)
    return made


def _least_told(form: str, least: int) -> int:
    """How much of a form gives something away: `https://` and the like do not."""
    scheme = form.find("://")
    return least if scheme < 0 else max(least, scheme + 3 + SHORTEST_AT_MARK)


def _without_percent_encoded(text: str) -> str:
    """Hide the words that hold a secret once they are url-decoded."""
    for word in {word for word in _BETWEEN_WORDS.split(text) if "%" in word}:
        decoded = unquote(word)
        if hide_shapes(decoded) != decoded:
            text = text.replace(word, HIDDEN)
    return text


def _decoded_base64(found: re.Match[str]) -> str:
    run = found[0]
    if run.isdigit() or (run.isalpha() and (run.islower() or run.isupper())):
        return run
    bare = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        decoded = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return run
    return HIDDEN if hide_shapes(decoded) != decoded else run


__all__ = ["HIDDEN", "RedactingFilter", "Redactor", "hide_in_log"]
