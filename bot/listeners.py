"""Bolt's listeners: acknowledge first, claim the delivery, then work on it in the background."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot import payload_events, payload_forms, payloads
from bot.blocks import FORM, RUN
from bot.command import Shortcut
from bot.errors import OpsError
from bot.form_flow import FormFlow
from bot.home_tab import HomeTabs
from bot.payload_fields import Unreadable
from bot.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.dispatch import Dispatcher
    from bot.people import People
    from bot.slack_calls import Slack

log = logging.getLogger(__name__)
Ack = Callable[..., Awaitable[Any]]
Read = TypeVar("Read")


class Listeners:
    """Takes deliveries from Bolt; every accepted one runs as a task that a shutdown waits for."""

    def __init__(self, dispatcher: Dispatcher, slack: Slack, people: People) -> None:
        self._dispatcher = dispatcher
        self._work = Work(dispatcher, slack, people)
        self._forms = FormFlow(self._work)
        self._home = HomeTabs(dispatcher, slack)

    def register(self, app: AsyncApp) -> None:
        """Register exactly what `manifest.yml` names (a test holds the two together)."""
        app.command(self._dispatcher.settings.slack.command)(self._slash)
        app.action({"type": "block_actions", "action_id": _beginning(RUN)})(self._pressed)
        app.action({"type": "block_actions", "action_id": _beginning(FORM)})(self._asked)
        app.view(_beginning(FORM))(self._submitted)
        app.event("app_mention")(self._mentioned)
        app.event("app_home_opened")(self._home_opened)
        for kind in payload_events.TYPES:
            app.event(kind)(self._happened)
        for shortcut in self._dispatcher.catalogue.shortcuts:
            listen = app.global_shortcut if shortcut.kind == "global" else app.message_shortcut
            listen(shortcut.callback_id)(self._opener(shortcut))

    def open(self) -> None:
        """Sign in to the store before the first delivery; find what a crash left running."""
        try:
            self._dispatcher.guard.open()
        except OpsError as error:
            log.error("operations that a crash cut off could not be looked for: %s", error)

    def tell_interrupted(self) -> None:
        """Tell and record the deliveries that a crash cut off, now and while this process runs:
        each was acknowledged. And notice whenever this process stood still."""
        self._work.keep_telling()
        self._work.standstill.watch()

    async def drain(self, seconds: float) -> None:
        """Let what runs finish; what does not is cancelled, told and recorded as interrupted."""
        await self._work.drain(seconds)

    async def _slash(self, ack: Ack, body: Mapping[str, Any], req: AsyncBoltRequest) -> None:
        if await self._take(_read(payloads.from_slash, body), _sent(req)):
            await ack()

    async def _pressed(self, ack: Ack, body: Mapping[str, Any], req: AsyncBoltRequest) -> None:
        if await self._take(_read(payloads.from_button, body), _sent(req)):
            await ack()

    async def _take(self, request: payloads.Request | None, sent: float | None) -> bool:
        """A command line with a trigger opens its form, or runs; whether to acknowledge it."""
        if request is None:
            return True
        if self._work.standstill.outlasted(sent):
            self._work.keep(self._work.tell_too_late(request))
            return True
        opening = self._forms.of_words(request)
        if opening is None:
            return await self._work.accept(request)
        self._forms.open(opening)
        return True

    async def _asked(self, ack: Ack, body: Mapping[str, Any]) -> None:
        opening = _read(self._forms.of_button, body)
        if opening is not None:
            self._forms.open(opening)
        await ack()

    async def _submitted(self, ack: Ack, body: Mapping[str, Any], req: AsyncBoltRequest) -> None:
        submission = _read(payload_forms.from_submission, body)
        if submission is None:
            await ack()
        else:
            await self._forms.submitted(
                ack, submission, late=self._work.standstill.outlasted(_sent(req))
            )

    async def _mentioned(self, ack: Ack, event: Mapping[str, Any]) -> None:
        by_person = event.get("user") and not event.get("bot_id")
        request = _read(payloads.from_mention, event) if by_person else None
        if request is None or await self._work.accept(request):
            await ack()

    async def _happened(self, ack: Ack, body: Mapping[str, Any]) -> None:
        if await self._work.events.take(body):
            await ack()

    async def _home_opened(self, ack: Ack, event: Mapping[str, Any]) -> None:
        if event.get("tab") == "home" and event.get("user"):
            self._work.keep(self._home.open(str(event["user"])))
        await ack()

    def _opener(self, shortcut: Shortcut) -> Callable[..., Awaitable[None]]:
        async def opened(ack: Ack, body: Mapping[str, Any]) -> None:
            opening = _read(lambda: payload_forms.from_shortcut(body, shortcut.form))
            if opening is not None:
                self._forms.open(opening)
            await ack()

        return opened


def _sent(request: AsyncBoltRequest) -> float | None:
    """When Slack sent it, in seconds since 1970; None in Socket Mode, which does not say."""
    values = request.headers.get("x-slack-request-timestamp")
    return float(values[0]) if values else None


def _beginning(prefix: str) -> re.Pattern[str]:
    return re.compile(f"^{re.escape(prefix)}")


def _read(reader: Callable[..., Read], *payload: Mapping[str, Any]) -> Read | None:
    """What the payload says; None where it is not one that Slack sends."""
    try:
        return reader(*payload)
    except Unreadable as error:
        log.warning("a delivery was not worked on: %s", error)
        return None
