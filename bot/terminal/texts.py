"""Slack text as what rich can print: styled lines, hanging lists, barred quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.segment import Segment
from rich.style import Style
from rich.text import Text as Line

from bot import mrkdwn
from bot.mrkdwn import Node
from bot.terminal.characters import Characters
from bot.terminal.dates import local_date

_SHORTCODE = re.compile(r":([a-z0-9_+'\-]+):(?::skin-tone-([2-6]):)?")
_BOLD = Style(bold=True)
_ITALIC = Style(italic=True)
_STRIKE = Style(strike=True)
_CODE = Style(color="cyan")
_LINK = Style(underline=True)
_MENTION = Style(color="blue", bold=True)
_QUIET = Style(dim=True)


@dataclass(frozen=True, slots=True)
class Hanging:
    """Something whose first line begins with `first` and whose other lines with `others`."""

    inside: RenderableType
    first: str
    others: str
    style: Style = _QUIET

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        room = max(1, options.max_width - max(len(self.first), len(self.others)))
        lines = console.render_lines(self.inside, options.update(width=room), pad=False)
        for index, line in enumerate(lines):
            yield Segment(self.others if index else self.first, self.style)
            yield from line
            yield Segment.line()


@dataclass(frozen=True, slots=True)
class Writer:
    """Turns texts and nodes into renderables for one terminal at one moment."""

    characters: Characters
    now: datetime
    program: str = "pitchey"  # what stands before a command line at this shell
    zone: str = ""  # what to call the zone of `now` behind a time; empty where it goes without

    def text(self, raw: object, style: Style | str = "") -> Line:
        """Text as it is, without markup; anything that is no text gives nothing."""
        return Line(self.characters.clean(raw) if isinstance(raw, str) else "", style)

    def plain(self, raw: object, style: Style | str = "") -> Line:
        """A plain_text object's text, in which only emoji shortcodes are drawn."""
        line = self.text(raw, style)
        drawn = _SHORTCODE.sub(
            lambda found: self.characters.emoji(found[1], int(found[2] or 0)), line.plain
        )
        return Line(drawn, style)

    def line(self, nodes: Iterable[Node], style: Style | str = "") -> Line:
        """Nodes as one text; blocks among them stand on lines of their own."""
        line = Line("", style)
        after_block = False
        for node in nodes:
            is_block = isinstance(node, mrkdwn.nodes.BLOCK_NODES)
            if line and (is_block or after_block):
                line.append("\n")
            self._add(line, node)
            after_block = is_block
        return line

    def paragraphs(self, nodes: Sequence[Node]) -> RenderableType:
        """Nodes as a group in which quotes, code blocks and lists hang by their sign."""
        parts: list[RenderableType] = []
        running: list[Node] = []
        for node in nodes:
            if not isinstance(node, mrkdwn.nodes.BLOCK_NODES):
                running.append(node)
                continue
            if running:
                parts.append(self.line(running))
                running = []
            parts.extend(self._block(node))
        if running:
            parts.append(self.line(running))
        return parts[0] if len(parts) == 1 else Group(*parts)

    def _block(self, node: mrkdwn.nodes.BlockNode) -> Iterable[RenderableType]:
        match node:
            case mrkdwn.CodeBlock(text):
                yield Hanging(self.text(text, _CODE), "  ", "  ")
            case mrkdwn.Quote(children):
                bar = self.characters.clean("│ ")
                yield Hanging(self.paragraphs(children), bar, bar)
            case mrkdwn.BulletList(items) | mrkdwn.NumberedList(items):
                for item in items:
                    indent = min(item.indent, 8)
                    sign = " " * indent + self.characters.clean(item.marker) + " "
                    yield Hanging(self.line(item.children), sign, " " * len(sign))

    def _add(self, line: Line, node: Node) -> None:
        match node:
            case mrkdwn.Text(text):
                line.append(self.characters.clean(text))
            case mrkdwn.LineBreak():
                line.append("\n")
            case mrkdwn.Bold(children):
                line.append_text(self.line(children, _BOLD))
            case mrkdwn.Italic(children):
                line.append_text(self.line(children, _ITALIC))
            case mrkdwn.Strike(children):
                line.append_text(self.line(children, _STRIKE))
            case mrkdwn.Code(text):
                line.append(self.characters.clean(text), _CODE)
            case mrkdwn.Link():
                self._add_link(line, node)
            case mrkdwn.Date():
                line.append(self.characters.clean(local_date(node, self.now, self.zone)))
            case mrkdwn.Emoji(name, tone):
                line.append(self.characters.emoji(name, tone))
            case (
                mrkdwn.UserMention()
                | mrkdwn.GroupMention()
                | mrkdwn.ChannelMention()
                | mrkdwn.SpecialMention()
            ):
                line.append(self.characters.clean(mrkdwn.plain_text([node])), _MENTION)
            case _:
                line.append(self.characters.clean(mrkdwn.plain_text([node])))

    def _add_link(self, line: Line, node: mrkdwn.Link) -> None:
        """The label, then the address where the label does not say it already."""
        address = self.characters.line(node.url)
        label = self.line(node.label)
        shown = address.removeprefix("mailto:").removeprefix("tel:")
        if not label or label.plain.strip() in (address, shown):
            line.append(shown, _LINK)
        else:
            line.append_text(label)
            line.append(f" ({shown})", _QUIET)
