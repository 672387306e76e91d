"""One line of Slack text into nodes, in one pass.

A formatting character opens where no letter or digit stands before it and no space after,
and closes the other way round, so `snake_case_name` stays as it is. Doubled characters
(`**`) are text. A style holds no second copy of itself, so nesting is at most three deep.
"""

from __future__ import annotations

import re

from bot.mrkdwn.nodes import Bold, Code, Emoji, Inline, Italic, Link, Strike, Text
from bot.mrkdwn.plain import plain_inline
from bot.mrkdwn.references import reference, unescape

_TOKEN = re.compile(
    r"<(?P<reference>[^<>\n]+)>"
    r"|`(?P<code>[^`\n]+)`"
    r"|:(?P<emoji>[a-z0-9_+'\-]+):(?::skin-tone-(?P<tone>[2-6]):)?"
    r"|(?P<url>https?://[^\W_](?:[^\s<>|`\"&]|&amp;|&(?![lg]t;))*)"
    r"|(?P<run>\*+|_+|~+)"
)
_REFERENCE = re.compile(r"<([^<>\n]+)>")
_STYLES: dict[str, type[Bold | Italic | Strike]] = {"*": Bold, "_": Italic, "~": Strike}
_ZERO_WIDTH_SPACE = "\u200b"  # bot.blocks.escape puts it behind a character to disarm it
_URL_ENDS = ".,;:!?'*_~)]}"


class _Frame:
    """The children of one style that is still open; the outermost has no character.

    `open` holds the characters of this style and of those around it.
    """

    __slots__ = ("character", "children", "open")

    def __init__(self, character: str, around: str) -> None:
        self.character = character
        self.open = around + character
        self.children: list[Inline | str] = []  # a str is text not yet joined


def parse_inline(line: str, *, links: bool = True) -> tuple[Inline, ...]:
    """Nodes of one line; `links=False` for a link's own label, which holds no other link."""
    found = _TOKEN.search(line)
    if found is None:
        return (Text(unescape(line)),) if line else ()
    stack = [_Frame("", "")]
    position = 0
    while found:
        start, end = found.span()
        if start > position:
            stack[-1].children.append(unescape(line[position:start]))
        kind = found.lastgroup
        if kind == "run":
            _style(stack, line, found[0], start)
        elif kind == "url":
            shown = found[0].rstrip(_URL_ENDS)
            end = start + len(shown)
            address = unescape(shown)
            stack[-1].children.append(Link(address) if links else address)
        else:
            node = _atom(line, found)
            if node is None:  # only its first character is used up: what follows may be markup
                end = start + 1
            stack[-1].children.append(node or line[start])
        position = end
        found = _TOKEN.search(line, position)
    if position < len(line):
        stack[-1].children.append(unescape(line[position:]))
    while len(stack) > 1:
        _give_up(stack)
    return _joined(stack[0].children)


def code_text(text: str) -> str:
    """Text shown as code: entities unescaped, and of a reference only what Slack shows of it."""
    pieces = _REFERENCE.split(text)
    return "".join(
        plain_inline(reference(piece, _label)) if index % 2 else unescape(piece)
        for index, piece in enumerate(pieces)
    )


def _label(text: str) -> tuple[Inline, ...]:
    return parse_inline(text, links=False)


def _atom(line: str, found: re.Match[str]) -> Inline | None:
    """The node of a reference, code or emoji; None where it is only text."""
    before = line[found.start() - 1 : found.start()]
    if (inside := found["reference"]) is not None:
        return reference(inside, _label)
    if (code := found["code"]) is not None:
        after = line[found.end() : found.end() + 1]
        disarmed = code.startswith(_ZERO_WIDTH_SPACE)
        alone = not before.isalnum() and not after.isalnum()
        return Code(code_text(code)) if alone and not disarmed else None
    if before.isalnum():  # 12:30:45 holds no emoji
        return None
    return Emoji(found["emoji"], int(found["tone"] or 0))


def _style(stack: list[_Frame], line: str, run: str, start: int) -> None:
    character = run[0]
    end = start + len(run)
    before = line[start - 1] if start else " "
    after = line[end] if end < len(line) else " "
    opened = character in stack[-1].open
    if len(run) > 1:
        stack[-1].children.append(run)
    elif opened and not _is_gap(before) and not after.isalnum():
        while stack[-1].character != character:
            _give_up(stack)
        frame = stack.pop()
        stack[-1].children.append(_STYLES[character](_joined(frame.children)))
    elif not opened and not before.isalnum() and not _is_gap(after):
        stack.append(_Frame(character, stack[-1].open))
    else:
        stack[-1].children.append(run)


def _is_gap(character: str) -> bool:
    return character.isspace() or character == _ZERO_WIDTH_SPACE


def _give_up(stack: list[_Frame]) -> None:
    """A style that was never closed: its character is text, its children stay."""
    frame = stack.pop()
    stack[-1].children.append(frame.character)
    stack[-1].children.extend(frame.children)


def _joined(children: list[Inline | str]) -> tuple[Inline, ...]:
    """Neighbouring texts as one."""
    joined: list[Inline] = []
    pending: list[str] = []
    for child in children:
        if isinstance(child, str):
            pending.append(child)
        elif isinstance(child, Text):
            pending.append(child.text)
        else:
            if pending:
                joined.append(Text("".join(pending)))
                pending.clear()
            joined.append(child)
    if pending:
        joined.append(Text("".join(pending)))
    return tuple(joined)
