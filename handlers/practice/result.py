"""What a rehearsal found and did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """`carried_out` rehearsals were carried out; `most` is how often the most repeated one was."""

    carried_out: int
    most: int


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """`counted` is false where the rehearsal that this one resumes had counted already."""

    operation: str
    counted: bool
    tally: Tally
