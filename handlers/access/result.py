"""What `whoami` finds out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Allowed:
    """Commands that a role the person has brings."""

    role: str
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """Commands that need a role the person has not; `holders` have it, as text."""

    role: str
    commands: tuple[str, ...]
    holders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LimitHere:
    """One `[[limits]]` table in words; `allowed` says whether this place is one of its channels."""

    commands: str
    where: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """`role` is a word or "none"; `doubts` are sentences on what could not be read."""

    person: str
    role: str
    why: str
    doubts: tuple[str, ...]
    allowed: tuple[Allowed, ...]
    missing: tuple[Missing, ...]
    limits: tuple[LimitHere, ...]
    here: str  # "this is #ops", or that limits do not hold here
