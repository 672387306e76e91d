"""The guide's five acts of learning, and what the record says of each. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.phrases import plural
from bot.store.lessons_rows import ActionItem, ActionKind, ActionState
from handlers.lessons.words import ACTS

# The steps of the delivered playbooks that are the same act.
_STEPS = {
    "document": "document-incident",
    "measures": "update-measures",
    "training": "train-team",
    "implement": "implement-lessons",
    "policies": "update-policies",
}
_SIGNS = {"done": ":white_check_mark:", "in hand": ":hourglass_flowing_sand:"}


@dataclass(frozen=True, slots=True)
class Act:
    """`state` is done, in hand or to do; `why` says what it is known from."""

    name: str
    title: str
    state: str
    why: str

    @property
    def sign(self) -> str:
        return _SIGNS.get(self.state, ":white_medium_square:")


def checklist(
    actions: Sequence[ActionItem], steps_done: frozenset[str], given: int
) -> tuple[Act, ...]:
    """`given` is how many people answered; `steps_done` are ids of playbook steps."""
    return tuple(
        Act(name, title, *_judged(name, actions, steps_done, given)) for name, title in ACTS.items()
    )


def _judged(
    name: str, actions: Sequence[ActionItem], steps_done: frozenset[str], given: int
) -> tuple[str, str]:
    if _STEPS[name] in steps_done:
        return "done", "its playbook step is done"
    if name == "document":
        people = plural(given, "person") if given == 1 else f"{given} people"
        return (
            ("done", f"this report, with feedback of {people}")
            if given
            else (
                "in hand",
                "this report; nobody has given feedback yet",
            )
        )
    mine = [each for each in actions if each.act == name]
    if name == "implement":
        mine = [each for each in actions if each.kind is ActionKind.ACTION or not each.open]
    kept = [each for each in mine if each.state is not ActionState.DROPPED]
    done = sum(each.state is ActionState.DONE for each in kept)
    if not kept:
        return "to do", "no action item for it"
    told = f"{done} of {plural(len(kept), 'action item')} done"
    return ("done" if done == len(kept) else "in hand"), told
