"""Forms in Slack: opened within the three seconds of a trigger, submitted once, answered."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot import payload_forms, words
from bot.ask_buttons import REASON
from bot.blocks import FORM, clip, context, section
from bot.command import Form, Person, Reply
from bot.destination import Place
from bot.errors import BadInput, OpsError
from bot.inbox import NotKept
from bot.payload_forms import Opening, Submission
from bot.replies import SlackResponder, result_view
from bot.slack_refusals import SlackRefused

if TYPE_CHECKING:
    from bot.command import Block
    from bot.payloads import Request
    from bot.work import Work

log = logging.getLogger(__name__)
Ack = Callable[..., Awaitable[Any]]
REMEMBERED = 1_000  # triggers, so that a redelivery opens nothing a second time
TOO_HIGH = "push_limit_reached"  # Slack's error code
ERROR_MOST = 300  # characters beside a field
_TOO_LATE = (
    "Nothing was done: this reached the bot after Slack had given up on it. Send it once more."
)
_OWN_FAULT = "Something in the bot itself failed with this form. Nothing was done."


class FormFlow:
    """Opens the forms of every feature, and runs what they are submitted as."""

    def __init__(self, work: Work) -> None:
        self._work = work
        catalogue = work.dispatcher.catalogue
        self._forms: dict[str, Form] = {form.name: form for form in (REASON, *catalogue.forms)}
        self._gives_way = frozenset(form.name for form in self._forms.values() if form.gives_way)
        self._seen: dict[str, None] = {}  # the newest triggers, oldest first

    def of_words(self, request: Request) -> Opening | None:
        """The form that a command line opens instead of running; None where it runs."""
        try:
            name = " ".join(words.split(request.invocation.text)).lower()
        except BadInput:
            return None
        command = self._work.dispatcher.catalogue.find(name)
        if command is None or not command.form:
            return None
        return payload_forms.from_words(request, command.form)

    def of_button(self, body: Mapping[str, Any]) -> Opening:
        """Raises Unreadable."""
        return payload_forms.from_form_button(body, gives_way=self._gives_way)

    def open(self, opening: Opening) -> None:
        """Show it, in the background; a redelivery is ignored."""
        if opening.origin.trigger_id in self._seen:
            return
        self._seen[opening.origin.trigger_id] = None
        while len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        self._work.keep(self._open(opening))

    async def submitted(self, ack: Ack, submission: Submission, *, late: bool) -> None:
        """Acknowledge it with what is wrong, or run it once and show where that stands.

        `late`: Slack has told the person that it failed.
        """
        if late:
            await ack(**_refusal({"": _TOO_LATE}, submission.inputs))
            return
        try:
            line, errors = self._judged(submission)
        except OpsError as error:
            line, errors = "", {"": str(error)}
        except Exception:
            # A feature's fault must not leave the person before a form that does nothing.
            log.exception("the form %s could not be submitted", submission.form)
            line, errors = "", {"": _OWN_FAULT}
        if errors:
            await ack(**_refusal(errors, submission.inputs))
            return
        origin = submission.origin
        request = replace(origin, invocation=replace(origin.invocation, text=line))
        try:
            await self._work.accept_kept(request)
        except NotKept as error:
            await ack(**_refusal({"": str(error)}, submission.inputs))
            return
        if request.destination.place is Place.VIEW:
            await ack(response_action="update", view=self._work.working_view(line))
        else:
            await ack()

    def _judged(self, submission: Submission) -> tuple[str, dict[str, str]]:
        """The command line, and what is wrong by block id."""
        form, about = self._named(submission.form), submission.about
        values = self._handed_over(form, submission)
        errors = form.check(values, about) if form.check else {}
        if errors:
            return "", dict(errors)
        return form.command_line(values, about), {}

    def _handed_over(self, form: Form, submission: Submission) -> Mapping[str, str]:
        """The values with a ticket in place of the secret one, which only that person can use."""
        values, person = submission.values, submission.origin.invocation.person.id
        if not form.secret or not values.get(form.secret):
            return values
        runtime = self._work.dispatcher.runtime
        ticket = runtime.handover.hand_in(values[form.secret], person, runtime.store)
        return {**values, form.secret: ticket}

    async def _open(self, opening: Opening) -> None:
        opening = await self._with_author(opening)
        view = self._view(opening)
        trigger_id, work = opening.origin.trigger_id, self._work
        try:
            await work.open_modal(trigger_id, view, above=opening.in_modal)
        except OpsError as error:
            if isinstance(error, SlackRefused) and error.code == TOO_HIGH:
                # Three modals are the most: this one takes the place of the one on top.
                pressed = opening.origin.destination.view
                await work.slack.call(work.slack.web.views_update, view_id=pressed, view=view)
                return
            log.warning("the form %s could not be opened: %s", opening.form, error)
            await self._tell(opening)

    def _view(self, opening: Opening) -> Block:
        """The modal, or one that says why there is none."""
        try:
            form = self._named(opening.form)
            view = form.modal(self._work.dispatcher.runtime, opening.about)
        except OpsError as error:
            return _told(error.message, error.hint)
        except Exception:
            # As in `submitted`: the person pressed and would see nothing at all.
            log.exception("the form %s could not be drawn", opening.form)
            return _told(_OWN_FAULT, "Tell the bot's owner.")
        ours = {"callback_id": f"{FORM}{form.name}", "private_metadata": opening.metadata()}
        return {**self._work.dispatcher.redactor.json(view), **ours}

    def _named(self, name: str) -> Form:
        form = self._forms.get(name)
        if form is None:
            raise BadInput(
                "This version of the bot has no such form.", "Ask again for the message."
            )
        return form

    async def _with_author(self, opening: Opening) -> Opening:
        """A message carries only its author's id."""
        author_id = opening.about.get("author_id", "")
        if not author_id or opening.about.get("author") != author_id:
            return opening
        author = await self._work.people.named(Person(author_id, author_id))
        return replace(opening, about={**opening.about, "author": author.name})

    async def _tell(self, opening: Opening) -> None:
        """Slack gives three seconds to open a modal; past them the person must try again."""
        to = opening.origin.destination
        if to.place is Place.VIEW:
            to = replace(to, place=Place.DIRECT)
        text = ":warning: The form could not be opened in time. Try once more."
        try:
            await SlackResponder(self._work.slack, to).send(Reply(text, private=True))
        except OpsError as error:
            log.warning("nor could that be told: %s", error)


def _refusal(errors: Mapping[str, str], inputs: Sequence[str]) -> dict[str, Any]:
    """The acknowledgement that keeps the modal open and names what is wrong.

    Slack takes errors at inputs only: those of no input go to the first one.
    """
    if not inputs:
        return {"response_action": "update", "view": _told(" ".join(errors.values()))}
    told: dict[str, str] = {}
    for block_id, text in errors.items():
        at = block_id if block_id in inputs else inputs[0]
        told[at] = clip(f"{told.get(at, '')} {text}".strip(), ERROR_MOST)
    return {"response_action": "errors", "errors": told}


def _told(message: str, hint: str = "") -> Block:
    text = f":x: {message}"
    return result_view(text, [section(text), *([context(hint)] if hint else [])])
