"""What a guarded command says before it runs (its plan), and what it is given while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.command import Risk


@dataclass(frozen=True, slots=True)
class Plan:
    """A dry run: what a guarded command would do, computed before anybody is asked.

    `target` is what is changed, and the name of its lock: one operation a target runs at a time.
    `effect` is one sentence with exact numbers, `lines` are details. `state` is a fingerprint of
    what the plan was computed from: it is computed again before running, and where it differs
    nothing runs. `risk` is set where the arguments make it less or more dangerous than usual.
    `reason_wanted`: it changes something that others have to judge, and nobody said why.
    """

    target: str
    effect: str
    lines: tuple[str, ...] = ()
    state: str = ""
    risk: Risk | None = None
    reason_wanted: bool = False


class Operation(Protocol):
    """The journal's entry of a guarded command that runs; given to its `run`."""

    @property
    def id(self) -> str: ...

    @property
    def cancel_requested(self) -> bool:
        """Somebody pressed Cancel; `step` ends the run by itself at its next call."""
        ...

    @property
    def finished_steps(self) -> tuple[str, ...]:
        """Names of the steps done, those of the interrupted operation it resumes included."""
        ...

    @property
    def resumes(self) -> str:
        """The id of the interrupted operation that this one resumes; empty for none."""
        ...

    async def step(self, name: str) -> None:
        """Note the step before as finished and this one as begun; shown as progress.

        Raises OperationCancelled where somebody cancelled a cancellable command.
        """
        ...

    async def end_step(self) -> None:
        """Note the step that runs as finished: a run that fails may have done its part."""
        ...
