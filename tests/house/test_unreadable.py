"""Deliveries that lack something, or carry it in another shape, are one kind of error."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import payload_events, payload_forms, payloads
from bot.errors import BadInput
from bot.payload_fields import Unreadable
from tests.house.test_payloads import SLASH, press


def pressed(value: object) -> dict[str, Any]:
    text = value if isinstance(value, str) else json.dumps(value)
    return press(actions=[{"action_id": "run:new:health", "value": text, "action_ts": "9.9"}])


def read_form_button(body: dict[str, Any]) -> object:
    return payload_forms.from_form_button(body, gives_way=frozenset())


def submitted(**view: object) -> dict[str, Any]:
    return {"user": {"id": "UANA0001"}, "view": {"id": "V1", **view}}


@pytest.mark.parametrize("value", ["{", "nonsense", [], 7, {"run": 3}, {"delivery": "by post"}])
def test_a_button_value_that_we_did_not_write(value: object) -> None:
    with pytest.raises(Unreadable):
        payloads.from_button(pressed(value))


@pytest.mark.parametrize(
    "value",
    ["[" * 100_000, {"about": {}}, {"form": 3}, {"form": "note", "about": []},
     {"form": "note", "about": {"alert": 1}}],
)  # fmt: skip
def test_a_form_button_that_we_did_not_write(value: object) -> None:
    with pytest.raises(Unreadable):
        read_form_button(pressed(value))


@pytest.mark.parametrize("lacking", ["user", "trigger_id", "actions"])
def test_a_press_that_lacks_something(lacking: str) -> None:
    body = press()
    del body[lacking]
    with pytest.raises(Unreadable, match=lacking if lacking != "user" else "id"):
        payloads.from_button(body)


@pytest.mark.parametrize("lacking", ["user_id", "trigger_id"])
def test_a_command_that_lacks_something(lacking: str) -> None:
    with pytest.raises(Unreadable, match=lacking):
        payloads.from_slash({**SLASH, lacking: ""})
    with pytest.raises(Unreadable, match=lacking):
        payloads.from_slash({name: value for name, value in SLASH.items() if name != lacking})


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "{",
        "[]",
        "{}",
        json.dumps({"surface": "button", "to": "[]"}),
        json.dumps({"surface": "button", "to": '{"place":"moon"}'}),
        json.dumps({"surface": "moon", "to": "{}"}),
        json.dumps({"surface": "button", "to": 3}),
    ],
)
def test_a_form_whose_modal_keeps_nothing_of_ours(kept: str) -> None:
    with pytest.raises(Unreadable):
        payload_forms.from_submission(submitted(private_metadata=kept, callback_id="form:note"))


@pytest.mark.parametrize("event", [{}, {"user": "U1"}, {"user": 3, "channel": "C", "ts": "1.1"}])
def test_a_mention_that_lacks_something(event: dict[str, object]) -> None:
    with pytest.raises(Unreadable):
        payloads.from_mention(event)


def test_a_submission_without_a_view_or_a_person() -> None:
    with pytest.raises(Unreadable):
        payload_forms.from_submission({"user": {"id": "U1"}})
    with pytest.raises(Unreadable):
        payload_forms.from_submission({"view": {"id": "V1", "callback_id": "form:note"}})


def test_it_is_bad_input_and_says_nothing_of_what_was_sent() -> None:
    with pytest.raises(BadInput) as told:
        payloads.from_button(pressed('{"run": "secret-word'))
    assert "secret-word" not in str(told.value)


NAMES = st.sampled_from(
    (
        *("user", "user_id", "user_name", "id", "name", "username", "text", "channel"),
        *("channel_id", "trigger_id", "response_url", "actions", "action_id", "value", "view"),
        *("state", "values", "private_metadata", "container", "type", "message", "ts", "hash"),
        *("thread_ts", "selected_option", "to", "run", "delivery", "event", "subtype", "form"),
        *("selected_options", "selected_users", "about", "event_ts", "item", "authorizations"),
    )
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "{", "[]", "run:x", "view"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=25,
)


@given(body=st.dictionaries(NAMES, ANYTHING, max_size=10))
def test_whatever_arrives_is_read_or_unreadable(body: dict[str, Any]) -> None:
    readers: tuple[Callable[[dict[str, Any]], object], ...] = (
        payloads.from_slash,
        payloads.from_button,
        payloads.from_mention,
        read_form_button,
        payload_forms.from_submission,
        payload_forms.submitted_values,
        lambda given: payload_forms.from_shortcut(given, "note"),
        payload_events.event_of,
    )
    for read in readers:
        with contextlib.suppress(Unreadable):
            read(body)
