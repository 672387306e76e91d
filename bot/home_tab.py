"""Home tabs: shown when somebody opens theirs, and anew when what they show has changed."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot import home
from bot.blocks import context
from bot.command import Person, Risk, Role, Surface
from bot.errors import OpsError
from bot.events import AlertChanged, Audited, Event, IncidentChanged, Listener
from bot.slack_refusals import SlackRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.access import Standing
    from bot.command import Block, Feature
    from bot.dispatch import Dispatcher
    from bot.runtime import Runtime
    from bot.slack_calls import Slack

log = logging.getLogger(__name__)
TOGETHER = 2.0  # seconds; what changes within them is shown at once
LATELY = timedelta(hours=8)  # a working day; who has not looked since sees it when they do
AT_MOST = 50  # people whose tabs are kept new: views.publish is limited


class HomeTabs:
    """One per process; a tab opened before a restart is new again when it is next opened."""

    def __init__(self, dispatcher: Dispatcher, slack: Slack, quiet: float = TOGETHER) -> None:
        self._dispatcher = dispatcher
        self._slack = slack
        self._quiet = quiet
        self._opened: dict[str, datetime] = {}  # by person, the newest last
        self._stale = False
        self._renewing = False
        for kind in (IncidentChanged, AlertChanged):
            dispatcher.runtime.events.listen(Listener(kind, self._changed))
        dispatcher.runtime.events.listen(Listener(Audited, self._acted))

    async def open(self, person: str) -> None:
        """Show the person's tab, and keep it new for a while."""
        self._opened.pop(person, None)
        self._opened[person] = self._dispatcher.runtime.now()
        while len(self._opened) > AT_MOST:
            del self._opened[next(iter(self._opened))]
        await self._publish(person)

    async def _acted(self, runtime: Runtime, event: Audited) -> None:
        """Somebody asked for an approval, gave one, took a task, did a step: not who only reads."""
        command = self._dispatcher.catalogue.find(event.entry.command)
        if command is None or command.risk is not Risk.READS or command.role > Role.VIEWER:
            await self._changed(runtime, event)

    async def _changed(self, runtime: Runtime, _event: Event) -> None:
        self._stale = True
        if self._opened and not self._renewing:
            self._renewing = True
            runtime.background(self._renew(), "home tabs")

    async def _renew(self) -> None:
        try:
            while self._stale:
                await asyncio.sleep(self._quiet)
                self._stale = False
                since = self._dispatcher.runtime.now() - LATELY
                self._opened = {who: at for who, at in self._opened.items() if at >= since}
                for person in tuple(self._opened):
                    await self._publish(person)
        finally:
            self._renewing = False

    async def _publish(self, person: str) -> None:
        dispatcher = self._dispatcher
        who = Person(person, person)
        standing = await dispatcher.access.role(who, Surface.HOME)
        sections = self._sections(who, standing)
        try:
            await self._show(person, standing, sections)
        except SlackRefused as refused:
            log.error("the Home tab was refused with what features show: %s", refused)
            await self._plainly(person, standing)
        except OpsError as error:
            log.warning("the Home tab could not be shown: %s", error)

    async def _plainly(self, person: str, standing: Standing) -> None:
        try:
            await self._show(person, standing, ())
        except OpsError as error:
            log.warning("the Home tab could not be shown: %s", error)

    async def _show(
        self, person: str, standing: Standing, sections: Sequence[Sequence[Block]]
    ) -> None:
        dispatcher = self._dispatcher
        view = home.view(dispatcher.catalogue, person, dispatcher.settings, standing, sections)
        shown = dispatcher.redactor.json(view)
        await self._slack.call(self._slack.web.views_publish, user_id=person, view=shown)

    def _sections(self, who: Person, standing: Standing) -> list[Sequence[Block]]:
        """What each feature shows to whoever has a role."""
        if standing.role is None:
            return []
        found = []
        for feature in self._dispatcher.catalogue.features:
            if feature.home is not None:
                found.append(self._section(feature, who, standing))
        return found

    def _section(self, feature: Feature, who: Person, standing: Standing) -> Sequence[Block]:
        if feature.home is None or standing.role is None:
            return ()
        try:
            return feature.home(self._dispatcher.runtime, who, standing.role)
        except OpsError as error:
            return [context(f":warning: {feature.title} cannot be shown: {error.message}")]
        except Exception:
            # One feature's fault must not take the whole tab away.
            log.exception("%s could not be shown in the Home tab", feature.name)
            return [context(f":warning: {feature.title} cannot be shown: the bot itself failed.")]
