"""The statement that lets a role read everything, as the server's release has it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

_FIRST = 14  # with the role pg_read_all_data


def read_everything(role: str, major: int, schemas: Iterable[str] = ("public",)) -> str:
    """`role` and `schemas` are quoted as in SQL; before 14 what is made later is not granted."""
    if major >= _FIRST:
        return f"GRANT pg_read_all_data TO {role};"
    named = ", ".join(sorted(set(schemas)))
    return (
        f"GRANT USAGE ON SCHEMA {named} TO {role}; "
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {named} TO {role}; "
        f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA {named} TO {role};"
    )
