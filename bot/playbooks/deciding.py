"""Whether an act on a step is possible now, and why not where it is not. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.blocks import code
from bot.playbooks.progress import RunView, Standing, StepView
from bot.playbooks.records import RunState, StepState

ACTS = ("done", "skip", "fail", "assign", "note", "run", "undo")
SHORTEST_REASON = 3  # characters
# From which stored states each act leads where; a step that polls may also be ended by hand.
FROM = {
    "done": (StepState.OPEN, StepState.FAILED),
    "skip": (StepState.OPEN, StepState.FAILED),
    "fail": (StepState.OPEN,),
    "run": (StepState.OPEN, StepState.FAILED),
    "undo": (StepState.DONE, StepState.SKIPPED, StepState.FAILED),
}
TO = {
    "done": StepState.DONE,
    "skip": StepState.SKIPPED,
    "fail": StepState.FAILED,
    "run": StepState.RUNNING,
    "undo": StepState.OPEN,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not, and what would help. `taken` where somebody was quicker: no fault of anybody."""

    message: str
    hint: str = ""
    taken: bool = False


def refusal(view: RunView, step: StepView, act: str, words: str) -> Refusal | None:
    """None where the act may be tried; `words` are the note or the reason that was given."""
    ended = view.run.state is not RunState.ACTIVE
    undoes = act == "undo" and view.run.state is RunState.FINISHED
    if ended and act != "note" and not undoes:
        return Refusal(f"{view.run.id} is {view.run.state.value}: nothing more is done in it.")
    if act == "note":
        return None if words else Refusal("The note is empty.", 'Add it: `note "what you saw"`.')
    if act == "assign":
        return _assignable(step)
    if act == "undo":
        if step.standing in (Standing.DONE, Standing.SKIPPED, Standing.FAILED):
            return None
        return Refusal(f"Step {step.number} is {step.standing.value}: there is nothing to undo.")
    if (before := _ended(step)) is not None:
        return before
    polls = step.record.poll_at is not None and not step.record.operation
    if step.standing is Standing.RUNNING and not (polls and act in ("done", "skip")):
        which = f" as {code(step.record.operation)}" if step.record.operation else ""
        return Refusal(
            f"Step {step.number} runs already{which}, started by {step.record.actor_name}.",
            "Its result comes by itself.",
            taken=True,
        )
    if act == "skip":
        return None if len(words) >= SHORTEST_REASON else _why_skipped(step)
    if step.standing in (Standing.NOT_NEEDED, Standing.UNDECIDED):
        when = code(step.step.when or "")
        return Refusal(f"Step {step.number} is only for when {when}.", "That is not so now.")
    if step.standing is Standing.WAITING:
        first = " and ".join(step.waits_for)
        hint = "Do that first, or skip it with a reason."
        return Refusal(f"Step {step.number} comes after {first}.", hint)
    return _possible(step, act, words)


def _possible(step: StepView, act: str, words: str) -> Refusal | None:
    if act == "run" and not step.automatic:
        if step.step.requires:
            needs = code(step.step.requires)
            return Refusal(f"Step {step.number} needs {needs}, which this bot has not yet.",
                           "Do it by hand, then press Done.")  # fmt: skip
        return Refusal(f"Step {step.number} is done by hand.", "Do it, then press Done.")
    if act in ("done", "fail") and not words:
        if step.step.evidence:
            return Refusal(
                f"Step {step.number} needs evidence: {step.step.evidence}.",
                'Name it: `done "https://… or where it is"`.',
            )
        if step.step.note == "required":
            return Refusal(
                f"Step {step.number} needs a note: what was found or done?",
                'Add it: `done "what was found"`.',
            )
    return None


def _assignable(step: StepView) -> Refusal | None:
    if step.standing in (Standing.DONE, Standing.SKIPPED):
        return _ended(step)
    return None


def _ended(step: StepView) -> Refusal | None:
    if step.standing not in (Standing.DONE, Standing.SKIPPED):
        return None
    word = "done" if step.standing is Standing.DONE else "skipped"
    return Refusal(
        f"Step {step.number} was {word} already, by {step.record.actor_name or 'the bot'}.",
        "Nothing was changed.",
        taken=True,
    )


def _why_skipped(step: StepView) -> Refusal:
    return Refusal(
        f"Say why step {step.number} is skipped: at least {SHORTEST_REASON} characters.",
        'For example `skip "no cache in this environment"`.',
    )
