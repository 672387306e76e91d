"""A command in a shell: the same dispatcher and the same answer, drawn for a terminal."""

from __future__ import annotations

import getpass
import logging
import os
import re
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pydantic import TypeAdapter

from bot import terminal
from bot.access import TERMINAL
from bot.app import House, catalogue
from bot.blocks import without_sharing
from bot.clients import Clients
from bot.command import Block, Invocation, Person, Reply, Surface
from bot.desk import YES
from bot.desk import TerminalDesk as TerminalDesk  # noqa: PLC0414 a part of the shell
from bot.dispatch import Dispatcher
from bot.errors import OpsError
from bot.frozen import quoted
from bot.observability import Observability
from bot.payloads import reference
from bot.redaction import Redactor
from bot.settings import Settings, load
from bot.store import Store
from bot.terminal.characters import Characters
from bot.terminal.json_text import json_text, whole
from bot.terminal.output import EXIT_OUTPUT, Output, Page, say

JSON = "--json"
_SLASH_COMMAND = re.compile(r"(?<![\w/])/pitchey\b")
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)>")
_NOT_IN_LABELS = str.maketrans("", "", "<>|&")
_SPECIAL = frozenset(" \t\n\"'<>&")


def _nobody_knows(_person: str) -> str:
    return ""


class TerminalResponder:
    """Draws the reply on standard output; progress goes to standard error, on a tty only.

    Where standard output does not take it, `output.problem` says why, and nothing is raised.
    `names` answers what to call a person of that Slack id; empty where nobody knows.
    """

    def __init__(
        self,
        redactor: Redactor,
        *,
        as_json: bool,
        program: str = "pitchey",
        names: Callable[[str], str] = _nobody_knows,
    ) -> None:
        self.output = Output()
        self._redactor = redactor
        self._program = program
        self._as_json = as_json
        self._names = names
        self.asking = False  # somebody is asked y or N: nothing may be written over it
        self._last_line = ""

    @property
    def line(self) -> Callable[[str], None] | None:
        """Writes one line on standard output at once; None where that must be JSON alone."""
        return None if self._as_json else self._write_line

    def _write_line(self, text: str) -> None:
        shown = Characters(self.output.encoding).line(text)
        self.output.write_text(f"{shown}\n")

    async def progress(self, text: str) -> None:
        known = self.asking or text == self._last_line
        if not known and sys.stderr is not None and sys.stderr.isatty():
            self._say(text, [])

    def show(self, text: str, blocks: list[Block]) -> None:
        """Draw a message on standard error, whatever that is."""
        self._say(self._redactor.text(text), self._redactor.json(blocks))

    def tell(self, text: str) -> None:
        """One line on standard error at once, and not again as progress."""
        self._last_line = f":hourglass_flowing_sand: {self._redactor.text(text)}"
        self._say(self._last_line, [])

    async def send(self, reply: Reply) -> None:
        if reply.files:
            # The file is the output; what is said about it must not get into it.
            self._say(reply.text, reply.blocks)
            for file in reply.files:
                self.output.write_bytes(file.content)
        elif self._as_json:
            written = as_json(reply, self._redactor, ascii_only=not self.output.is_unicode)
            self.output.write_text(written + "\n")
        else:
            self.output.write_text(self._drawn(reply.text, reply.blocks, self.output.page()))

    def _say(self, text: str, blocks: list[Block]) -> None:
        say(self._drawn(text, blocks, Page(sys.stderr)))

    def _drawn(self, text: str, blocks: list[Block], page: Page) -> str:
        spoken = [self._spoken(without_sharing(block)) for block in blocks]
        console = page.console()
        terminal.draw(self._spoken(text), spoken, console, program=self._program)
        return page.getvalue()

    def _spoken(self, content: Any) -> Any:
        """The same for somebody at a shell: `pitchey health`, and people by their names."""
        if isinstance(content, str):
            return _PERSON.sub(self._named, _SLASH_COMMAND.sub(self._program, content))
        if isinstance(content, dict):
            return {name: self._spoken(value) for name, value in content.items()}
        if isinstance(content, list):
            return [self._spoken(value) for value in content]
        return content

    def _named(self, found: re.Match[str]) -> str:
        name = self._names(found[1]).translate(_NOT_IN_LABELS)
        return f"<@{found[1]}|{name}>" if name else found[0]


def as_json(reply: Reply, redactor: Redactor, *, ascii_only: bool = False) -> str:
    """The reply for scripts: `text`, `outcome`, `exit_code` and the command's own `data`."""
    # In two steps: the second one cannot write lone surrogates, which services do send.
    plain = whole(TypeAdapter(Any).dump_python(reply.data))
    data = redactor.json(TypeAdapter(Any).dump_python(plain, mode="json"))
    told = {
        "text": reply.text,
        "outcome": reply.outcome,
        "exit_code": reply.exit_code,
        "data": data,
    }
    return json_text(told, ascii_only=ascii_only)


async def run_line(words: Sequence[str], program: str = "pitchey") -> int:
    """Run one command line; answers its exit code. Raises OpsError where nothing could start."""
    house = _open(load())
    responder = TerminalResponder(
        house.dispatcher.redactor,
        as_json=JSON in words,
        program=program,
        names=partial(_last_name, house.store),
    )
    try:
        line = " ".join(_quoted(word) for word in words if word not in (JSON, YES))
        house.dispatcher.guard.desk = TerminalDesk(responder, yes=YES in words)
        invocation = Invocation(reference(), _person(), Surface.TERMINAL, line or "help")
        reply = await house.dispatcher.run(invocation, responder)
    finally:
        await house.dispatcher.guard.aclose()
        try:
            await house.aclose()
        except OpsError as error:
            say(f"pitchey: the store was not closed cleanly: {error}\n")
    if responder.output.problem:
        say(
            f"pitchey: the answer could not be written to standard output: "
            f"{responder.output.problem}. The command itself: {reply.outcome}.\n"
        )
        return EXIT_OUTPUT
    return reply.exit_code


def _open(settings: Settings) -> House:
    """The house; where its store cannot be used, one that reads services all the same.

    What needs the store, as every change does, is then refused with the same reason.
    """
    try:
        return House.open(settings)
    except OpsError as error:
        say(f"pitchey: not recorded in the audit log: {error}\n")
        store = Store.unusable(settings.store.path, error)
        redactor = Redactor(settings.secrets.values())
        clients = Clients.connect(settings, redact=redactor.text)
        # Said once is enough: the dispatcher would log the same at its end.
        logging.getLogger("bot.dispatch").addFilter(_is_not_about_the_audit_log)
        dispatcher = Dispatcher(settings, clients, store, catalogue(), redactor, Observability())
        return House(settings, store, clients, dispatcher)


def _is_not_about_the_audit_log(record: logging.LogRecord) -> bool:
    return "not written to the audit log" not in record.getMessage()


def _quoted(word: str) -> str:
    """As one word again, whatever it holds: the shell has taken its quotes away."""
    name, equals, value = word.partition("=")
    if word.startswith("--") and equals:
        return f"{name}={quoted(value)}" if _SPECIAL & set(value) else word
    return quoted(word) if _SPECIAL & set(word) or not word else word


def _last_name(store: Store, person: str) -> str:
    """The name of the person at their last request; empty where there is none."""
    try:
        entries = store.audit.entries(person=person, limit=1)
    except OpsError:
        return ""
    return entries[0].person_name if entries else ""


def _person() -> Person:
    try:
        login = getpass.getuser()
    except (KeyError, OSError):
        login = str(os.getuid())
    return Person(f"{TERMINAL}{login}", login)
