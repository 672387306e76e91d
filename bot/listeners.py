"""Bolt's listeners: acknowledge first, claim the delivery, then work on it in the background."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from slack_bolt.async_app import AsyncApp

from bot import answers, home, payloads
from bot.ask_buttons import ASK, REASON_MODAL, reason_modal
from bot.blocks import RUN, section
from bot.command import Invocation, Person, Shortcut, Surface
from bot.destination import Destination, Place
from bot.dispatch import Dispatcher
from bot.errors import OpsError
from bot.inbox import Inbox, recalled
from bot.payload_fields import Unreadable
from bot.payloads import Request
from bot.people import People
from bot.replies import SlackResponder, result_view
from bot.slack_calls import Slack

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger(__name__)
Ack = Callable[..., Awaitable[Any]]
Read = TypeVar("Read")
ACKNOWLEDGED_FIRST = 0.4  # seconds
TOLD_AT_ONCE = 8  # people told of an interruption at the same moment


class Listeners:
    """Takes deliveries from Bolt; every accepted one runs as a task that a shutdown waits for."""

    def __init__(self, dispatcher: Dispatcher, slack: Slack, people: People) -> None:
        self._dispatcher = dispatcher
        self._slack = slack
        self._inbox = Inbox(dispatcher.store, dispatcher.observability)
        self._people = people
        self._working: set[asyncio.Task[Any]] = set()
        self._entered: set[str] = set()  # deliveries that the dispatcher has begun to answer
        self._telling = asyncio.Semaphore(TOLD_AT_ONCE)

    def register(self, app: AsyncApp) -> None:
        """Register exactly what `manifest.yml` names (a test holds the two together)."""
        app.command(self._dispatcher.settings.slack.command)(self._slash)
        app.action({"type": "block_actions", "action_id": re.compile(f"^{re.escape(RUN)}")})(
            self._pressed
        )
        app.action({"type": "block_actions", "action_id": re.compile(f"^{re.escape(ASK)}")})(
            self._asking
        )
        app.view(REASON_MODAL)(self._reasoned)
        app.event("app_mention")(self._mentioned)
        app.event("app_home_opened")(self._home_opened)
        for shortcut in self._dispatcher.catalogue.shortcuts:
            listen = app.global_shortcut if shortcut.kind == "global" else app.message_shortcut
            listen(shortcut.callback_id)(self._opener(shortcut))
            app.view(shortcut.callback_id)(self._submitter(shortcut))

    async def drain(self, seconds: float) -> None:
        """Let what runs finish; what does not is cancelled, told and recorded as interrupted."""
        began = time.monotonic()
        if self._working:
            _, late = await asyncio.wait(self._working, timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=3)
        await self._dispatcher.guard.aclose(max(0.0, seconds - (time.monotonic() - began)))
        self._inbox.flush()

    def open(self) -> None:
        """Sign in to the store before the first delivery; find what a crash left running."""
        try:
            self._dispatcher.guard.open()
        except OpsError as error:
            log.error("operations that a crash cut off could not be looked for: %s", error)

    def tell_interrupted(self) -> None:
        """Tell and record the deliveries that a crash cut off: each was acknowledged."""
        try:
            found = self._dispatcher.store.deliveries.unfinished()
        except OpsError as error:
            log.error("requests that a crash cut off could not be looked for: %s", error)
            return
        for lost in found:
            try:
                invocation, owner = recalled(lost.summary)
                destination = Destination.from_text(lost.reply_to)
            except (ValueError, TypeError, KeyError) as error:
                log.warning("an interrupted request could not be read: %s", error)
                continue
            # Another process on the same store may well be working on it.
            if not self._dispatcher.store.presence.alive(owner):
                self._keep(
                    asyncio.create_task(self._tell(lost.delivery_id, invocation, destination))
                )

    async def _tell(self, delivery: str, invocation: Invocation, to: Destination) -> None:
        async with self._telling:
            reply = answers.interrupted(invocation)
            try:
                await SlackResponder(self._slack, to).send(reply)
            except OpsError as error:
                log.warning("an interrupted request is told by the outbox: %s", error)
                if self._dispatcher.postpone is not None:
                    self._dispatcher.postpone(invocation, reply)
            self._dispatcher.record_interrupted(invocation)
            self._inbox.finish(delivery)

    async def _slash(self, ack: Ack, body: Mapping[str, Any]) -> None:
        if (request := _read(payloads.from_slash, body)) is not None:
            await self._accept(request)
        await ack()

    async def _pressed(self, ack: Ack, body: Mapping[str, Any]) -> None:
        request = _read(payloads.from_button, body)
        if request is not None and await self._inbox.claim(request):
            if request.invocation.surface is Surface.HOME:
                self._start(self._in_new_modal(request), request)
            else:
                self._start(self._work(request), request)
        await ack()

    async def _asking(self, ack: Ack, body: Mapping[str, Any]) -> None:
        asking = _read(payloads.from_asking, body)
        if asking is not None:
            view = reason_modal(asking.act, asking.question, asking.metadata)
            opening = self._open(asking.trigger_id, view, above=asking.in_modal)
            self._keep(asyncio.create_task(opening))
        await ack()

    async def _reasoned(self, ack: Ack, body: Mapping[str, Any]) -> None:
        request = _read(payloads.from_reason, body)
        if request is not None:
            await self._accept(request)
        if request is not None and request.destination.place is Place.VIEW:
            working = ":hourglass_flowing_sand: Working on it …"
            await ack(response_action="update", view=result_view(working, [section(working)]))
        else:
            await ack()

    async def _mentioned(self, ack: Ack, event: Mapping[str, Any]) -> None:
        by_person = event.get("user") and not event.get("bot_id")
        if by_person and (request := _read(payloads.from_mention, event)) is not None:
            await self._accept(request)
        await ack()

    async def _home_opened(self, ack: Ack, event: Mapping[str, Any]) -> None:
        if event.get("tab") == "home" and event.get("user"):
            task = self._publish_home(str(event["user"]))
            self._keep(asyncio.create_task(task))
        await ack()

    def _opener(self, shortcut: Shortcut) -> Callable[..., Awaitable[None]]:
        async def opened(ack: Ack, body: Mapping[str, Any]) -> None:
            view = shortcut.modal(self._dispatcher.catalogue)
            remembered = _read(payloads.remembered_message, body)
            if remembered is not None:
                view["private_metadata"] = remembered
                self._keep(asyncio.create_task(self._open(str(body.get("trigger_id")), view)))
            await ack()

        return opened

    def _submitter(self, shortcut: Shortcut) -> Callable[..., Awaitable[None]]:
        async def submitted(ack: Ack, body: Mapping[str, Any]) -> None:
            view = body.get("view") or {}
            message = _read(payloads.recalled_message, view)
            values = _read(payloads.submitted_values, view)
            if message is None or values is None:
                await ack()
                return
            line = shortcut.command_line(values, message)
            request = _read(lambda: payloads.from_submission(body, line, message))
            if request is None:
                await ack()
                return
            if await self._inbox.claim(request):
                work = self._work(request) if message else self._work_in_modal(request)
                self._start(work, request)
            working = answers.working(self._dispatcher.redactor.text(line))
            if message:
                await ack()
            else:
                await ack(response_action="update", view=result_view(working, [section(working)]))

        return submitted

    async def _accept(self, request: Request) -> None:
        if await self._inbox.claim(request):
            self._start(self._work(request), request)

    async def _work(self, request: Request) -> None:
        invocation = request.invocation
        person = await self._people.named(invocation.person)
        request = replace(request, invocation=replace(invocation, person=person))
        await self._dispatch(request, request.destination)

    async def _dispatch(self, request: Request, destination: Destination) -> None:
        self._entered.add(request.delivery)
        await self._dispatcher.run(request.invocation, SlackResponder(self._slack, destination))

    async def _work_in_modal(self, request: Request) -> None:
        # The acknowledgement shows "Working"; it leaves after its listener has returned, and an
        # answer that overtakes it would be covered by it for ever.
        await asyncio.sleep(ACKNOWLEDGED_FIRST)
        await self._work(request)

    async def _in_new_modal(self, request: Request) -> None:
        """A press in the Home tab has no message to answer at: a modal opens at once instead."""
        working = answers.working(self._dispatcher.redactor.text(request.invocation.text))
        opened = await self._open(request.trigger_id, result_view(working, [section(working)]))
        destination = request.destination
        if opened:
            destination = payloads.in_view(destination, opened)
        await self._dispatch(request, destination)

    async def _open(self, trigger_id: str, view: dict[str, Any], *, above: bool = False) -> str:
        """Open a modal, or put it `above` the one whose button was pressed; its id."""
        web = self._slack.web
        method = web.views_push if above else web.views_open
        try:
            answer = await self._slack.call(method, trigger_id=trigger_id, view=view)
        except OpsError as error:
            log.warning("a modal could not be opened: %s", error)
            return ""
        return str(answer.get("view", {}).get("id", ""))

    async def _publish_home(self, person: str) -> None:
        dispatcher = self._dispatcher
        standing = await dispatcher.access.role(Person(person, person), Surface.HOME)
        view = home.view(dispatcher.catalogue, person, dispatcher.settings, standing)
        try:
            await self._slack.call(self._slack.web.views_publish, user_id=person, view=view)
        except OpsError as error:
            log.warning("the Home tab could not be shown: %s", error)

    def _start(self, work: Coroutine[Any, Any, None], request: Request) -> None:
        async def finished() -> None:
            try:
                await work
            finally:
                # The dispatcher tells even when it is cut off. What never got to it stays
                # unfinished, and the next start tells it.
                if request.delivery in self._entered:
                    self._entered.discard(request.delivery)
                    self._inbox.finish(request.delivery)

        self._keep(asyncio.create_task(finished()))

    def _keep(self, task: asyncio.Task[Any]) -> None:
        # The loop itself keeps only weak references to tasks.
        self._working.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._working.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("background work failed: %r", error, exc_info=error)


def _read(reader: Callable[..., Read], *payload: Mapping[str, Any]) -> Read | None:
    """What the payload says; None where it is not one that Slack sends."""
    try:
        return reader(*payload)
    except Unreadable as error:
        log.warning("a delivery was not worked on: %s", error)
        return None
