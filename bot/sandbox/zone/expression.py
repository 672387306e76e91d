"""Cloudflare's rule language, as much of it as cache rules need: compiled once, then asked.

developers.cloudflare.com/ruleset-engine/rules-language. What is not understood is refused, as
the real parser refuses what it does not know.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Facts = Mapping[str, str]
Test = Callable[[Facts], bool]
Value = Callable[[Facts], str]
FIELDS = frozenset(
    {
        "http.host", "http.request.uri", "http.request.uri.path", "http.request.full_uri",
        "http.request.uri.path.extension", "http.request.method",
    }
)  # fmt: skip
_TOKEN = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|(\|\||&&|==|!=|[(){},!])|([A-Za-z_][\w.]*))')
_WORDS = {"||": "or", "&&": "and", "==": "eq", "!=": "ne", "!": "not"}
_CALLS: Mapping[str, Callable[[str, str], bool]] = {
    "starts_with": str.startswith,
    "ends_with": str.endswith,
}


class ExpressionError(ValueError):
    """The message is the parser's."""


def compiled(text: str) -> Test:
    """The test that an expression stands for. Raises ExpressionError."""
    parser = _Parser(_tokens(text))
    test = parser.any_of()
    if parser.waiting:
        raise ExpressionError(f"unexpected `{parser.waiting[0]}`")
    return test


def facts(method: str, host: str, path: str, query: str) -> dict[str, str]:
    """What an expression may ask about a request; `host` without a port."""
    extension = path.rpartition("/")[2].rpartition(".")
    whole = f"{path}?{query}" if query else path
    return {
        "http.host": host,
        "http.request.method": method,
        "http.request.uri": whole,
        "http.request.uri.path": path,
        "http.request.full_uri": f"https://{host}{whole}",
        "http.request.uri.path.extension": extension[2].lower() if extension[1] else "",
    }


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ExpressionError(f"unknown character at position {at + 1}")
        word = match[1] or match[2] or match[3]
        found.append(_WORDS.get(word, word))
        at = match.end()
    return found


@dataclass
class _Parser:
    waiting: list[str]

    def any_of(self) -> Test:
        tests = [self.all_of()]
        while self.taken("or"):
            tests.append(self.all_of())
        return lambda told: any(test(told) for test in tests)

    def all_of(self) -> Test:
        tests = [self.one()]
        while self.taken("and"):
            tests.append(self.one())
        return lambda told: all(test(told) for test in tests)

    def one(self) -> Test:
        if self.taken("not"):
            inner = self.one()
            return lambda told: not inner(told)
        if self.taken("("):
            inner = self.any_of()
            self.expect(")")
            return inner
        word = self.next()
        if word in {"true", "false"}:
            return lambda _: word == "true"
        if word in _CALLS:
            self.expect("(")
            value = self.value(self.next())
            self.expect(",")
            wanted, call = self.text(), _CALLS[word]
            self.expect(")")
            return lambda told: call(value(told), wanted)
        return self.comparison(self.value(word))

    def comparison(self, value: Value) -> Test:
        operator = self.next()
        if operator == "in":
            self.expect("{")
            several = set()
            while not self.taken("}"):
                several.add(self.text())
            return lambda told: value(told) in several
        wanted = self.text()
        match operator:
            case "eq":
                return lambda told: value(told) == wanted
            case "ne":
                return lambda told: value(told) != wanted
            case "contains":
                return lambda told: wanted in value(told)
            case "wildcard":
                pattern = wanted.replace("[", "[[]").replace("?", "[?]").lower()
                return lambda told: fnmatch.fnmatchcase(value(told).lower(), pattern)
        raise ExpressionError(f"unknown operator `{operator}`")

    def value(self, word: str) -> Value:
        if word == "lower":
            self.expect("(")
            inner = self.value(self.next())
            self.expect(")")
            return lambda told: inner(told).lower()
        if word not in FIELDS:
            raise ExpressionError(f"unknown identifier `{word}`")
        return lambda told: told[word]

    def text(self) -> str:
        word = self.next()
        if not word.startswith('"'):
            raise ExpressionError(f"expected a string, got `{word}`")
        return re.sub(r"\\(.)", r"\1", word[1:-1])

    def next(self) -> str:
        if not self.waiting:
            raise ExpressionError("unexpected end of the expression")
        return self.waiting.pop(0)

    def taken(self, word: str) -> bool:
        if self.waiting and self.waiting[0] == word:
            del self.waiting[0]
            return True
        return False

    def expect(self, word: str) -> None:
        if not self.taken(word):
            got = self.waiting[0] if self.waiting else "the end"
            raise ExpressionError(f"expected `{word}`, got `{got}`")
