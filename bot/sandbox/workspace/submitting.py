"""Submitting and closing modals: required inputs, response_action, view_closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.sandbox.workspace import checks, elements, shapes
from bot.sandbox.workspace.acknowledgement import Undelivered
from bot.sandbox.workspace.commanding import failure_code
from bot.sandbox.workspace.model import Json, Outcome, View
from bot.sandbox.workspace.pressing import interaction
from bot.sandbox.workspace.refusal import Refusal

if TYPE_CHECKING:
    from bot.sandbox.workspace.state import Workspace

TROUBLE = "We had some trouble connecting. Try again?"


async def submit(
    workspace: Workspace, view: View, values: Mapping[str, Mapping[str, Any]]
) -> Outcome:
    """view_submission, unless Slack's own client would refuse the form first."""
    unknown = _enter(workspace, view, values)
    if unknown:
        return Outcome(False, "no_such_element", message=unknown)
    problems: dict[str, str] = {}
    for block, element in elements.of_blocks(view.blocks):
        if block["type"] == "input":
            held = view.values.get(block["block_id"], {}).get(element["action_id"])
            text = elements.problem(block, held)
            problems |= {str(block["block_id"]): text} if text else {}
    view.errors = problems
    if problems:
        workspace.modals.show_errors(view)
        return Outcome(False, "invalid_input", problems)
    payload = interaction(workspace, view.person_id, "view_submission") | {
        "trigger_id": workspace.triggers.issue(view.person_id, view.id),
        "view": shapes.view(view),
        "response_urls": [],
    }
    try:
        answer = await workspace.delivery.interactive("view_submission", payload, view.person_id)
    except Undelivered as failure:
        return Outcome(False, failure_code(failure), message=TROUBLE)
    try:
        return _respond(workspace, view, answer)
    except Refusal as refusal:
        # Slack shows only this much; the app's own log shows nothing at all.
        return Outcome(False, refusal.error, message=TROUBLE)


async def close(workspace: Workspace, view: View, *, whole_stack: bool) -> Outcome:
    """Close one modal or all; the app hears of those with notify_on_close."""
    leaving = list(workspace.modals.stack(view.person_id)) if whole_stack else [view]
    told = [
        interaction(workspace, view.person_id, "view_closed")
        | {"view": shapes.view(one), "is_cleared": whole_stack}
        for one in leaving
        if one.payload.get("notify_on_close")
    ]
    if whole_stack or view.payload.get("clear_on_close"):
        workspace.modals.clear(view.person_id)
    else:
        workspace.modals.close(view)
    for payload in told:
        try:
            await workspace.delivery.interactive("view_closed", payload, view.person_id)
        except Undelivered as failure:
            return Outcome(True, message=failure_code(failure))  # the modal is closed all the same
    return Outcome(True)


def _respond(workspace: Workspace, view: View, answer: Any) -> Outcome:
    """Do what the acknowledgement asks; an empty one closes this modal."""
    if answer in (None, "", {}):
        workspace.modals.close(view)
        return Outcome(True)
    action = answer.get("response_action") if isinstance(answer, dict) else None
    if action == "clear":
        workspace.modals.clear(view.person_id)
    elif action == "errors":
        return _refuse(workspace, view, answer.get("errors"))
    elif action == "update":
        workspace.modals.update(view, _checked(answer))
    elif action == "push":
        workspace.modals.push(view.person_id, _checked(answer))
    else:
        raise Refusal("invalid_response_action")
    return Outcome(True)


def _refuse(workspace: Workspace, view: View, errors: Any) -> Outcome:
    """Show the app's errors beside the inputs they name; a name of no input is the app's bug."""
    inputs = {block.get("block_id") for block in view.blocks if block.get("type") == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise Refusal("invalid_errors")
    view.errors = {str(block_id): str(text) for block_id, text in errors.items()}
    workspace.modals.show_errors(view)
    return Outcome(False, "refused_by_app", dict(view.errors))


def _checked(answer: Json) -> Json:
    payload = answer.get("view")
    if not isinstance(payload, dict):
        raise Refusal("invalid_view")
    checks.view(payload)
    return payload


def _enter(workspace: Workspace, view: View, values: Mapping[str, Mapping[str, Any]]) -> str:
    """Put what the person entered into the view; names what the view does not have."""
    for block_id, actions in values.items():
        for action_id, chosen in actions.items():
            found = elements.find(view.blocks, block_id, action_id)
            if found is None:
                return f"{block_id}/{action_id}"
            block, element = found
            try:
                state = elements.state(element, chosen)
            except KeyError:
                return f"{block_id}/{action_id}: {chosen}"
            workspace.modals.hold(view, str(block["block_id"]), action_id, state)
    return ""
