"""What Slack text is made of. Every string here is unescaped: `&amp;` has become `&`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class LineBreak:
    """A new line between two lines of running text; blocks begin and end their own lines."""


@dataclass(frozen=True, slots=True)
class Bold:
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Italic:
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Strike:
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Code:
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """`label` is empty where Slack shows the address itself. The scheme is a harmless one."""

    url: str
    label: tuple[Inline, ...] = ()


@dataclass(frozen=True, slots=True)
class UserMention:
    id: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class ChannelMention:
    id: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class GroupMention:
    """A user group: `<!subteam^S012AB3CD|@on-call>`."""

    id: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class SpecialMention:
    """`name` is here, channel or everyone."""

    name: str


@dataclass(frozen=True, slots=True)
class Date:
    """A moment for the reader's own zone: `timestamp` in seconds since 1970, UTC."""

    timestamp: int
    form: str
    fallback: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Emoji:
    """A shortcode without its colons; `skin_tone` is 2 to 6, or 0 for none."""

    name: str
    skin_tone: int = 0


@dataclass(frozen=True, slots=True)
class CodeBlock:
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ListItem:
    """`marker` is the text as written (`•`, `-`, `2.`): Slack draws no other."""

    marker: str
    indent: int
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class BulletList:
    items: tuple[ListItem, ...]


@dataclass(frozen=True, slots=True)
class NumberedList:
    items: tuple[ListItem, ...]


Inline = (
    Text
    | LineBreak
    | Bold
    | Italic
    | Strike
    | Code
    | Link
    | UserMention
    | ChannelMention
    | GroupMention
    | SpecialMention
    | Date
    | Emoji
)
BlockNode = CodeBlock | Quote | BulletList | NumberedList
Node = Inline | BlockNode
BLOCK_NODES = (CodeBlock, Quote, BulletList, NumberedList)
