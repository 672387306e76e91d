"""The guide's acts, the contributing factors, and people in words. Pure."""

from __future__ import annotations

from bot.phrases import minutes, plural, span, took, utc

__all__ = [
    "ACTS", "FACTORS", "UNSEEN", "marked", "minutes", "plural", "span", "took", "utc",
]  # fmt: skip

# The guide's lessons: three of "Security Incident Playbook, 5. Lessons Learned", and the two of
# "Data Breach Procedure, 5. Recovery" that are about what was learnt.
ACTS = {
    "document": "Document incident",
    "measures": "Update security measures",
    "training": "Train team on prevention",
    "implement": "Implement lessons learned",
    "policies": "Update security policies",
}
FACTORS = {
    "change": "A deployment or other change",
    "configuration": "Configuration or secrets",
    "defect": "A defect in the code",
    "capacity": "Load or capacity",
    "provider": "A provider or other dependency",
    "data": "Data or migration",
    "access": "Access, credentials, an attacker",
    "monitoring": "Noticed late, or not by us",
    "procedure": "Procedure unclear or missing",
    "people": "Knowledge or hands missing",
}
UNSEEN = "no data"


def marked(drill: bool) -> str:
    """The beginning of every line about a drill."""
    return "DRILL: " if drill else ""
