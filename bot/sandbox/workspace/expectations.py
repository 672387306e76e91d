"""Tests that read like a story: a person types, sees, presses and submits.

    ana = Actor(workspace, ANA)
    await ana.types("/pitchey health")
    await ana.sees("Healthy", within=5)
    await ana.presses("Check again")

An act that the workspace or the app refuses fails the test, unless `refused` names the error.
`sees` looks at what came or changed since the person's latest act; `anytime` at everything.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from bot.sandbox.workspace import seed, sight
from bot.sandbox.workspace.acting import Acting, Chosen
from bot.sandbox.workspace.model import Message, Outcome, View
from bot.sandbox.workspace.state import Workspace

Found = TypeVar("Found")
WITHIN = 45.0  # real seconds: patience with a busy machine; `make bench` measures speed


@dataclass
class Actor:
    """A person of the workspace at a place in it: a channel, or a thread of one."""

    workspace: Workspace
    person_id: str
    channel_id: str = seed.OPS
    thread_ts: str = ""
    _since: int = 0  # number of the newest change before the latest act
    _entered: dict[str, dict[str, Chosen]] = field(default_factory=dict)

    def at(self, channel_id: str, thread_ts: str = "") -> Actor:
        """The same person in another channel or thread."""
        return Actor(self.workspace, self.person_id, channel_id, thread_ts)

    async def types(
        self, line: str, *, files: tuple[tuple[str, bytes], ...] = (), refused: str = ""
    ) -> None:
        """Send a line: a slash command when it begins with one, else a message."""
        act, place = self._act(), (self.person_id, self.channel_id, line, self.thread_ts)
        outcome = await (act.slash(*place) if line.startswith("/") else act.say(*place, files))
        self._judge(outcome, refused, f"typing {line!r}")

    async def presses(self, label: str, *, confirming: str = "", refused: str = "") -> None:
        """Press the button, or choose the option, of that label: in the open modal, in the
        newest message that has it, or in the Home tab. `confirming` is the label of the yes
        in its confirm dialog, needed exactly where there is one.
        """

        def find() -> sight.Control | None:
            exact = [one for one in self._controls() if one.label == label]
            return next(iter(exact), None)

        control = await self._wait(find, WITHIN, lambda: f"to press {label!r}", self._labels)
        asks = control.element.get("confirm")
        yes = sight.plain(asks["confirm"]["text"]) if asks else ""
        if yes != confirming:
            raise AssertionError(f"{label!r} asks to confirm with {yes!r}, not {confirming!r}")
        where = (control.container_id, control.block_id, control.action_id)
        outcome = await self._act().press(self.person_id, *where, control.value)
        self._judge(outcome, refused, f"pressing {label!r}")

    async def sees(
        self, text: str, *, within: float = WITHIN, anytime: bool = False
    ) -> Message | View:
        """Wait until the text is on the screen; what shows it. Case matters, marks do not."""

        def find() -> Message | View | None:
            return next((shown for shown, told in self._screen(anytime) if text in told), None)

        return await self._wait(find, within, lambda: f"to see {text!r}", self._described)

    async def sees_message(
        self, text: str, *, within: float = WITHIN, anytime: bool = False
    ) -> Message:
        """As `sees`, but only messages count."""

        def find() -> Message | None:
            for shown, told in self._screen(anytime):
                if isinstance(shown, Message) and text in told:
                    return shown
            return None

        return await self._wait(find, within, lambda: f"to see {text!r}", self._described)

    async def sees_modal(self, title: str, *, within: float = WITHIN) -> View:
        """Wait until the modal on top has that title."""

        def find() -> View | None:
            top = self.workspace.views_open(self.person_id)[-1:]
            return next((one for one in top if one.payload["title"]["text"] == title), None)

        return await self._wait(find, within, lambda: f"the modal {title!r}", self._described)

    async def sees_no_modal(self, *, within: float = WITHIN) -> None:
        """Wait until every modal is closed."""
        await self._wait(
            lambda: None if self.workspace.views_open(self.person_id) else True,
            within,
            lambda: "every modal to close",
            self._described,
        )

    async def never_sees(self, text: str, *, seconds: float = 0.5) -> None:
        """Fail if the text comes up within so many real seconds."""
        try:
            await self.sees(text, within=seconds)
        except AssertionError:
            return
        raise AssertionError(f"{self._name} saw {text!r}")

    def fills(self, label: str, chosen: Chosen) -> None:
        """Enter something in the input of that label in the modal on top."""
        for view in self.workspace.views_open(self.person_id)[-1:]:
            for block in view.blocks:
                if block["type"] == "input" and block["label"]["text"] == label:
                    action_id = str(block["element"]["action_id"])
                    self._entered.setdefault(str(block["block_id"]), {})[action_id] = chosen
                    return
        raise AssertionError(f"no input {label!r} in a modal of {self._name}")

    async def submits(self, *, refused: str = "") -> Outcome:
        """Submit the modal on top with what was filled in."""
        top = self.workspace.views_open(self.person_id)[-1:]
        if not top:
            raise AssertionError(f"{self._name} has no modal open")
        entered, self._entered = self._entered, {}
        outcome = await self._act().submit(self.person_id, top[0].id, entered)
        self._judge(outcome, refused, "submitting the modal")
        return outcome

    async def closes(self, *, whole_stack: bool = False) -> None:
        """Cancel the modal on top, or close them all."""
        top = self.workspace.views_open(self.person_id)[-1]
        outcome = await self._act().close(self.person_id, top.id, whole_stack)
        self._judge(outcome, "", "closing the modal")

    async def starts(
        self, callback_id: str, on: Message | None = None, *, refused: str = ""
    ) -> None:
        """Use a global shortcut, or a message shortcut on the message."""
        outcome = await self._act().shortcut(self.person_id, callback_id, on.id if on else "")
        self._judge(outcome, refused, f"the shortcut {callback_id!r}")

    async def reacts(self, emoji: str, to: Message) -> None:
        outcome = await self._act().react(self.person_id, to.id, emoji)
        self._judge(outcome, "", f"reacting with :{emoji}:")

    async def opens_home(self) -> None:
        self._judge(await self._act().open_home(self.person_id), "", "opening the Home tab")

    @property
    def _name(self) -> str:
        return self.workspace.people[self.person_id].real_name

    def _act(self) -> Acting:
        self._since = self.workspace.feed.number
        return self.workspace.act

    def _judge(self, outcome: Outcome, refused: str, what: str) -> None:
        if outcome.error != refused or outcome.ok == bool(refused):
            wanted = f"expected {refused!r}, " if refused else ""
            told = f"{outcome.error} {outcome.message} {outcome.errors or ''}".strip()
            raise AssertionError(f"{self._name}, {what}: {wanted}got {told or 'success'}")

    def _messages(self) -> list[Message]:
        """Messages and thread replies here that the person sees, newest change first."""
        latest = self.workspace.feed.latest
        found = [
            one
            for one in self.workspace.everything(self.channel_id, self.person_id)
            if not self.thread_ts or self.thread_ts in (one.ts, one.thread_ts)
        ]
        return sorted(found, key=lambda one: latest.get(one.id, 0), reverse=True)

    def _screen(self, anytime: bool) -> Iterator[tuple[Message | View, str]]:
        """Modal on top, messages, Home tab; each with its text, people by their names."""
        for shown, told in self._texts(anytime):
            yield shown, sight.named(told, self.workspace.people)

    def _texts(self, anytime: bool) -> Iterator[tuple[Message | View, str]]:
        latest, since = self.workspace.feed.latest, -1 if anytime else self._since
        for view in self.workspace.views_open(self.person_id)[-1:]:
            if latest.get(view.id, 0) > since:
                yield view, sight.view_text(view)
        for message in self._messages():
            if latest.get(message.id, 0) > since:
                yield message, sight.message_text(message)
        home = self.workspace.home(self.person_id)
        if home is not None and latest.get(home.id, 0) > since:
            yield home, sight.view_text(home)

    def _controls(self) -> Iterator[sight.Control]:
        top = self.workspace.views_open(self.person_id)[-1:]
        for view in top:
            yield from sight.controls(view.id, view.blocks)
        if top:
            return  # a modal covers what is below it
        for message in self._messages():
            yield from sight.controls(message.id, message.blocks)
        home = self.workspace.home(self.person_id)
        if home is not None:
            yield from sight.controls(home.id, home.blocks)

    def _labels(self) -> str:
        return ", ".join(repr(one.label) for one in self._controls()) or "no buttons"

    def _described(self) -> str:
        return "\n---\n".join(told for _, told in self._screen(anytime=True)) or "nothing"

    async def _wait(
        self,
        find: Callable[[], Found | None],
        within: float,
        wanted: Callable[[], str],
        shown: Callable[[], str],
    ) -> Found:
        """Look at once and after every change, for so many real seconds."""
        ends = time.monotonic() + within
        with self.workspace.changes() as changes:
            while True:
                found = find()
                if found is not None:
                    return found
                left = ends - time.monotonic()
                try:
                    await asyncio.wait_for(anext(changes), max(left, 0.0))
                except TimeoutError:
                    text = f"{self._name} waited {within} s {wanted()}; on the screen:\n{shown()}"
                    raise AssertionError(text) from None
