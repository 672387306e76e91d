"""Requests from Slack at work: claimed once, run in the background, waited for by a shutdown."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from bot import answers, payloads
from bot.blocks import section
from bot.command import Delivery
from bot.destination import Destination, Place
from bot.errors import OpsError
from bot.event_flow import EventFlow
from bot.guard_answers import begun_operation, ended
from bot.inbox import Inbox, NotKept, owned_by, recalled
from bot.replies import SlackResponder, result_view
from bot.standstill import Standstill

if TYPE_CHECKING:
    from bot.command import Block, Invocation
    from bot.dispatch import Dispatcher
    from bot.payloads import Request
    from bot.people import People
    from bot.slack_calls import Slack
    from bot.store import UnfinishedDelivery

log = logging.getLogger(__name__)
ACKNOWLEDGED_FIRST = 0.4  # seconds
TOLD_WITHIN = 1.0  # seconds: before an acknowledgement that Slack waits three for
LOOK_EVERY = 5.0  # seconds between two looks at what dead processes had accepted
TOLD_AT_ONCE = 8  # people told of an interruption at the same moment


class Work:
    """Everything that was accepted and is not answered yet; one per process."""

    def __init__(self, dispatcher: Dispatcher, slack: Slack, people: People) -> None:
        self.dispatcher = dispatcher
        self.slack = slack
        self.people = people
        self.inbox = Inbox(
            dispatcher.store,
            dispatcher.observability,
            lambda line: dispatcher.redactor.text(dispatcher.recorded(line)),
        )
        self.events = EventFlow(dispatcher.runtime, self.inbox)
        self.standstill = Standstill(ended=self.leave_what_others_told)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._looking: asyncio.TimerHandle | None = None
        self._telling_ends: set[asyncio.Task[None]] = set()  # nothing that a shutdown waits for
        self._running: dict[str, tuple[asyncio.Task[None], str]] = {}  # by delivery, and as whose
        self._entered: set[str] = set()  # deliveries that the dispatcher has begun to answer
        self._telling = asyncio.Semaphore(TOLD_AT_ONCE)

    async def accept(self, request: Request) -> bool:
        """Claim it and run it, once; answers, as soon as that is known, whether to acknowledge it.

        Asking must work with a full disk too: what the store does not take is worked on where the
        person could be told, before the acknowledgement, that a crash would lose it.
        """
        try:
            if not await self.inbox.claim(request):
                return True
        except NotKept as error:
            log.warning("%s is not kept: %s", request.invocation.reference, error)
            try:
                responder = SlackResponder(self.slack, request.destination)
                async with asyncio.timeout(TOLD_WITHIN):
                    await responder.send(answers.not_kept(request.invocation))
            except (OpsError, TimeoutError) as second:
                log.warning("nor could that be told, so that Slack has to: %s", second)
                self.inbox.give_up(request.delivery)
                return False
        self._begin(request)
        return True

    async def accept_kept(self, request: Request) -> None:
        """As `accept`; raises NotKept, with nothing begun, where the store does not take it."""
        try:
            if await self.inbox.claim(request):
                self._begin(request)
        except NotKept:
            self.inbox.give_up(request.delivery)
            raise

    def _begin(self, request: Request) -> None:
        place, was_pressed = request.destination.place, bool(request.trigger_id)
        if place is Place.DIRECT and was_pressed:
            work = self._in_new_modal(request)
        elif place is Place.VIEW and not was_pressed:
            work = self._after_acknowledgement(request)
        else:
            work = self._run(request, request.destination)
        task = self.keep(self._finished(work, request))
        self._running[request.delivery] = (task, self.dispatcher.store.presence.name)
        task.add_done_callback(lambda _: self._running.pop(request.delivery, None))

    async def open_modal(self, trigger_id: str, view: Block, *, above: bool = False) -> str:
        """Open a modal, or put it `above` the one whose button was pressed; answers its id.

        Raises OpsError, for example where Slack's three seconds have passed.
        """
        method = self.slack.web.views_push if above else self.slack.web.views_open
        answer = await self.slack.call(method, trigger_id=trigger_id, view=view)
        return str(answer.get("view", {}).get("id", ""))

    def working_view(self, line: str) -> Block:
        """The modal shown while a command runs."""
        working = answers.working(self.dispatcher.redactor.text(line))
        return result_view(working, [section(working)])

    def keep(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run it in the background; a shutdown waits for it, a fault is logged."""
        # The loop itself keeps only weak references to tasks.
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def tell_too_late(self, request: Request) -> None:
        """Slack has told the person that it failed; Slack does not send it again."""
        asked = request.invocation
        log.warning("%s came too late: nothing is done", asked.reference)
        shown = replace(asked, text=self.dispatcher.redactor.text(asked.text))
        # Beside what was pressed: neither a request for approval nor a form gives way to it.
        to = replace(request.destination, delivery=Delivery.NEW)
        if to.place is Place.VIEW:
            to = replace(to, place=Place.DIRECT)
        try:
            await SlackResponder(self.slack, to).send(answers.too_late(shown))
        except OpsError as error:
            log.warning("nor could that be told: %s", error)

    def leave_what_others_told(self) -> None:
        """End the work on requests that another process has told to be interrupted meanwhile:
        their people may have asked again."""
        if not self._running:
            return
        store = self.dispatcher.store
        try:
            store.presence.confirm()  # from here on nobody else takes one over
            kept = {each.delivery_id: each.summary for each in store.deliveries.unfinished()}
        except OpsError as error:
            log.error("whose the requests in work are could not be looked for: %s", error)
            return
        for delivery, (task, owner) in tuple(self._running.items()):
            if delivery not in kept or owned_by(kept[delivery], owner) != kept[delivery]:
                log.warning("%s was told to be interrupted by another process", delivery)
                task.cancel()

    def keep_telling(self) -> None:
        """Tell now, and go on looking: another process on this store may die at any time."""
        if self._looking is not None:
            self._looking.cancel()
        try:
            self.tell_interrupted()
        except OpsError as error:
            log.error("requests that a crash cut off could not be taken over: %s", error)
        self._looking = asyncio.get_running_loop().call_later(LOOK_EVERY, self.keep_telling)

    async def drain(self, seconds: float) -> None:
        """Let what runs finish; what does not is cancelled, told and recorded as interrupted."""
        began = time.monotonic()
        self.standstill.stop()
        if self._looking is not None:
            self._looking.cancel()
        for each in self._telling_ends:
            each.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=3)
        await self.dispatcher.guard.aclose(max(0.0, seconds - (time.monotonic() - began)))
        self.inbox.flush(last=True)

    def tell_interrupted(self) -> None:
        """Tell and record the deliveries that a crash cut off: each was acknowledged."""
        try:
            found = self.dispatcher.store.deliveries.unfinished()
        except OpsError as error:
            log.error("requests that a crash cut off could not be looked for: %s", error)
            return
        for lost in found:
            if self.events.recover(lost.delivery_id, lost.summary):
                continue
            try:
                invocation, owner = recalled(lost.summary)
                destination = Destination.from_text(lost.reply_to)
            except (ValueError, TypeError, KeyError) as error:
                log.warning("an interrupted request could not be read: %s", error)
                continue
            # Another process on the same store may well be working on it, or telling of it.
            if self._adopted(lost, owner, partial(owned_by, lost.summary)):
                self.keep(self._tell(lost.delivery_id, invocation, destination))

    def _adopted(self, lost: UnfinishedDelivery, owner: str, renamed: Callable[[str], str]) -> bool:
        """Whether it is this process's now, since its owner is gone."""
        store = self.dispatcher.store
        if store.presence.alive(owner):
            return False
        return store.deliveries.adopt(
            lost.delivery_id, lost.summary, renamed(store.presence.sign_in("bot"))
        )

    async def _tell(self, delivery: str, invocation: Invocation, to: Destination) -> None:
        async with self._telling:
            reply = answers.interrupted(invocation)
            try:
                await SlackResponder(self.slack, to).send(reply)
            except OpsError as error:
                log.warning("an interrupted request is told by the outbox: %s", error)
                if self.dispatcher.postpone is not None:
                    self.dispatcher.postpone(invocation, reply)
            self.dispatcher.record_interrupted(invocation)
            self.inbox.finish(delivery)

    async def _run(self, request: Request, destination: Destination) -> None:
        invocation = request.invocation
        person = await self.people.named(invocation.person)
        self._entered.add(request.delivery)
        responder = SlackResponder(self.slack, destination)
        reply = await self.dispatcher.run(replace(invocation, person=person), responder)
        operation, channel = begun_operation(reply)
        if operation and destination.replaceable:
            task = asyncio.create_task(self._tell_end(operation, channel, destination))
            self._telling_ends.add(task)
            task.add_done_callback(self._telling_ends.discard)

    async def _tell_end(self, operation: str, channel: str, destination: Destination) -> None:
        """The private word that it was started is old once it has ended."""
        await self.dispatcher.guard.runner.ended(operation)
        try:
            record = self.dispatcher.store.operations.get(operation)
            if record is not None and record.state.final:
                reply = ended(record, channel)
                await self.slack.respond(
                    destination.response_url,
                    text=reply.text,
                    blocks=reply.blocks,
                    response_type="ephemeral",
                    replace_original=True,
                )
        except OpsError as error:
            log.info("a private message stays as it was, its address is used up: %s", error)

    async def _after_acknowledgement(self, request: Request) -> None:
        # The acknowledgement shows "Working"; it leaves after its listener has returned, and an
        # answer that overtakes it would be covered by it for ever.
        await asyncio.sleep(ACKNOWLEDGED_FIRST)
        await self._run(request, request.destination)

    async def _in_new_modal(self, request: Request) -> None:
        """A press in the Home tab has no message to answer at: a modal opens at once instead."""
        destination = request.destination
        view = self.working_view(request.invocation.text)
        try:
            opened = await self.open_modal(request.trigger_id, view)
        except OpsError as error:
            log.warning("a modal could not be opened: %s", error)
        else:
            destination = payloads.in_view(destination, opened)
            self._note_place(request.delivery, destination)
        await self._run(request, destination)

    def _note_place(self, delivery: str, destination: Destination) -> None:
        # A bot that is killed now leaves a modal that says "Working": the next one ends it.
        try:
            self.dispatcher.store.deliveries.answer_at(delivery, destination.to_text())
        except OpsError as error:
            log.warning("where an answer goes could not be noted: %s", error)

    async def _finished(self, work: Coroutine[Any, Any, None], request: Request) -> None:
        try:
            await work
        finally:
            # The dispatcher tells even when it is cut off. What never got to it stays
            # unfinished, and the next start tells it.
            if request.delivery in self._entered:
                self._entered.discard(request.delivery)
                self.inbox.finish(request.delivery)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("background work failed: %r", error, exc_info=error)
