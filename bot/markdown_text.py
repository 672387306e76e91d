"""Text from data inside Markdown. Pure."""

from __future__ import annotations


def flat(text: str) -> str:
    """One line that Markdown draws as it was written."""
    plain = " ".join(text.split()).replace("\\", "\\\\")
    for sign in "|`*_[]#":
        plain = plain.replace(sign, f"\\{sign}")
    return plain.replace("<", "&lt;").replace(">", "&gt;")
