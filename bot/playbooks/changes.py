"""What differs between the playbook a run froze at its start and the one of today. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.playbooks.models import Playbook


@dataclass(frozen=True, slots=True)
class Changes:
    """Titles of steps that were added, removed, changed; `rest` where something else differs."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    rest: bool

    @property
    def count(self) -> int:
        return len(self.added) + len(self.removed) + len(self.changed)


def changes(before: Playbook, after: Playbook) -> Changes:
    """Steps are the same where their ids are."""
    old = {step.id: step for step in before.steps}
    new = {step.id: step for step in after.steps}
    rest_before = before.model_dump(exclude={"phases"}), _frames(before)
    rest_after = after.model_dump(exclude={"phases"}), _frames(after)
    return Changes(
        tuple(step.title for name, step in new.items() if name not in old),
        tuple(step.title for name, step in old.items() if name not in new),
        tuple(step.title for name, step in new.items() if name in old and old[name] != step),
        rest_before != rest_after,
    )


def _frames(playbook: Playbook) -> list[object]:
    """The phases without what their steps say: windows, titles and the order of steps."""
    return [
        (phase.id, phase.title, phase.begins, phase.ends, [step.id for step in phase.steps])
        for phase in playbook.phases
    ]
