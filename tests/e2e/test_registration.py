"""manifest.yml names exactly what the running app registers with Bolt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot import manifest
from bot.app import House
from bot.listeners import Listeners
from bot.people import People
from bot.settings import load
from bot.slack_calls import Slack
from tests.manifest.test_scopes import EVENTS, NEEDED, methods_called

ROOT = Path(__file__).parents[2]


class NotingApp(AsyncApp):
    """Bolt's own app, which also notes what was registered."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.noted: dict[str, list[str]] = {}

    def command(self, command: Any, *rest: Any, **more: Any) -> Any:
        self._note("command", command)
        return super().command(command, *rest, **more)

    def event(self, event: Any, *rest: Any, **more: Any) -> Any:
        self._note("event", event)
        return super().event(event, *rest, **more)

    def global_shortcut(self, callback_id: Any, *rest: Any, **more: Any) -> Any:
        self._note("global", callback_id)
        return super().global_shortcut(callback_id, *rest, **more)

    def message_shortcut(self, callback_id: Any, *rest: Any, **more: Any) -> Any:
        self._note("message", callback_id)
        return super().message_shortcut(callback_id, *rest, **more)

    def _note(self, kind: str, name: str) -> None:
        self.noted.setdefault(kind, []).append(name)


async def test_the_manifest_names_what_is_registered(tmp_path: Path) -> None:
    settings = load(ROOT / "pitchey.toml", {})
    store = settings.store.model_copy(update={"path": tmp_path / "store.sqlite3"})
    house = House.open(settings.model_copy(update={"store": store}))
    slack = Slack("xoxb-unused", settings.slack.api_url)
    try:
        app = NotingApp(client=slack.web, signing_secret="unused")
        Listeners(house.dispatcher, slack, People(slack)).register(app)
    finally:
        await slack.aclose()
        await house.aclose()
    shortcuts = house.dispatcher.catalogue.shortcuts
    registered = {(name, kind) for kind in ("global", "message") for name in app.noted[kind]}
    assert registered == {(one.callback_id, one.kind) for one in shortcuts}
    # Each shortcut opens a form, and each command that has one.
    forms = [form.name for form in house.dispatcher.catalogue.forms]
    assert len(forms) == len(set(forms))
    wanted = {command.form for command in house.dispatcher.catalogue.commands if command.form}
    assert wanted | {one.form for one in shortcuts} <= set(forms)
    scopes = {"commands"}.union(*(NEEDED[method] for method in methods_called()))
    events = set(app.noted["event"]) - {"message"} | {"message.channels", "message.groups"}
    scopes = scopes.union(*(EVENTS[event] for event in events))
    document = manifest.load()
    found = manifest.differences(document, app.noted["command"], shortcuts, events, scopes)
    assert found == []
