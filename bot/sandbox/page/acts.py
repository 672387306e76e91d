"""What a visitor does on the page, done in the workspace as the person they act as."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from bot.sandbox.page.choices import choices_of
from bot.sandbox.page.requests import body_of, refuse, words
from bot.sandbox.workspace import Outcome, Workspace
from bot.sandbox.workspace.triggers import WINDOW

Body = dict[str, Any]
Act = Callable[[str, Body], Awaitable[Outcome]]

_WORDS = {
    "operation_timeout": "The app did not answer within 3 seconds. Is the bot running?",
    "dispatch_failed": "The app could not be reached. Is the bot running?",
    "not_a_member": "This person is not in that channel.",
    "no_such_element": "This button or field is no longer there.",
    "no_such_person": "There is nobody with that id.",
    "no_text": "There is nothing to send.",
    "message_not_found": "This message is gone.",
    "already_reacted": "This person already reacted so.",
}


class Acts:
    """POST /page/act/<verb>: answers Outcome as JSON, `message` always in words when not ok.

    `hint` is what the sandbox adds in its own voice; Slack has no such words. `window` of the
    body is the browser window the act happens in: a modal that it opens stays there.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._verbs: dict[str, Act] = {
            "slash": self._slash,
            "say": self._say,
            "edit": self._edit,
            "delete": self._delete,
            "react": self._react,
            "press": self._press,
            "submit": self._submit,
            "close": self._close,
            "shortcut": self._shortcut,
            "home": self._home,
        }

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/page/act/{verb}", self.act),
            web.post("/page/options", self.options),
        ]

    async def act(self, request: web.Request) -> web.Response:
        verb = self._verbs.get(request.match_info["verb"])
        if verb is None:
            raise refuse("there is no such act", web.HTTPNotFound)
        body = await body_of(request)
        window = WINDOW.set(words(body, "window"))
        try:
            outcome = await verb(self._person(body), body)
        finally:
            WINDOW.reset(window)
        answer = asdict(outcome) | {"hint": self._hint(outcome, body)}
        if not outcome.ok and not outcome.message and not outcome.errors:
            said = _WORDS.get(outcome.error, "The workspace refused that.")
            answer["message"] = f"{said} ({outcome.error})" if outcome.error else said
        return web.json_response(answer)

    async def options(self, request: web.Request) -> web.Response:
        """What the app offers in an external select for what was typed."""
        body = await body_of(request)
        found = await self._workspace.act.options(
            self._person(body),
            words(body, "container"),
            words(body, "block"),
            words(body, "action"),
            words(body, "typed"),
        )
        return web.json_response({"choices": [asdict(choice) for choice in choices_of(found)]})

    def _hint(self, outcome: Outcome, body: Body) -> str:
        if outcome.error != "not_in_threads":
            return ""
        _, _, rest = words(body, "text").strip().partition(" ")
        line = f"@{self._workspace.manifest.bot_name} {rest.strip() or 'help'}"
        return f"Slash commands work in channels only. In a thread, mention the bot: `{line}`"

    def _person(self, body: Body) -> str:
        person_id = words(body, "person")
        person = self._workspace.people.get(person_id)
        if person is None or not person.can_act:
            raise refuse(f"nobody to act as has the id {person_id!r}", web.HTTPNotFound)
        return person_id

    async def _slash(self, person_id: str, body: Body) -> Outcome:
        return await self._workspace.act.slash(
            person_id, words(body, "channel"), words(body, "text"), words(body, "thread")
        )

    async def _say(self, person_id: str, body: Body) -> Outcome:
        return await self._workspace.act.say(
            person_id, words(body, "channel"), words(body, "text"), words(body, "thread")
        )

    async def _edit(self, person_id: str, body: Body) -> Outcome:
        return await self._workspace.act.edit(person_id, words(body, "id"), words(body, "text"))

    async def _delete(self, person_id: str, body: Body) -> Outcome:
        return await self._workspace.act.delete(person_id, words(body, "id"))

    async def _react(self, person_id: str, body: Body) -> Outcome:
        return await self._workspace.act.react(
            person_id, words(body, "id"), words(body, "emoji"), bool(body.get("remove"))
        )

    async def _press(self, person_id: str, body: Body) -> Outcome:
        return await self._workspace.act.press(
            person_id,
            words(body, "container"),
            words(body, "block"),
            words(body, "action"),
            body.get("chosen"),
            _values(body),
        )

    async def _submit(self, person_id: str, body: Body) -> Outcome:
        return await self._workspace.act.submit(person_id, words(body, "view"), _values(body))

    async def _close(self, person_id: str, body: Body) -> Outcome:
        return await self._workspace.act.close(
            person_id, words(body, "view"), whole_stack=bool(body.get("all"))
        )

    async def _shortcut(self, person_id: str, body: Body) -> Outcome:
        return await self._workspace.act.shortcut(
            person_id, words(body, "callback"), words(body, "id")
        )

    async def _home(self, person_id: str, body: Body) -> Outcome:
        return await self._workspace.act.open_home(person_id, words(body, "tab") or "home")


def _values(body: Body) -> dict[str, dict[str, Any]]:
    """Block id, action id, chosen."""
    values = body.get("values") or {}
    if not isinstance(values, dict) or not all(isinstance(one, dict) for one in values.values()):
        raise refuse("values must be an object of objects")
    return values
