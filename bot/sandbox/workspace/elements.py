"""Interactive elements: finding one in blocks, and what Slack says of what a person chose."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.sandbox.workspace.model import Json

TEXTS = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
SINGLE = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
SEVERAL = {
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}
ONE_OPTION = {"static_select", "external_select", "radio_buttons", "overflow"}
MANY_OPTIONS = {"multi_static_select", "multi_external_select", "checkboxes"}
HOLDERS = {"container": "child_blocks", "carousel": "elements"}  # blocks that hold blocks
STATELESS = {"button", "overflow", "workflow_button", "feedback_buttons", "icon_button"}
REQUIRED = "Please complete this required field."
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def of_blocks(blocks: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element with its block, those of cards and containers too."""
    for block in blocks:
        found: list[Any] = [*(block.get("elements") or ()), *(block.get("actions") or ())]
        found += [block.get("accessory"), block.get("element")]
        for element in found:
            if isinstance(element, dict) and element.get("action_id"):
                yield block, element
        holder = HOLDERS.get(str(block.get("type")))
        if holder:
            yield from of_blocks(block.get(holder) or ())


def with_block_ids(blocks: Sequence[Json]) -> list[Json]:
    """The blocks, each with a block_id: Slack makes up those that the app left out."""
    named = []
    for block in blocks:
        holder = HOLDERS.get(str(block.get("type")))
        inside = {holder: with_block_ids(block.get(holder) or ())} if holder else {}
        named.append({**block, **inside, "block_id": block.get("block_id") or _new_id()})
    return named


def find(blocks: Sequence[Json], block_id: str, action_id: str) -> tuple[Json, Json] | None:
    """The element and its block; an empty block id takes the first with that action id."""
    for block, element in of_blocks(blocks):
        if element["action_id"] == action_id and block_id in ("", block.get("block_id")):
            return block, element
    return None


def acts_at_once(block: Json) -> bool:
    """Whether using the element tells the app: always, but in input blocks only where asked."""
    return block.get("type") != "input" or bool(block.get("dispatch_action"))


def state(element: Json, chosen: Any) -> Json:
    """The state object of the element for what was chosen (value, values or state object).

    Raises KeyError for an option that the element does not have.
    """
    kind = str(element["type"])
    if isinstance(chosen, Mapping):
        return {"type": kind, **chosen}
    if kind in TEXTS:
        return {"type": kind, "value": str(chosen) if chosen not in (None, "") else None}
    if kind in SINGLE:
        value: Any = chosen or None
        if kind == "datetimepicker" and value is not None:
            value = int(value)
        return {"type": kind, SINGLE[kind]: value}
    if kind in SEVERAL:
        return {"type": kind, SEVERAL[kind]: _values(chosen)}
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": option(element, chosen) if chosen else None}
    if kind in MANY_OPTIONS:
        return {
            "type": kind,
            "selected_options": [option(element, one) for one in _values(chosen)],
        }
    return {"type": kind, "value": chosen}


def option(element: Json, value: Any) -> Json:
    """The option of that value; external selects take what the app offered last."""
    for one in options(element):
        if one.get("value") == value:
            return one
    raise KeyError(value)


def options(element: Json) -> list[Json]:
    grouped = [one for group in element.get("option_groups") or () for one in group["options"]]
    return [*(element.get("options") or ()), *grouped]


def initial(element: Json) -> Json | None:
    """What the element holds before anybody touched it; None for elements without state."""
    kind = str(element["type"])
    if kind in STATELESS:
        return None
    if kind in TEXTS:
        return {"type": kind, "value": element.get("initial_value")}
    if kind in SINGLE:
        name = {"datepicker": "date", "timepicker": "time", "datetimepicker": "date_time"}
        key = f"initial_{name.get(kind, kind.removesuffix('s_select'))}"
        return {"type": kind, SINGLE[kind]: element.get(key)}
    if kind in SEVERAL:
        plural = kind.removeprefix("multi_").removesuffix("_select")
        return {"type": kind, SEVERAL[kind]: list(element.get(f"initial_{plural}") or ())}
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in MANY_OPTIONS:
        return {"type": kind, "selected_options": list(element.get("initial_options") or ())}
    return {"type": kind, "value": None}


def action(element: Json, block_id: str, chosen: Any, action_ts: str) -> Json:
    """An entry of `actions` in a block_actions payload."""
    kind = str(element["type"])
    entry: Json = {
        "type": kind,
        "action_id": element["action_id"],
        "block_id": block_id,
        "action_ts": action_ts,
    }
    if kind == "button":
        entry["text"] = element["text"]
        entry |= {key: element[key] for key in ("value", "style", "url") if key in element}
        return entry
    entry |= state(element, chosen)
    for key in ("placeholder", "confirm"):
        if key in element:
            entry[key] = element[key]
    return entry


def problem(block: Json, held: Json | None) -> str:
    """Why Slack's client would not submit this input block; empty when it would."""
    element = block["element"]
    value = _held_value(held)
    if value in (None, "", []):
        return "" if block.get("optional") else REQUIRED
    kind = element["type"]
    if kind == "email_text_input" and not _EMAIL.fullmatch(str(value)):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not re.match(r"https?://\S+\.\S+", str(value)):
        return "Please enter a valid URL."
    if kind == "number_input":
        return _number_problem(element, str(value))
    if kind == "plain_text_input":
        shortest, longest = element.get("min_length", 0), element.get("max_length", 3_000)
        if len(str(value)) < shortest:
            return f"Must be at least {shortest} characters."
        if len(str(value)) > longest:
            return f"Must be at most {longest} characters."
    if "max_selected_items" in element and len(value) > element["max_selected_items"]:
        return f"Please choose at most {element['max_selected_items']}."
    return ""


def _number_problem(element: Json, text: str) -> str:
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, text):
        return "Please enter a valid number."
    lowest, highest = element.get("min_value"), element.get("max_value")
    if lowest is not None and float(text) < float(lowest):
        return f"Must be at least {lowest}."
    if highest is not None and float(text) > float(highest):
        return f"Must be at most {highest}."
    return ""


def _held_value(held: Json | None) -> Any:
    return next((value for key, value in (held or {}).items() if key != "type"), None)


def _new_id() -> str:
    return secrets.token_urlsafe(4)


def _values(chosen: Any) -> list[Any]:
    if chosen is None or chosen == "":
        return []
    return [chosen] if isinstance(chosen, str) else list(chosen)
