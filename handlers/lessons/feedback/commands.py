"""`/pitchey incident feedback` and its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.command import Argument, Arguments, Command, Context, Form, Kind, Reply
from bot.errors import BadInput
from bot.frozen import quoted
from bot.store.lessons_rows import Feedback
from bot.words import LONGEST as LINE_LONGEST
from bot.words import clean
from handlers.lessons.feedback import views
from handlers.lessons.finding import may_see, over, wanted
from handlers.lessons.words import FACTORS

if TYPE_CHECKING:
    from bot.command import Block
    from bot.runtime import Runtime

Values = Mapping[str, str]


async def feedback(context: Context, arguments: Arguments) -> Reply:
    """Kept once a person; given again, it takes the place of the first."""
    record = over(wanted(context, arguments.get("incident"), "incident feedback"))
    runtime, person = context.runtime, context.invocation.person
    said = {
        name: runtime.redactor.text((arguments.get(name) or "").strip())
        for name, _, _ in views.QUESTIONS
    }
    factors = tuple(filter(None, (arguments.get("factors") or "").split(",")))
    if unknown := [name for name in factors if name not in FACTORS]:
        raise BadInput(
            f"`{unknown[0][:40]}` is no contributing factor.", f"They are: {', '.join(FACTORS)}."
        )
    if not any(said.values()) and not factors:
        raise BadInput("Nothing was answered.", "Answer one question, or name a factor.")
    now, nameless = runtime.now(), bool(arguments["anonymous"])
    again = runtime.store.lessons.give(
        Feedback(record.number, person.id, person.name, nameless, **said, factors=factors,
                 given_at=now, edited_at=now)
    )  # fmt: skip
    count = len(runtime.store.lessons.feedback(record.id))
    return views.given_reply(record, again=again, nameless=nameless, count=count)


def _modal(runtime: Runtime, about: Values) -> Block:
    store = runtime.store
    if about.get("incident"):
        record = store.incidents.find(about["incident"])
    else:
        record = store.incidents.of_channel(about.get("in_channel", ""))
    person, channel = about.get("person", ""), about.get("in_channel", "")
    asked = record is not None and any(
        each.person_id == person for each in store.lessons.asked(record.id)
    )
    if record is None or not (asked or may_see(store, record, person, None, channel)):
        raise BadInput(
            "No incident belongs here.", "Name one: `/pitchey incident feedback INC-12 …`."
        )
    return views.feedback_modal(over(record), store.lessons.feedback_of(record.id, person))


def _line(values: Values, about: Values) -> str:
    line = "incident feedback"
    if about.get("incident"):
        line += f" {about['incident']}"
    for name, _, _ in views.QUESTIONS:
        if values.get(name):
            line += f" --{name}={quoted(clean(values[name]))}"
    if values.get(views.FACTOR):
        line += f" --factors={values[views.FACTOR]}"
    return f"{line} --anonymous" if values.get(views.NAMELESS) else line


def _check(values: Values, about: Values) -> Mapping[str, str]:
    if not any(values.get(name) for name, _, _ in views.QUESTIONS) and not values.get(views.FACTOR):
        return {views.WELL: "Answer one question, or choose what contributed."}
    if len(_line(values, about)) > LINE_LONGEST:
        return {views.WELL: "All together this is too long: shorten it a little."}
    return {}


FORM = Form("incident_feedback", _modal, _line, _check, gives_way=True)
FEEDBACK = Command(
    name="incident feedback",
    summary="What went well, what went wrong, where we were lucky: your view on an incident.",
    run=feedback,
    form="incident_feedback",
    arguments=(
        Argument("incident", "which incident; otherwise that of this channel", example="INC-12"),
        Argument(
            "well", "what went well", flag=True, private=True, example="the alert came at once",
        ),
        Argument(
            "wrong", "what went wrong", flag=True, private=True, example="nobody knew the password",
        ),
        Argument(
            "lucky", "where we were lucky", flag=True, private=True, example="it was a Sunday",
        ),
        Argument(
            "factors", f"what contributed, by comma: {', '.join(FACTORS)}", flag=True,
            example="change,monitoring",
        ),
        Argument("anonymous", "leave your name out of the report", Kind.FLAG),
    ),
    examples=(
        "incident feedback",
        'incident feedback INC-12 --well "quick rollback" --factors change,monitoring',
    ),
    details=(
        "Asked of everybody who took part, by direct message, once an incident is resolved, and "
        "reminded once. One answer a person; a later one takes its place. With --anonymous your "
        "name is in no report. The audit log, which operators can read, keeps that you gave "
        "feedback, and none of your words."
    ),
    guide="Security Incident Playbook, Lessons Learned",
)  # fmt: skip
