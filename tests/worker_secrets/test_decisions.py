"""Ages of secrets, the hand-over, and what the redactor knows meanwhile: decisions alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.clients.cloudflare_secrets import check_name, read_secrets
from bot.errors import BadAnswer, BadInput
from bot.handover import KEPT, Handover
from bot.redaction import Redactor
from bot.store.secret_rotations import Rotation
from handlers.worker_secrets.ages import known
from handlers.worker_secrets.form_views import FORM
from tests.live.pictures import version

VALUE = "a-value-of-some-length-77"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 7, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_a_ticket_is_good_once_and_for_a_while() -> None:
    clock, redactor = Clock(), Redactor([])
    handover = Handover(redactor, clock)
    ticket = handover.keep(VALUE)
    assert VALUE not in repr(handover)
    assert VALUE not in ticket
    assert handover.take(ticket) == VALUE
    with pytest.raises(BadInput, match="not here any more"):
        handover.take(ticket)
    late = handover.keep(VALUE)
    clock.now += KEPT
    assert not handover.has(late)
    with pytest.raises(BadInput):
        handover.take(late)


def test_the_redactor_knows_it_while_it_is_held_and_used() -> None:
    redactor = Redactor(["another-secret-of-the-bot"])
    handover = Handover(redactor, Clock())
    said = f"refused: {VALUE}"
    assert redactor.text(said) == said
    ticket = handover.keep(VALUE)
    assert VALUE not in redactor.text(said)
    value = handover.take(ticket)
    assert VALUE not in redactor.text(said)
    handover.done(value)
    assert redactor.text(said) == said
    assert "another-secret" not in redactor.text("another-secret-of-the-bot")


def test_whoever_reads_the_ticket_on_a_card_cannot_use_it() -> None:
    handover = Handover(Redactor([]), Clock())
    ticket = handover.keep(VALUE, person="U0OMAR0001")
    assert not handover.has(ticket, "U0VIC00001")
    with pytest.raises(BadInput, match="not here any more"):
        handover.take(ticket, "U0VIC00001")
    assert handover.take(ticket, "U0OMAR0001") == VALUE  # it was not used up


def test_too_many_values_are_refused() -> None:
    handover = Handover(Redactor([]), Clock())
    for number in range(50):
        handover.keep(f"{VALUE}{number}")
    with pytest.raises(BadInput, match="Too many"):
        handover.keep(VALUE)


def test_one_person_keeps_nobody_else_from_entering_a_value() -> None:
    clock = Clock()
    handover = Handover(Redactor([]), clock)
    tickets = [handover.keep(f"{VALUE}{number}", person="U0OMAR0001") for number in range(5)]
    with pytest.raises(BadInput, match="5 values that you entered wait") as refused:
        handover.keep(VALUE, person="U0OMAR0001")
    assert "operations --state requested" in refused.value.hint
    handover.keep(f"{VALUE}-again", tickets[0], person="U0OMAR0001")  # in the place of one
    handover.keep(VALUE, person="U0ANA00001")
    handover.take(tickets[1], "U0OMAR0001")
    handover.keep(VALUE, person="U0OMAR0001")
    clock.now += KEPT
    assert all(handover.keep(f"{VALUE}{n}", person="U0OMAR0001") for n in range(5))


def test_the_form_writes_a_ticket_into_its_command_line() -> None:
    assert FORM.secret == "value"
    line = FORM.command_line(
        {"value": "HO-TICKET22", "reason": 'stolen "laptop"'},
        {"name": "JWT_SECRET", "environment": "production"},
    )
    assert line == (
        "secrets rotate JWT_SECRET --environment production --handed HO-TICKET22 "
        "--reason=\"stolen 'laptop'\""
    )


def test_ages_by_own_record_and_by_versions() -> None:
    listed = [version(number) for number in (1, 2, 3)]
    [untouched] = known(["A"], listed, {})
    assert (untouched.since, untouched.at_least) == (None, listed[0].at)
    edit = version(4, triggered_by="secret")
    own = {"B": Rotation("B", edit.at + timedelta(seconds=2), "ana", True)}
    found = {each.name: each for each in known(["A", "B"], [*listed, edit], own)}
    # The one edit is the bot's own: it says nothing about the others.
    assert found["A"].at_least == listed[0].at
    assert found["A"].maybe_later is None
    assert found["B"].since == own["B"].at
    later = version(9, triggered_by="secret")
    found = {each.name: each for each in known(["A", "B"], [*listed, edit, later], own)}
    assert found["A"].maybe_later == found["B"].maybe_later == later.at
    assert found["A"].oldest is None
    [nothing] = known(["A"], [], {})
    assert nothing.oldest is None


@pytest.mark.parametrize("name", ["", "9A", "A-B", "A B", "Ä", "A" * 300, "../x"])
def test_names_that_can_be_none(name: str) -> None:
    with pytest.raises(BadInput):
        check_name(name)


def test_a_list_of_another_shape_is_told() -> None:
    with pytest.raises(BadAnswer):
        read_secrets({"secrets": []})
    assert read_secrets([{"nothing": 1}, 3, {"name": "B"}, {"name": "A"}])[0].name == "A"
