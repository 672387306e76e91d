"""`/assets/*`, `https://…`, `pitches:*`: what a purge is asked for, checked. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from bot.arguments import UnknownWord
from bot.blocks import clip, code
from bot.clients.cloudflare_purge import MOST_TAG
from bot.clients.cloudflare_zone import Zone
from bot.errors import BadInput
from bot.purging.addresses import absolute, host_of, place_of

MOST = 10_000  # values of one purge
_TAG = re.compile(r"[!-+\--~]+")  # printable ASCII without space and comma
_ALL_PATTERNS = re.compile(r"[/*?]*\*[/*?]*|(https?://)?\*?/\**")
_EVERYTHING = re.compile(r"[/*]+")
_CLASS = re.compile(r"\[[^\]]*\]?")  # of a Redis pattern: one character of several
_NAMES = re.compile(r"[^\W_]")


class Kind(StrEnum):
    URL = "url"
    PREFIX = "prefix"
    TAG = "tag"
    HOST = "host"
    PATTERN = "pattern"
    KEYS = "keys"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Places:
    """Where the platform answers, and the zone it has, if any."""

    site_url: str
    api_url: str
    zone: Zone | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """`values` as Cloudflare or Redis takes them; patterns of addresses as they were typed."""

    kind: Kind
    values: tuple[str, ...]


def wanted(kind: Kind, text: str, places: Places) -> Wanted:
    """Raises BadInput for what cannot be purged, or is of another zone."""
    values = _split(kind, text)
    if kind is Kind.EVERYTHING:
        if values:
            raise BadInput(
                "Everything is everything: nothing may stand behind it.",
                "For less, `cache purge url`, `prefix`, `tag`, `host`, `pattern` or `keys`.",
            )
        return Wanted(kind, ())
    if not values:
        raise BadInput(f"Purge which {_NOUNS[kind]}?", f"Such as {code(_EXAMPLES[kind])}.")
    if len(values) > MOST:
        raise BadInput(f"That are {len(values):,} values; at most {MOST:,} go in one purge.")
    match kind:
        case Kind.URL:
            return Wanted(kind, _unique(_url(each, places) for each in values))
        case Kind.PREFIX:
            return Wanted(kind, _unique(_prefix(each, places) for each in values))
        case Kind.TAG:
            return Wanted(kind, _unique(_tag(each) for each in values))
        case Kind.HOST:
            return Wanted(kind, _unique(_host(each, places) for each in values))
        case Kind.KEYS:
            return Wanted(kind, _unique(_keys(each) for each in values))
    return _pattern(values, places)


def is_address(pattern: str) -> bool:
    """Whether a pattern is one of addresses; any other is one of Redis keys."""
    return "://" in pattern or pattern.startswith(("/", "*.", "*/"))


def _pattern(values: list[str], places: Places) -> Wanted:
    addresses = [each for each in values if is_address(each)]
    if addresses and len(addresses) != len(values):
        raise BadInput(
            "Patterns of addresses and of Redis keys do not go together.",
            "Purge the one, then the other.",
        )
    if not addresses:
        return Wanted(Kind.KEYS, _unique(_keys(each) for each in values))
    for each in addresses:
        if _ALL_PATTERNS.fullmatch(each):
            raise _everything(each)
        if "*" not in each:
            raise BadInput(
                f"{code(clip(each, 80))} has no `*`: it is an address.",
                f"`cache purge url {clip(each, 80)}` purges it.",
            )
        if "://" in each:
            parts = urlsplit(each)
            _covered(parts.hostname or "", places, each)
    return Wanted(Kind.PATTERN, _unique(addresses))


def _url(text: str, places: Places) -> str:
    if "*" in text:
        raise BadInput(
            f"{code(clip(text, 80))} is a pattern.", f"`cache purge pattern {clip(text, 80)}`"
        )
    url = absolute(text, places.site_url, places.api_url)
    _covered(urlsplit(url).hostname or "", places, text)
    return url


def _prefix(text: str, places: Places) -> str:
    bare = text.removesuffix("*")
    if "*" in bare:
        raise BadInput(
            f"{code(clip(text, 80))} is a pattern.", f"`cache purge pattern {clip(text, 80)}`"
        )
    url = absolute(bare, places.site_url, places.api_url)
    parts = urlsplit(url)
    _covered(parts.hostname or "", places, text)
    if parts.query:
        raise BadInput("A prefix ends before the question mark.", "Leave out what is behind it.")
    if parts.path.count("/") > 32:
        raise BadInput("Cloudflare takes prefixes of at most 31 folders.")
    return place_of(url)


def _tag(text: str) -> str:
    if not _TAG.fullmatch(text) or len(text) > MOST_TAG:
        raise BadInput(
            f"{code(clip(text, 80))} is no cache tag.",
            f"Tags have letters, digits and signs, no spaces, at most {MOST_TAG:,} characters.",
        )
    return text


def _host(text: str, places: Places) -> str:
    bare = text.partition("://")[2] if "://" in text else text
    name, _, port = bare.strip("/").partition(":")
    host = host_of(name)
    _covered(host, places, text)
    return f"{host}:{port}" if port.isascii() and port.isdigit() else host


def _keys(text: str) -> str:
    # A pattern without one plain letter or digit, `*:*` or `[a-z]*` too, names nothing.
    if not _NAMES.search(_CLASS.sub("", text)):
        raise _everything(text)
    if len(text) > 200:
        raise BadInput("A pattern of Redis keys has at most 200 characters.")
    return text


def _covered(host: str, places: Places, text: str) -> None:
    zone = places.zone
    if zone is not None and not zone.covers(host):
        raise BadInput(
            f"{code(clip(text, 80))} is not of the zone {zone.name}: Cloudflare purges it for the "
            "zone it belongs to only.",
            f"Name addresses of {zone.name}.",
        )


def kind_of(word: str) -> str:
    """What `cache purge /assets/*` means without a kind before it; empty where nothing shows it."""
    if _EVERYTHING.fullmatch(word):
        return ""
    if "://" in word or word.startswith("/"):
        return Kind.PATTERN if "*" in word else Kind.URL
    if "*" in word:
        return Kind.PATTERN
    return ""


def _everything(pattern: str) -> UnknownWord:
    return UnknownWord(
        f"The pattern {code(clip(pattern, 40))} fits everything.",
        "If that is meant: `cache purge everything`.",
        ("cache purge everything",),
    )


def _split(kind: Kind, text: str) -> list[str]:
    return re.split(r"[\s,]+", text.strip(" ,")) if kind is Kind.TAG and text else text.split()


def _unique(values: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))  # type: ignore[call-overload]


_NOUNS = {
    Kind.URL: "addresses", Kind.PREFIX: "prefixes", Kind.TAG: "tags", Kind.HOST: "hosts",
    Kind.PATTERN: "pattern", Kind.KEYS: "keys",
}  # fmt: skip
_EXAMPLES = {
    Kind.URL: "cache purge url /assets/index.js",
    Kind.PREFIX: "cache purge prefix /assets/",
    Kind.TAG: "cache purge tag assets",
    Kind.HOST: "cache purge host www.example.com",
    Kind.PATTERN: "cache purge pattern /assets/*.js",
    Kind.KEYS: "cache purge keys pitches:*",
}
