"""SQL text into statements, by PostgreSQL's own parser: what each does, and where it stands."""

from __future__ import annotations

from handlers.migrations.locks import judge
from handlers.migrations.result import Statement


class Unreadable(ValueError):
    """The text is no SQL; the message says what is wrong in which line."""


def statements(text: str) -> tuple[Statement, ...]:
    """Every statement of a file, in order, without the comments before it; raises Unreadable."""
    import postgast

    raw = text.encode()
    try:
        parsed = postgast.parse(text)
    except postgast.PgQueryError as error:
        at = max(error.cursorpos - 1, 0)
        raise Unreadable(f"line {_line(raw, at)}: {error.message}{_psql(raw, at)}") from error
    found = []
    for each in parsed.stmts:
        # The length is 0 for a last statement without a semicolon.
        end = each.stmt_location + each.stmt_len if each.stmt_len else len(raw)
        begin = _code(raw, each.stmt_location, end)
        told = judge(each.stmt)
        found.append(
            Statement(
                raw[begin:end].decode().strip(), _line(raw, begin), told.does, told.locks,
                told.advice, told.bare, told.builds,
            )
        )  # fmt: skip
    return tuple(found)


def _line(raw: bytes, offset: int) -> int:
    return raw.count(b"\n", 0, offset) + 1


def _code(raw: bytes, begin: int, end: int) -> int:
    """Where the statement itself begins: behind blanks and comments."""
    while begin < end:
        if raw[begin : begin + 1].isspace():
            begin += 1
        elif raw.startswith(b"--", begin):
            newline = raw.find(b"\n", begin, end)
            begin = end if newline < 0 else newline + 1
        elif raw.startswith(b"/*", begin):
            begin = _comment(raw, begin, end)
        else:
            return begin
    return end


def _comment(raw: bytes, begin: int, end: int) -> int:
    """Behind a comment in which others may be nested."""
    depth = 0
    while begin < end:
        if raw.startswith(b"/*", begin):
            depth, begin = depth + 1, begin + 2
        elif raw.startswith(b"*/", begin):
            depth, begin = depth - 1, begin + 2
            if depth == 0:
                return begin
        else:
            begin += 1
    return end


def _psql(raw: bytes, at: int) -> str:
    line = raw[raw.rfind(b"\n", 0, at + 1) + 1 :].lstrip()
    return " (a command of psql, no SQL)" if line.startswith(b"\\") else ""
