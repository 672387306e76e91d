"""A feature with forms of every kind, for tests of the house."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping

from bot.blocks import (
    actions,
    command_button,
    field_input,
    form_button,
    modal,
    option,
    section,
    select,
    text_input,
)
from bot.command import (
    Argument,
    Arguments,
    Block,
    Command,
    Context,
    Feature,
    Form,
    Reply,
    Role,
    Shortcut,
)
from bot.errors import BadInput
from bot.frozen import quoted
from bot.runtime import Runtime

PLACES = tuple(option(name.title(), name) for name in ("api", "database", "cache"))


def note_modal(_runtime: Runtime, about: Mapping[str, str]) -> Block:
    if about.get("alert") == "gone":
        raise BadInput("That alert is gone.", "`/pitchey alerts` lists the others.")
    seen = ", ".join(f"{name}={about[name]}" for name in sorted(about))
    several = {"type": "multi_static_select", "action_id": "chosen", "options": list(PLACES)}
    people = {"type": "multi_users_select", "action_id": "people"}
    return modal(
        "ignored",
        "Write a note",
        [
            section(f"About {seen}"),
            field_input("Note", "note", text_input("text", max_length=200)),
            field_input("Parts", "parts", several, optional=True),
            field_input("People", "people", people, optional=True),
        ],
        submit="Keep",
    )


def wrong(values: Mapping[str, str], _about: Mapping[str, str]) -> Mapping[str, str]:
    if "forbidden" in values["note"]:
        return {"note": "That word is not allowed.", "nowhere": "Nor is this."}
    return {}


def line(values: Mapping[str, str], about: Mapping[str, str]) -> str:
    if "loud" in values["note"]:
        raise BadInput("Not so loud.")
    words = " ".join(quoted(text) for text in (about.get("alert", ""), values["note"]))
    return f"noted {words} --parts={values['parts']} --people={values['people']}"


def broken_modal(_runtime: Runtime, _about: Mapping[str, str]) -> Block:
    raise ZeroDivisionError


async def noted(context: Context, arguments: Arguments) -> Reply:
    told = {name: arguments[name] for name in ("alert", "text", "parts", "people")}
    text = f":memo: Noted {told}"
    above = form_button("Another note", "note", alert="A-2")
    return Reply(text, [section(text), actions(above)], data=told)


async def offer(_context: Context, arguments: Arguments) -> Reply:
    return Reply(
        "Offered.",
        [
            section("Offered."),
            actions(
                form_button("Write", "note", alert='A-1 "x"'),
                form_button("Gone", "note", alert="gone"),
                form_button("Broken", "broken"),
                form_button("Unknown", "no_such_form"),
                command_button("Note by command", "note"),
            ),
        ],
        in_channel=bool(arguments["public"]),
    )


GO = threading.Event()  # an asyncio one belongs to the loop of the first test that waits


async def wait(_context: Context, _arguments: Arguments) -> Reply:
    while not GO.is_set():  # noqa: ASYNC110 (set by tests on other loops)
        await asyncio.sleep(0.01)
    return Reply("Waited long enough.")


async def bare(_context: Context, _arguments: Arguments) -> Reply:
    return Reply("Ran without a form.")


def home(_runtime: Runtime, _person: object, _role: Role) -> list[Block]:
    note = form_button("Note from Home", "note", alert="home")
    return [actions(note, command_button("Wait from Home", "wait"))]


FEATURE = Feature(
    "notes",
    "Notes",
    commands=(
        Command("offer", "Buttons.", offer, (Argument("public", "to all"),), examples=("offer",)),
        Command("wait", "Wait.", wait, examples=("wait",)),
        Command("note", "Write a note.", bare, form="note", examples=("note",)),
        Command(
            "noted",
            "Keep a note.",
            noted,
            (
                Argument("alert", "which"),
                Argument("text", "the words"),
                Argument("parts", "which parts", flag=True, default=""),
                Argument("people", "who", flag=True, default=""),
            ),
            role=Role.RESPONDER,
            examples=("noted A-1 words",),
        ),
    ),
    forms=(
        Form("note", note_modal, line, wrong),
        Form("broken", broken_modal, line),
        Form("pick", lambda _runtime, _about: modal("x", "Pick", [
            field_input("Part", "part", select("Part", "chosen", PLACES)),
        ], submit="Go"), lambda values, _about: f"noted part {values['part']}"),
    ),
    shortcuts=(
        Shortcut("check_health", "Check health", "", "global", "pick"),
        Shortcut("run_command", "Run an ops command here", "", "message", "note"),
    ),
    home=home,
)  # fmt: skip
