"""The form for feedback, the messages that ask for it, and what is answered. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import (
    actions,
    clip,
    command_button,
    context,
    escape,
    field_input,
    form_button,
    modal,
    option,
    section,
    text_input,
)
from bot.command import Block, Reply
from handlers.lessons.words import FACTORS, marked

if TYPE_CHECKING:
    from bot.store.incidents_rows import IncidentRecord
    from bot.store.lessons_rows import Feedback

WELL, WRONG, LUCKY, FACTOR, NAMELESS = "well", "wrong", "lucky", "factors", "anonymous"
QUESTIONS = (
    (WELL, "What went well?", "What should we do again next time?"),
    (WRONG, "What went wrong?", "What cost time, or made it worse? Things, not people."),
    (LUCKY, "Where were we lucky?", "What could have gone worse, and did not by chance?"),
)
LONGEST = 600  # characters of one answer


def asking(record: IncidentRecord, *, reminder: bool = False) -> tuple[str, list[Block]]:
    """What a person who took part is asked, in a direct message."""
    again = "Still open: your" if reminder else "Your"
    text = (
        f":speech_balloon: {marked(record.drill)}{again} view on {record.id} "
        f"{escape(clip(record.title, 120))}: three questions, two minutes"
    )
    note = "You can change it later. It goes into the lessons-learned report."
    if reminder:
        note = "This is the only reminder."
    button = form_button("Give feedback", "incident_feedback", incident=record.id, style="primary")
    return text, [section(f"*{text}*"), actions(button), context(note)]


def in_the_room(record: IncidentRecord, people: int) -> tuple[str, list[Block]]:
    """What the room is told once it is over."""
    text = (
        f":speech_balloon: {marked(record.drill)}{record.id} is over. What did we learn? "
        "Three questions for everybody who took part"
    )
    told = f"{people} people were" if people != 1 else "1 person was"
    buttons = (
        form_button("Give feedback", "incident_feedback", incident=record.id, style="primary"),
        form_button("Add action item", "incident_action", incident=record.id),
        command_button("Lessons-learned report", f"incident report {record.id}"),
    )
    return text, [
        section(f"*{text}*"),
        actions(*buttons),
        context(f"{told} asked by direct message as well."),
    ]


def feedback_modal(record: IncidentRecord, known: Feedback | None) -> Block:
    """The three questions, the factors, and whether the name is left out."""
    blocks: list[Block] = [
        section(
            f"*{marked(record.drill)}{record.id}* {record.severity} {record.kind.value}: "
            f"{escape(clip(record.title, 150))}"
        )
    ]
    if known is not None:
        blocks.append(context("You have answered before: this takes its place."))
    for name, label, hint in QUESTIONS:
        entry = text_input("text", multiline=True, max_length=LONGEST)
        if known is not None and getattr(known, name):
            entry["initial_value"] = getattr(known, name)
        blocks.append(field_input(label, name, entry, optional=True, hint=hint))
    options = [option(title, name) for name, title in FACTORS.items()]
    boxes: Block = {"type": "checkboxes", "action_id": "chosen", "options": options}
    chosen = [each for each in options if known and each["value"] in known.factors]
    if chosen:
        boxes["initial_options"] = chosen
    hide = option("Leave my name out of the report", NAMELESS)
    name_box: Block = {"type": "checkboxes", "action_id": "chosen", "options": [hide]}
    if known is not None and known.anonymous:
        name_box["initial_options"] = [hide]
    blocks += [
        field_input("What contributed to it?", FACTOR, boxes, optional=True),
        field_input(
            "Your name", NAMELESS, name_box, optional=True,
            hint="The audit log keeps that you gave feedback, and none of your words.",
        ),
    ]  # fmt: skip
    return modal("incident_feedback", "Feedback", blocks, submit="Send")


def given_reply(record: IncidentRecord, *, again: bool, nameless: bool, count: int) -> Reply:
    done = "Your feedback is changed" if again else "Thank you: your feedback is kept"
    who = " without your name" if nameless else ""
    people = "1 person has" if count == 1 else f"{count} people have"
    text = f":white_check_mark: {done}{who}, for the report on {record.id}"
    blocks = [
        section(f"*{text}*"),
        context(f"{people} answered so far."),
        actions(
            form_button("Change it", "incident_feedback", incident=record.id),
            form_button("Add action item", "incident_action", incident=record.id),
        ),
    ]
    return Reply(text, blocks, private=True, data={"incident": record.id, "edited": again})
