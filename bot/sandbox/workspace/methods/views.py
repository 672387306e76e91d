"""views.*: modals and Home tabs; and blocks.validate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.workspace import checks, shapes
from bot.sandbox.workspace.calls import Call, Method
from bot.sandbox.workspace.model import Json
from bot.sandbox.workspace.refusal import Refusal, missing
from bot.sandbox.workspace.validation import (
    Surface,
    Violation,
    check_blocks,
    check_message,
    check_view,
)

Check = Callable[[Any], tuple[Violation, ...]]


def open_view(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/views.open"""
    payload = _view(call, "modal")
    trigger = call.workspace.triggers.look(call.required("trigger_id"))
    view = call.workspace.modals.open(trigger.person_id, payload, trigger.window)
    trigger.used = True
    return {"view": shapes.view(view)}


def push(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/views.push"""
    payload = _view(call, "modal")
    trigger = call.workspace.triggers.look(call.required("trigger_id"))
    if not trigger.view_id:  # only an act inside a modal can push another
        raise Refusal("invalid_trigger_id")
    view = call.workspace.modals.push(trigger.person_id, payload)
    trigger.used = True
    return {"view": shapes.view(view)}


def update(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/views.update"""
    if not (call.text("view_id") or call.text("external_id")):
        raise missing("view_id")
    payload = _view(call, "modal")
    view = call.workspace.modals.find(call.text("view_id"), call.text("external_id"))
    if view.type == "home":
        raise Refusal("not_found")
    call.workspace.modals.update(view, payload, call.text("hash"))
    return {"view": shapes.view(view)}


def publish(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/views.publish"""
    if not call.workspace.manifest.home_tab:
        raise Refusal("not_enabled")
    person = call.workspace.people.get(call.required("user_id"))
    if person is None or person.is_bot:
        raise Refusal("user_not_found")
    payload = _view(call, "home")
    view = call.workspace.modals.publish(person.id, payload, call.text("hash"))
    return {"view": shapes.view(view)}


def validate(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/blocks.validate"""
    given = [name for name in ("blocks", "message", "view") if call.arguments.get(name)]
    if len(given) != 1:
        text = "[ERROR] exactly one of blocks, message and view is needed"
        raise Refusal("invalid_arguments", response_metadata={"messages": [text]})
    name = given[0]
    document: Any = call.json(name, "invalid_arguments")
    if not isinstance(document, list if name == "blocks" else dict):
        raise Refusal("invalid_arguments")
    by_name: dict[str, Check] = {"blocks": _blocks, "message": check_message, "view": check_view}
    found = by_name[name](document)
    if found:
        raise Refusal(f"invalid_{name}", errors=[one.as_json() for one in found])
    return {}


def _blocks(document: Any) -> tuple[Violation, ...]:
    return check_blocks(document, Surface.MESSAGE)


def _view(call: Call, wanted: str) -> Json:
    """The `view` argument, refused where it is none or of the other type."""
    payload = call.json("view", "invalid_arguments")
    if payload is None:
        raise missing("view")
    if not isinstance(payload, dict):
        raise Refusal("invalid_arguments")
    checks.view(payload)
    if payload.get("type") != wanted:
        text = f"[ERROR] must be one of: {wanted} [json-pointer:/view/type]"
        raise Refusal("invalid_arguments", response_metadata={"messages": [text]})
    return payload


METHODS = (
    Method("views.open", open_view, 4),
    Method("views.push", push, 4),
    Method("views.update", update, 4),
    Method("views.publish", publish, 4),
    Method("blocks.validate", validate, 4),
)
