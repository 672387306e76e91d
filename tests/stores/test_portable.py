"""The store's SQL is understood by both engines: words that only one knows are found by reading."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STORE = Path(__file__).parents[2] / "bot" / "store"
SOURCES = sorted(
    path for path in STORE.glob("*.py") if path.name not in {"sqlite_file.py", "connection.py"}
)
ONE_ENGINE_ONLY = (
    r"INSERT OR REPLACE",
    r"ON CONFLICT DO UPDATE",  # PostgreSQL wants to know which key
    r"\bsqlite_master\b",
    r"\bPRAGMA\b",
    r"\bIS \?",
    r"\bsum\([a-z_]+ (=|<|>|IN)",  # count(*) FILTER (WHERE …)
    r"CASE WHEN \? THEN",
    r"\bGLOB\b",
    r"\bifnull\(",
    r"\bstrftime\(",
    r"\browid\b",
    r'"1 ORDER BY|or "1"|else "1"',
)


@pytest.mark.parametrize("pattern", ONE_ENGINE_ONLY)
def test_no_statement_is_for_one_engine_alone(pattern: str) -> None:
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for path in SOURCES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(pattern, line) and '"' in line
    ]
    assert found == []


def test_no_repository_knows_an_engine() -> None:
    """Conflict stands for both engines' refusals; see `Connection.unless_taken`."""
    knowing = [
        path.name
        for path in SOURCES
        if path.name != "failures.py" and "import sqlite3" in path.read_text(encoding="utf-8")
    ]
    assert knowing == []


def test_the_sources_are_there() -> None:
    assert len(SOURCES) > 40
