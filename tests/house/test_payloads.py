from __future__ import annotations

import json

from bot.command import Delivery, Surface
from bot.destination import Destination, Place
from bot.payloads import (
    from_button,
    from_mention,
    from_slash,
    from_submission,
    recalled_message,
    reference,
    remembered_message,
    submitted_values,
)

SLASH = {
    "user_id": "UANA0001",
    "user_name": "ana",
    "channel_id": "COPS0001",
    "text": "health",
    "trigger_id": "1.2.abc",
    "response_url": "http://127.0.0.1/response/1",
}


def press(**more: object) -> dict[str, object]:
    value = json.dumps({"run": "health api", "delivery": "update"})
    return {
        "user": {"id": "UANA0001", "username": "ana"},
        "trigger_id": "1.3.abc",
        "channel": {"id": "COPS0001"},
        "message": {"ts": "1700.1"},
        "container": {"type": "message", "message_ts": "1700.1", "is_ephemeral": False},
        "response_url": "http://127.0.0.1/response/2",
        "actions": [{"action_id": "run:update:health api", "value": value, "action_ts": "9.9"}],
        **more,
    }


def test_a_redelivery_has_the_same_identity_and_a_second_press_another() -> None:
    assert from_slash(SLASH).delivery == from_slash(SLASH).delivery
    first, again = from_button(press()), from_button(press())
    second = from_button(press(trigger_id="1.4.abc"))
    assert first
    assert again
    assert second
    assert first.delivery == again.delivery
    assert first.delivery != second.delivery


def test_a_press_carries_its_command_line_and_where_the_answer_goes() -> None:
    request = from_button(press())
    assert request
    assert request.invocation.text == "health api"
    assert request.invocation.surface is Surface.BUTTON
    assert request.destination.place is Place.MESSAGE
    assert request.destination.delivery is Delivery.UPDATE
    assert not request.destination.ephemeral


def test_a_press_in_the_home_tab_or_a_modal_answers_there() -> None:
    home = from_button(press(container={"type": "view", "view_id": "V1"}, view={"type": "home"}))
    modal = from_button(press(container={"type": "view", "view_id": "V1"}, view={"type": "modal"}))
    assert home
    assert modal
    assert home.invocation.surface is Surface.HOME
    assert (modal.destination.place, modal.destination.view) == (Place.VIEW, "V1")


def test_a_press_of_something_else_is_not_ours() -> None:
    assert from_button(press(actions=[{"action_id": "other", "value": "x"}])) is None


def test_a_mention_is_answered_in_its_thread_and_known_by_its_message() -> None:
    event = {"user": "UANA0001", "channel": "COPS0001", "ts": "5.1", "text": "<@UBOT0001> health"}
    request = from_mention({**event, "event_ts": "5.2"})
    assert request.invocation.text == "health"
    assert request.destination.thread_ts == "5.1"
    assert request.delivery == from_mention({**event, "event_ts": "5.3"}).delivery
    inside = from_mention({**event, "thread_ts": "4.0"})
    assert inside.destination.thread_ts == "4.0"


def test_a_submission_answers_in_the_modal_or_under_its_message() -> None:
    view = {"id": "V1", "hash": "h1", "state": {"values": {}}, "private_metadata": ""}
    body = {"user": {"id": "UANA0001", "name": "ana"}, "view": view}
    assert from_submission(body, "health", {}).destination.place is Place.VIEW
    message = {"channel": {"id": "COPS0001"}, "message": {"ts": "7.1", "thread_ts": "6.0"}}
    recalled = recalled_message({"private_metadata": remembered_message(message)})
    request = from_submission(body, "health", recalled)
    assert request.destination.place is Place.THREAD
    assert request.destination.thread_ts == "6.0"


def test_the_inputs_of_a_modal_arrive_as_text() -> None:
    values = {
        "part": {"choose": {"selected_option": {"value": "api"}}},
        "line": {"type": {"value": "health"}},
        "empty": {"type": {"value": None}},
        "none": {"choose": {"selected_option": None}},
    }
    assert submitted_values({"state": {"values": values}}) == {
        "part": "api",
        "line": "health",
        "empty": "",
        "none": "",
    }


def test_a_destination_survives_being_written_down() -> None:
    for request in (from_slash(SLASH), from_button(press())):
        assert request
        assert Destination.from_text(request.destination.to_text()) == request.destination


def test_references_can_be_read_out_and_differ() -> None:
    made = {reference() for _ in range(1_000)}
    assert len(made) == 1_000
    assert not any(set(one[2:]) & set("01OIL") for one in made)
