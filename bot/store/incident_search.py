"""Incidents by what somebody types: every word, in the title, what is affected, or the timeline."""

from __future__ import annotations

_PLACES = (
    "lower(title) LIKE ? ESCAPE '\\'",
    "lower(affected) LIKE ? ESCAPE '\\'",
    "EXISTS (SELECT 1 FROM timeline WHERE timeline.incident = incidents.number "
    "AND lower(json_extract(entry, '$.text')) LIKE ? ESCAPE '\\')",
)


def matching(text: str) -> tuple[str, list[str]]:
    """What stands behind WHERE, and its values. Capital and small letters are one."""
    wanted, values = [], []
    for word in text.split():
        patterns = [f"%{_plain(each)}%" for each in _written(word)]
        found = [place for place in _PLACES for _ in patterns]
        wanted.append(f"({' OR '.join(found)})")
        values += [pattern for _ in _PLACES for pattern in patterns]
    return " AND ".join(wanted) or "1 = 1", values


def _written(word: str) -> list[str]:
    """The ways a word may stand there after SQL's lower().

    SQLite folds A to Z and leaves Ü; PostgreSQL folds by its locale, which may be neither.
    """
    ways = (word, word.lower(), word.upper(), word.capitalize())
    return sorted({_folded(way) for way in ways} | {word.lower()})


def _folded(word: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in word)


def _plain(word: str) -> str:
    """Without a meaning to LIKE."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
