"""What a person may do, and how much harm a command can."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Role(IntEnum):
    """What a person may do; each role includes the ones before it."""

    VIEWER = 1
    RESPONDER = 2
    OPERATOR = 3
    ADMIN = 4

    @property
    def word(self) -> str:
        return self.name.lower()


class Risk(StrEnum):
    """How much harm a command can do, and so how it is guarded."""

    READS = "reads"
    CHANGES = "changes"
    DANGEROUS = "dangerous"

    @property
    def weight(self) -> int:
        """Grows with the harm."""
        return list(Risk).index(self)
