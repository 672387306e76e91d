"""Declarations of `menu`, `help` and the message shortcut that takes a command line."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.arguments import UnknownWord
from bot.blocks import clip, code, context, field_input, modal, section, text_input
from bot.command import (
    Argument,
    Arguments,
    Block,
    Catalogue,
    Command,
    Context,
    Feature,
    Form,
    Reply,
    Shortcut,
)
from handlers.help import views

if TYPE_CHECKING:
    from bot.runtime import Runtime


async def show_menu(context: Context, _arguments: Arguments) -> Reply:
    return views.menu(context.catalogue, context.settings.slack.command)


async def show_help(context: Context, arguments: Arguments) -> Reply:
    name = arguments["command"]
    command_word = context.settings.slack.command
    if not name:
        return views.overview(context.catalogue, command_word)
    name = name.lower()
    command = context.catalogue.find(name)
    kin = [each for each in context.catalogue.commands if each.name.startswith(f"{name} ")]
    # Another name of a command does not hide the commands that begin with that word.
    if command is not None and (command.name == name or not kin):
        return views.explained(command, command_word, kin)
    if kin:
        return views.kind(name, kin, command_word)
    raise _unknown(context.catalogue, name)


def _unknown(catalogue: Catalogue, name: str) -> UnknownWord:
    names = [command.name for command in catalogue.commands]
    close = difflib.get_close_matches(name.lower(), names, n=3, cutoff=0.5)
    hint = "`/pitchey help` lists every command."
    if close:
        hint = f"Did you mean {' or '.join(code(found) for found in close)}?"
    shown = code(clip(name, 40))
    return UnknownWord(
        f"There is no command {shown} to explain.", hint, [f"help {found}" for found in close]
    )


def command_modal(runtime: Runtime, _about: Mapping[str, str]) -> Block:
    """The modal of the message shortcut: slash commands do not work in threads, this does."""
    commands = runtime.catalogue.commands
    names = ", ".join(f"`{command.name}`" for command in commands if command.examples)
    placeholder = {"type": "plain_text", "text": "health api"}
    element = text_input("line", placeholder=placeholder, max_length=500)
    return modal(
        COMMAND_FORM.name,
        "Run an ops command",
        [
            section("The answer appears in this message's thread."),
            field_input("Command", "line", element, hint="The words after /pitchey"),
            context(f"For example: {names}"),
        ],
        submit="Run",
    )


def typed_line(values: Mapping[str, str], _about: Mapping[str, str]) -> str:
    return values.get("line", "").removeprefix("/pitchey").strip()


COMMAND_FORM = Form("run_command", command_modal, typed_line)


FEATURE = Feature(
    name="help",
    title="Start here",
    commands=(
        Command(
            name="menu",
            summary="The common acts as buttons; the same as `/pitchey` alone.",
            run=show_menu,
        ),
        Command(
            name="help",
            summary="List every command, those of one word, or explain one.",
            run=show_help,
            arguments=(Argument("command", "the command to explain", rest=True, example="health"),),
            examples=("help", "help health", "help backup"),
            details="Adding `--help` to any command explains it too.",
        ),
    ),
    shortcuts=(
        Shortcut(
            callback_id="run_command",
            name="Run an ops command here",
            description="Runs a command and answers in this message's thread",
            kind="message",
            form=COMMAND_FORM.name,
        ),
    ),
    forms=(COMMAND_FORM,),
)
