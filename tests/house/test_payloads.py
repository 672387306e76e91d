from __future__ import annotations

import json

import pytest

from bot.command import Delivery, Surface
from bot.destination import Destination, Place
from bot.payload_fields import Unreadable
from bot.payload_forms import from_shortcut, from_submission, submitted_values
from bot.payloads import from_button, from_mention, from_slash, reference

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
    assert first.delivery == again.delivery
    assert first.delivery != second.delivery


def test_a_press_carries_its_command_line_and_where_the_answer_goes() -> None:
    request = from_button(press())
    assert request.invocation.text == "health api"
    assert request.invocation.surface is Surface.BUTTON
    assert request.destination.place is Place.MESSAGE
    assert request.destination.delivery is Delivery.UPDATE
    assert not request.destination.ephemeral


def test_a_press_in_the_home_tab_or_a_modal_answers_there() -> None:
    home = from_button(press(container={"type": "view", "view_id": "V1"}, view={"type": "home"}))
    modal = from_button(press(container={"type": "view", "view_id": "V1"}, view={"type": "modal"}))
    assert home.invocation.surface is Surface.HOME
    assert (modal.destination.place, modal.destination.view) == (Place.VIEW, "V1")


def test_a_press_of_something_else_is_not_ours() -> None:
    with pytest.raises(Unreadable):
        from_button(press(actions=[{"action_id": "other", "value": "x"}]))


def test_a_mention_is_answered_in_its_thread_and_known_by_its_message() -> None:
    event = {"user": "UANA0001", "channel": "COPS0001", "ts": "5.1", "text": "<@UBOT0001> health"}
    request = from_mention({**event, "event_ts": "5.2"})
    assert request.invocation.text == "health"
    assert request.destination.thread_ts == "5.1"
    assert request.delivery == from_mention({**event, "event_ts": "5.3"}).delivery
    inside = from_mention({**event, "thread_ts": "4.0"})
    assert inside.destination.thread_ts == "4.0"


def shortcut(**more: object) -> dict[str, object]:
    return {"user": {"id": "UANA0001", "name": "ana"}, "trigger_id": "1.5.abc", **more}


def submitted(metadata: str, **view: object) -> dict[str, object]:
    known = {"id": "V1", "hash": "h1", "callback_id": "form:note", "private_metadata": metadata}
    return {"user": {"id": "UANA0001", "name": "ana"}, "view": {**known, **view}}


def test_a_submission_answers_in_the_modal_or_under_its_message() -> None:
    opening = from_shortcut(shortcut(), "note")
    submission = from_submission(submitted(opening.metadata()))
    assert (submission.form, submission.about["person"]) == ("note", "UANA0001")
    destination = submission.origin.destination
    assert (destination.place, destination.view) == (Place.VIEW, "V1")
    message = {"ts": "7.1", "thread_ts": "6.0", "user": "URITA001", "text": "it is slow"}
    opening = from_shortcut(shortcut(channel={"id": "COPS0001"}, message=message), "note")
    submission = from_submission(submitted(opening.metadata()))
    destination = submission.origin.destination
    assert (destination.place, destination.thread_ts) == (Place.THREAD, "6.0")
    assert submission.about["text"] == "it is slow"


@pytest.mark.parametrize("character", ["x", '"', "\\", "\n", "\U0001f525", "\x01"])
def test_what_a_modal_keeps_fits_into_it(character: str) -> None:
    message = {"ts": "7.1", "user": "URITA001", "text": character * 4_000}
    opening = from_shortcut(shortcut(channel={"id": "COPS0001"}, message=message), "note")
    written = opening.metadata()
    assert len(written) <= 3_000
    assert from_submission(submitted(written)).about["ts"] == "7.1"


@pytest.mark.parametrize(
    "view",
    [
        {"callback_id": "other"},
        {"private_metadata": "{}"},
        {"private_metadata": "not json"},
        {"private_metadata": '{"to": "{}", "surface": "button"}'},
        {"state": {"values": {"a": {"b": {"selected_options": "x"}}}}},
        {"state": {"values": {"a": {"b": {"selected_options": ["x"]}}}}},
        {"state": {"values": {"a": {"b": {"selected_date_time": "noon"}}}}},
        {"state": {"values": {"a": {"b": {"selected_users": {}}}}}},
    ],
)
def test_a_submission_that_slack_never_sends_is_unreadable(view: dict[str, object]) -> None:
    with pytest.raises(Unreadable):
        from_submission(submitted(from_shortcut(shortcut(), "note").metadata(), **view))


def test_the_inputs_of_a_modal_arrive_as_text() -> None:
    values = {
        "part": {"choose": {"selected_option": {"value": "api"}}},
        "line": {"type": {"value": "health"}},
        "empty": {"type": {"value": None}},
        "none": {"choose": {"selected_option": None}},
        "several": {"choose": {"selected_options": [{"value": "api"}, {"value": "cache"}]}},
        "boxes": {"choose": {"selected_options": []}},
        "person": {"choose": {"selected_user": "U1"}},
        "people": {"choose": {"selected_users": ["U1", "U2"]}},
        "place": {"choose": {"selected_conversation": "C1"}},
        "places": {"choose": {"selected_conversations": ["C1", "D2"]}},
        "channel": {"choose": {"selected_channel": "C3"}},
        "day": {"choose": {"selected_date": "2026-11-23"}},
        "hour": {"choose": {"selected_time": "07:30"}},
        "moment": {"choose": {"selected_date_time": 1_700_000_000}},
    }
    assert submitted_values({"state": {"values": values}}) == {
        "part": "api",
        "line": "health",
        "empty": "",
        "none": "",
        "several": "api,cache",
        "boxes": "",
        "person": "U1",
        "people": "U1,U2",
        "place": "C1",
        "places": "C1,D2",
        "channel": "C3",
        "day": "2026-11-23",
        "hour": "07:30",
        "moment": "1700000000",
    }


def test_a_destination_survives_being_written_down() -> None:
    for request in (from_slash(SLASH), from_button(press())):
        assert Destination.from_text(request.destination.to_text()) == request.destination


def test_references_can_be_read_out_and_differ() -> None:
    """What a request leaves behind, such as a note, is told from another one's by it."""
    made = {reference() for _ in range(5_000)}
    assert len(made) == 5_000
    assert all(len(one) == len("P-") + 8 for one in made)
    assert not any(set(one[2:]) & set("01OIL") for one in made)
