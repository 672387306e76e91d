"""How to ask any server for the plan of a statement whose parameters' values nobody knows. Pure."""

from __future__ import annotations

import re
import secrets

_NUMBER = re.compile(r"\$(\d+)")
# pg_stat_statements puts $1 where the grammar wants a literal: interval '7 days', extract(day …)
_TYPED = re.compile(
    r"\b(interval|date|timestamptz?|timetz|time|timestamp with(?:out)? time zone|jsonb?|uuid|inet"
    r"|numeric)\s+(\$\d+)(\s+(?:year|month|day|hour|minute|second)\b)?",
    re.IGNORECASE,
)
_FIELD = re.compile(r"\bextract\s*\(\s*(\$\d+)\s+from\b", re.IGNORECASE)
_GENERIC = 160_000  # from this server on EXPLAIN itself can


def parameters(text: str) -> int:
    """How many it takes; its literals must not look like one."""
    return max((int(each) for each in _NUMBER.findall(text)), default=0)


def grammatical(text: str) -> str:
    """A statement of pg_stat_statements as the server's parser takes it."""
    typed = _TYPED.sub(r"(\2::\1\3)", text)
    return _FIELD.sub(r"date_part(\1,", typed)


def explaining(text: str, taken: int, version_number: int, options: str) -> str:
    """What answers the plan of `text`, one statement that takes so many parameters; never runs it.

    For a transaction, and where there are parameters for the protocol of several statements.
    """
    if not taken:
        return f"explain ({options}) {text}"
    text = grammatical(text)
    if version_number >= _GENERIC:
        return f"explain (generic_plan, {options}) {text}"
    name = f"pitchey_plan_{secrets.token_hex(8)}"  # a pool may keep what an error left
    values = ", ".join(["null"] * taken)
    return (
        f"set local plan_cache_mode = force_generic_plan; prepare {name} as {text}; "
        f"explain ({options}) execute {name}({values}); deallocate {name}"
    )
