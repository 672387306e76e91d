"""Names of tables as SQL writes them: quoted or not, they are the same table. Pure."""

from __future__ import annotations

import re

_IDENTIFIER = r'(?:"(?:[^"]|"")*"|[^\s"().,]+)'
_TABLE = re.compile(rf"({_IDENTIFIER})\.({_IDENTIFIER})", re.DOTALL)
Table = tuple[str, str]


def parsed(name: str) -> Table | None:
    """(schema, table) without quotes; None for what is no `schema.table`."""
    found = _TABLE.fullmatch(name)
    return (_bare(found[1]), _bare(found[2])) if found else None


def shown(table: Table) -> str:
    """As people say it: without the schema where that is public."""
    schema, name = table
    return name if schema == "public" else f"{schema}.{name}"


def _bare(identifier: str) -> str:
    if identifier.startswith('"'):
        return identifier[1:-1].replace('""', '"')
    return identifier
