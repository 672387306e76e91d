"""The windows behind the buttons: start a playbook, act on a step. Pure but for the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.blocks import clip, escape, field_input, modal, option, section, select, text_input
from bot.command import Block, Form
from bot.frozen import quoted
from bot.playbooks.deciding import SHORTEST_REASON
from bot.words import clean
from handlers.playbooks.acting import NOTE_MOST
from handlers.playbooks.list_views import START_FORM
from handlers.playbooks.shelf import library
from handlers.playbooks.standing import look, step_of
from handlers.playbooks.step_views import STEP_FORM

if TYPE_CHECKING:
    from bot.runtime import Runtime

_LABELS = {
    "done": "Done",
    "skip": "Skip it",
    "fail": "It failed",
    "assign": "Assign it",
    "note": "Add a note",
    "run": "Run its command",
    "undo": "Undo: open again",
}
_TITLES = {
    "done": "Step done",
    "skip": "Skip step",
    "assign": "Assign step",
    "note": "Note on step",
}
_HOURS = ("0", "1", "2", "4", "8", "12", "24", "36", "48", "60")


def _step_modal(runtime: Runtime, about: Mapping[str, str]) -> Block:
    seen = look(runtime, about["run"])
    act = about.get("act", "")
    if act:
        step = step_of(seen, about["step"])
        told = [f"*{step.number} {escape(step.step.title)}*"]
        if step.step.do:
            told.append(escape(step.step.do))
        fields = [section("\n".join(told)), *_act_fields(act, step.step.evidence or "", about)]
        return modal(STEP_FORM, _TITLES[act], fields, submit=_LABELS[act])
    pressed = about.get("step")
    # A select takes a hundred options: the one that was pressed and those that are due come first.
    due_first = sorted(
        seen.steps,
        key=lambda one: (one.step.id != pressed, not one.open, one.standing.resolved),
    )
    steps = [option(clip(f"{one.number} {one.step.title}", 75), one.step.id) for one in due_first]
    acts = {name: option(label, name) for name, label in _LABELS.items()}
    chosen = {"initial_option": steps[0]} if pressed else {}
    usual = "run" if pressed and due_first[0].automatic else "done"
    which = select("Choose a step", "chosen", steps, **chosen)
    what = select("Choose", "chosen", list(acts.values()), initial_option=acts[usual])
    return modal(
        STEP_FORM,
        "Act on a step",
        [
            field_input("Step", "step", which),
            field_input("What", "act", what),
            field_input("To whom", "person", _person(), optional=True, hint="Only for Assign."),
            field_input(
                "Note, evidence or reason",
                "words",
                text_input("text", multiline=True, max_length=NOTE_MOST),
                optional=True,
                hint="A reason is needed to skip.",
            ),
        ],
        submit="Do it",
    )


def _act_fields(act: str, evidence: str, about: Mapping[str, str]) -> list[Block]:
    entry = text_input("text", multiline=True, max_length=NOTE_MOST)
    if act == "assign":
        return [field_input("To whom", "person", _person(about.get("person", "")))]
    if act == "skip":
        hint = "It stays in the record, and in the report."
        return [field_input("Why is it skipped?", "words", entry, hint=hint)]
    if act == "done" and evidence:
        return [field_input(clip(f"Evidence: {evidence}", 150), "words", entry)]
    return [field_input("Note", "words", entry, hint="What was found or done.")]


def _person(chosen: str = "") -> Block:
    element: Block = {"type": "users_select", "action_id": "person"}
    if chosen.startswith(("U", "W")):
        element["initial_user"] = chosen
    return element


def _step_line(values: Mapping[str, str], about: Mapping[str, str]) -> str:
    step = values.get("step") or about.get("step", "")
    act = values.get("act") or about.get("act", "")
    line = f"playbook step {about['run']} {step} {act}"
    if act == "assign" and (person := values.get("person")):
        line += f" --person <@{person}>"
    if words := clean(values.get("words", "")):
        line += f" --note={quoted(words)}"
    return line


def _step_check(values: Mapping[str, str], about: Mapping[str, str]) -> Mapping[str, str]:
    act = values.get("act") or about.get("act", "")
    words = clean(values.get("words", ""))
    if act == "skip" and len(words) < SHORTEST_REASON:
        return {"words": f"Say why, with at least {SHORTEST_REASON} characters."}
    if act == "note" and not words:
        return {"words": "The note is empty."}
    return {}


def _start_modal(runtime: Runtime, about: Mapping[str, str]) -> Block:
    books = library(runtime).playbooks
    options = [option(book.title, book.name) for book in books]
    chosen = [one for one in options if one["value"] == about.get("playbook")]
    initial = {"initial_option": chosen[0]} if chosen else {}
    hours = [option("just now" if one == "0" else f"{one} h ago", one) for one in _HOURS]
    incidents = [option("None", "none")] + [
        option(clip(f"{one.id} {one.severity}", 75), one.id)
        for one in runtime.store.incidents.open()[:50]
        if not one.private
    ]
    here = runtime.store.incidents.of_channel(about.get("in_channel", ""))
    if here is not None and all(one["value"] != here.id for one in incidents):
        incidents.append(option(here.id, here.id))
    at_first = next((one for one in incidents if here and one["value"] == here.id), incidents[0])
    return modal(
        START_FORM,
        "Start a playbook",
        [
            field_input("Playbook", "playbook", select("Choose", "chosen", options, **initial)),
            field_input(
                "Incident",
                "incident",
                select("Choose", "chosen", incidents, initial_option=at_first),
                hint="Its cards appear in the incident's channel; without one, here.",
            ),
            field_input(
                "Discovered",
                "discovered",
                select("Choose", "chosen", hours, initial_option=hours[0]),
                hint="Windows and legal time limits may count from then.",
            ),
        ],
        submit="Start it",
    )


def _start_line(values: Mapping[str, str], _about: Mapping[str, str]) -> str:
    line = f"playbook start {values.get('playbook', '')}"
    if (incident := values.get("incident", "none")) != "none":
        line += f" --incident {incident}"
    if (hours := values.get("discovered", "0")) != "0":
        line += f" --discovered {hours}h"
    return line


STEP = Form(STEP_FORM, _step_modal, _step_line, _step_check)
START = Form(START_FORM, _start_modal, _start_line)
