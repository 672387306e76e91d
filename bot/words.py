"""What a person typed, as Slack delivers it, turned into clean words."""

from __future__ import annotations

import html
import re
import unicodedata

from bot.errors import BadInput

LONGEST = 3_000  # characters; longer than any command needs, shorter than a pasted log

# Phones turn quotes and double hyphens into typography; people mean the plain ones.
_TYPOGRAPHY = str.maketrans(
    {
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u2018": "'",
        "\u2019": "'",
        "\u00a0": " ",
        "\u202f": " ",
    }
)
_LONG_DASH = re.compile(r"(?<!\S)[\u2013\u2014](?=\w)")
_SLACK_LINK = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)  # what Slack itself marks as a link
_WORD = re.compile(
    r"""(?P<name>[\w-]+[:=])?(?:"(?P<double>[^"]*)"|(?<!\w)'(?P<single>[^']*)')(?=\s|$)|(?P<bare>\S+)"""
)
_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def clean(text: str) -> str:
    """Text without control or direction-changing characters, with plain quotes and dashes."""
    kept = "".join(
        " " if character in "\t\r\n\v\f" else character
        for character in text
        if character in "\t\r\n\v\f"
        or (character not in _BIDI and unicodedata.category(character) not in ("Cc", "Cs"))
    )
    return _LONG_DASH.sub("--", kept.translate(_TYPOGRAPHY)).strip()


def split(text: str) -> list[str]:
    """The words of a typed command; quotes keep spaces together, an open quote is a character.

    Slack's `<@U1|ana>`, `<#C1|ops>`, `<https://x|x>`, `<!here>` become `<@U1>`, `<#C1>`, the
    address and `@here`, and its `&lt;` `&gt;` `&amp;` the characters they stand for. Raises
    BadInput for text too long to be a command.
    """
    if len(text) > LONGEST:
        raise BadInput(
            f"That is {len(text):,} characters; a command has at most {LONGEST:,}.",
            "Send the first words only, for example `/pitchey health api`.",
        )
    words = []
    for found in _WORD.finditer(_SLACK_LINK.sub(_unlink, clean(text))):
        if found["bare"] is not None:
            words.append(found["bare"])
        else:
            quoted = found["double"] if found["double"] is not None else found["single"]
            words.append((found["name"] or "") + quoted)
    return [html.unescape(word) for word in words]


def as_meant(text: str) -> str:
    """The whole line as it was meant, for people to read; quotes stay."""
    return html.unescape(_SLACK_LINK.sub(_unlink, clean(text)))


def _unlink(found: re.Match[str]) -> str:
    target, label = found[1], found[2] or ""
    if target[0] in "@#":
        return f"<{target}>"
    if target[0] == "!":
        # Nobody is called by what is only quoted: `@here` as it was typed.
        name = target[1:].partition("^")[0]
        return f"@{(label or name).removeprefix('@')}"
    if target.startswith("mailto:"):
        return target.removeprefix("mailto:")
    return target if _ADDRESS.match(target) else found[0]
