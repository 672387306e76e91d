"""An index as people type it, checked word by word, and which one does another's work. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.blocks import clip, code
from bot.errors import BadInput

# Letters, _ and all that is no ASCII, then digits and $ too: said by what is not among them, since
# a wide range takes long to compile without case.
_IDENTIFIER = r'(?:"(?:[^"]|"")+"|[^\x00-@\[-^`{-\x7f][^\x00-#%-/:-@\[-^`{-\x7f]*)'
_KEY = re.compile(
    rf"(?:(?P<function>lower|upper)\s*\(\s*(?P<inner>{_IDENTIFIER})\s*\)|(?P<name>{_IDENTIFIER}))"
    r"(?:\s+(?P<order>asc|desc))?(?:\s+nulls\s+(?P<nulls>first|last))?",
    re.IGNORECASE,
)
# Without backslashes: a server may be set to read them as escapes.
_LITERAL = r"(?:'(?:[^'\\]|'')*'|-?\d+(?:\.\d+)?|true|false)"
_CONDITION = re.compile(
    rf"(?P<name>{_IDENTIFIER})\s*(?:(?P<sign><>|!=|<=|>=|=|<|>)\s*(?P<literal>{_LITERAL})"
    r"|\s+is\s+(?P<negated>not\s+)?null)",
    re.IGNORECASE,
)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_DDL = re.compile(
    r"CREATE (?P<unique>UNIQUE )?INDEX .*? USING (?P<method>\w+) \((?P<rest>.*)$", re.DOTALL
)
MOST_KEYS = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """An index that is to be made; `keys` and `where` are SQL made of checked words only."""

    name: str
    table: str  # as SQL writes it
    keys: tuple[str, ...]
    where: str = ""

    def statement(self, *, on: str = "", concurrently: bool = True) -> str:
        how = "CONCURRENTLY " if concurrently else ""
        tail = f" WHERE {self.where}" if self.where else ""
        return (
            f"CREATE INDEX {how}{quoted(self.name)} ON {on or self.table} "
            f"({', '.join(self.keys)}){tail}"
        )


@dataclass(frozen=True, slots=True)
class Shape:
    """What of an index's definition decides whether another one can do its work."""

    method: str
    keys: tuple[str, ...]
    where: str
    unique: bool


# Operations guide, Performance Tuning: (name, table, columns, condition).
GUIDE = (
    ("idx_pitches_created_at", "pitches", "created_at DESC", ""),
    ("idx_pitches_status", "pitches", "status", "status = 'published'"),
    ("idx_users_email_lower", "users", "LOWER(email)", ""),
)


def quoted(name: str) -> str:
    """An SQL identifier in double quotes."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def wanted(table: str, columns: str, where: str, known: Collection[str], name: str = "") -> Wanted:
    """From what was typed; raises BadInput for anything but columns, lower() and upper()."""
    parts = _split(columns)
    if not 1 <= len(parts) <= MOST_KEYS:
        raise BadInput(
            f"An index here has 1 to {MOST_KEYS} columns.", 'As in "status, lower(title)".'
        )
    keys, plain = [], []
    for part in parts:
        found = _KEY.fullmatch(part.strip())
        if found is None:
            raise BadInput(
                f"{code(clip(part.strip(), 60))} is no column, lower(column) or upper(column).",
                'With asc, desc, nulls first or nulls last behind it, as in "created_at desc".',
            )
        column = _column(found["inner"] or found["name"], known)
        sql = (
            f"{found['function'].lower()}({quoted(column)})"
            if found["function"]
            else quoted(column)
        )
        sql += f" {found['order'].upper()}" if found["order"] else ""
        sql += f" NULLS {found['nulls'].upper()}" if found["nulls"] else ""
        keys.append(sql)
        plain.append(f"{column}_{found['function'].lower()}" if found["function"] else column)
    made = f"idx_{table.rpartition('.')[2].strip(chr(34))}_{'_'.join(plain)}"
    chosen = name or re.sub(r"\W+", "_", made)[:60]
    if len(chosen.encode()) > 63:
        raise BadInput("The index's name is too long: PostgreSQL keeps 63 bytes.", "Use --name.")
    return Wanted(chosen, table, tuple(keys), _condition(where, known))


def _condition(where: str, known: Collection[str]) -> str:
    if not where.strip():
        return ""
    told = []
    for part in _AND.split(where.strip()):
        found = _CONDITION.fullmatch(part.strip())
        if found is None:
            raise BadInput(
                f"{code(clip(part.strip(), 60))} is no condition that is understood.",
                "A column with =, <>, <, > and a text in single quotes or a number, or `is null`; "
                "several with `and`.",
            )
        column = quoted(_column(found["name"], known))
        if found["sign"]:
            told.append(f"{column} {found['sign']} {found['literal']}")
        else:
            told.append(f"{column} IS {'NOT ' if found['negated'] else ''}NULL")
    return " AND ".join(told)


def _column(typed: str, known: Collection[str]) -> str:
    name = typed[1:-1].replace('""', '"') if typed.startswith('"') else typed
    if name in known:
        return name
    if not typed.startswith('"') and name.lower() in known:
        return name.lower()
    listed = ", ".join(sorted(known)[:20])
    raise BadInput(f"There is no column {code(clip(name, 60))}.", f"There are {listed}.")


def _split(text: str) -> list[str]:
    """At the commas outside of quotes and brackets."""
    parts, depth, inside, start = [], 0, "", 0
    for place, character in enumerate(text):
        if inside:
            inside = "" if character == inside else inside
        elif character in "\"'":
            inside = character
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif character == "," and not depth:
            parts.append(text[start:place])
            start = place + 1
    parts.append(text[start:])
    return [part for part in parts if part.strip()]


def shape(ddl: str) -> Shape | None:
    """Out of what pg_get_indexdef writes; None for what it does not know."""
    found = _DDL.match(ddl)
    if found is None:
        return None
    rest, depth, inside = found["rest"], 1, ""
    for place, character in enumerate(rest):
        if inside:
            inside = "" if character == inside else inside
        elif character in "\"'":
            inside = character
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if not depth:
                keys, tail = rest[:place], rest[place + 1 :]
                where = tail.partition(" WHERE ")[2].strip()
                listed = tuple(each.strip() for each in _split(keys))
                return Shape(found["method"], listed, where, bool(found["unique"]))
    return None


def does_its_work(other: Shape, of: Shape) -> str:
    """How `other` replaces `of`: "same", "all rows", "begins with it", or "" where it cannot.

    A B-tree is read in both directions, so the order of a single column does not matter.
    """
    if other.method != of.method or (of.unique and not other.unique):
        return ""
    if other.where not in ("", of.where):
        return ""
    ours, theirs = _unordered(of.keys), _unordered(other.keys)
    if ours == theirs:
        return "same" if other.where == of.where else "all rows"
    long = len(theirs) > len(ours) and other.keys[: len(of.keys)] == of.keys
    return "begins with it" if long and not of.unique and of.method == "btree" else ""


def _unordered(keys: Sequence[str]) -> tuple[str, ...]:
    return (keys[0].removesuffix(" DESC"),) if len(keys) == 1 else tuple(keys)


def concurrently(ddl: str) -> str:
    """What pg_get_indexdef writes, as a statement that locks nobody out."""
    return re.sub(
        r"^CREATE (UNIQUE )?INDEX ", lambda found: f"{found.group()}CONCURRENTLY ", ddl, count=1
    )
