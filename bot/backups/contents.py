"""What a dump holds, read from its text as it streams by: rows and a checksum of every table.

`pg_restore --data-only --file=-` writes the rows of each table between a COPY line and a line
with `\\.`; both end with a newline, which inside a row is always written as `\\n`. Pure.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from bot.backups.names import Table, parsed

_BEGINS = re.compile(
    rb'\nCOPY ((?:"(?:[^"]|"")*"|[^\s"().,]+)\.(?:"(?:[^"]|"")*"|[^\s"().,]+)) '
    rb'((?:\((?:"(?:[^"]|"")*"|[^"()])*\))?) ?FROM stdin;\n'
)
_EMPTY, _ENDS = b"\\.\n", b"\n\\.\n"
_LONGEST_HEADER = 1 << 20  # bytes of one COPY line; 1,600 columns of 63 characters are far less
COMPLETE = b"PostgreSQL database dump complete"


@dataclass(slots=True)
class TableContent:
    """Rows and the SHA-256 sum of their text, in the order they were written."""

    columns: str  # as in its COPY line, with brackets
    rows: int = 0
    size: int = 0  # bytes
    digest: Any = field(default_factory=hashlib.sha256, repr=False)

    def add(self, piece: bytes | bytearray | memoryview) -> None:
        held = bytes(piece)
        self.size += len(held)
        self.rows += held.count(b"\n")
        self.digest.update(held)

    @property
    def sha256(self) -> str:
        return str(self.digest.hexdigest())


class Contents:
    """Give it pieces of the text with `feed`; `tables` is what was seen so far."""

    def __init__(self) -> None:
        self.tables: dict[Table, TableContent] = {}
        self.complete = False  # a plain dump's last line was seen
        self._held = bytearray(b"\n")
        self._current: TableContent | None = None

    @property
    def unfinished(self) -> bool:
        """The text ended in the middle of a table's rows."""
        return self._current is not None

    def feed(self, piece: bytes) -> None:
        self._held += piece
        while self._advance():
            pass

    def _advance(self) -> bool:
        return self._inside() if self._current is not None else self._outside()

    def _inside(self) -> bool:
        """Take rows up to their end, or all that cannot belong to it."""
        current, held = self._current, self._held
        if current is None:
            return False
        if current.rows == 0 and held.startswith(_EMPTY):
            return self._ended(current, 0, len(_EMPTY))
        at = held.find(_ENDS)
        if at >= 0:
            return self._ended(current, at + 1, at + len(_ENDS))
        # The last newline may be the first byte of the end; after none of them is there any.
        cut = held.rfind(b"\n", 0, max(0, len(held) - len(_ENDS) + 1)) + 1
        if cut > 0:
            current.add(held[:cut])
            del held[:cut]
        return False

    def _ended(self, current: TableContent, rows: int, after: int) -> bool:
        if rows:
            current.add(self._held[:rows])
        # The newline before the next line stays, since lines are looked for by it.
        del self._held[: after - 1]
        self._current = None
        return True

    def _outside(self) -> bool:
        found = _BEGINS.search(self._held)
        if found is None:
            self.complete = self.complete or COMPLETE in self._held
            at = self._held.rfind(b"\nCOPY ")
            keep = len(self._held) - at if at >= 0 else 64
            if keep > _LONGEST_HEADER:
                keep = 64
            del self._held[: max(0, len(self._held) - keep)]
            return False
        name = parsed(found[1].decode(errors="replace"))
        content = TableContent(found[2].decode(errors="replace"))
        if name is not None:
            self.tables[name] = content
        self._current = content
        del self._held[: found.end()]
        return True
