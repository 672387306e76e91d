"""Pure decisions: who may decide what, whether a plan changed, how arguments are kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import clearance
from bot.command import (
    Argument,
    Catalogue,
    Command,
    Context,
    Feature,
    Kind,
    Person,
    Plan,
    Reply,
    Risk,
)
from bot.frozen import command_line, freeze, thaw, with_reason
from bot.parsing import Parsed, parse
from bot.store.operation_rows import OperationRecord, OperationRequest, State
from bot.words import split

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OMAR, ANA = Person("U0OMAR", "omar"), Person("U0ANA", "ana")
REQUEST = OperationRequest(
    command="practise danger", line="practise danger", arguments={}, risk="dangerous",
    target="stage", effect="counts.", lines=(), fingerprint="1", reason="learn",
    person_id=OMAR.id, person_name=OMAR.name, role="operator", surface="slash command",
    channel="C1",
)  # fmt: skip
RECORD = OperationRecord("OP-AAAAAA", State.REQUESTED, REQUEST, NOW, NOW + timedelta(minutes=15))
CHANGE = replace(RECORD, request=replace(REQUEST, risk="changes"))


def test_the_requester_never_approves_under_any_name() -> None:
    assert not clearance.may_approve(RECORD, OMAR, NOW).granted
    assert not clearance.may_approve(RECORD, replace(OMAR, name="somebody else"), NOW).granted
    asked_in_terminal = replace(
        RECORD, request=replace(REQUEST, person_id="terminal:omar", person_name="omar")
    )
    assert not clearance.may_approve(asked_in_terminal, OMAR, NOW).granted
    assert clearance.may_approve(asked_in_terminal, ANA, NOW).granted
    assert not clearance.may_approve(RECORD, Person("terminal:ana", "ana"), NOW).granted


def test_who_may_do_what_with_a_request() -> None:
    assert clearance.may_approve(RECORD, ANA, NOW).granted
    assert clearance.may_reject(RECORD, ANA, NOW).granted
    assert not clearance.may_reject(RECORD, OMAR, NOW).granted
    assert clearance.may_withdraw(RECORD, OMAR, NOW).granted
    assert not clearance.may_withdraw(RECORD, ANA, NOW).granted
    assert clearance.may_confirm(CHANGE, OMAR, NOW).granted
    assert not clearance.may_confirm(CHANGE, ANA, NOW).granted
    assert not clearance.may_confirm(RECORD, OMAR, NOW).granted
    assert not clearance.may_approve(CHANGE, ANA, NOW).granted


@pytest.mark.parametrize(("minutes", "granted"), [(14.99, True), (15, False), (16, False)])
def test_the_last_moment(minutes: float, granted: bool) -> None:
    moment = NOW + timedelta(minutes=minutes)
    assert clearance.may_approve(RECORD, ANA, moment).granted is granted


@pytest.mark.parametrize("state", [state for state in State if state is not State.REQUESTED])
def test_what_is_decided_stays_decided_and_is_told(state: State) -> None:
    decided = replace(
        RECORD, state=state, decider_id=ANA.id, decider_name="ana", decided_at=NOW, decision="no"
    )
    for may in (clearance.may_approve, clearance.may_reject, clearance.may_withdraw):
        verdict = may(decided, Person("U0RITA", "rita"), NOW)
        assert not verdict.granted
        assert "OP-AAAAAA" in verdict.message
        if state not in (State.EXPIRED, State.CHANGED):
            assert "<@U0ANA>" in verdict.message


def test_a_plan_changed_by_state_target_or_more_risk() -> None:
    same = Plan("stage", "other words", state="1")
    assert not clearance.changed(RECORD, same, Risk.DANGEROUS)
    assert not clearance.changed(RECORD, same, Risk.CHANGES)
    assert clearance.changed(CHANGE, same, Risk.DANGEROUS)
    assert clearance.changed(RECORD, replace(same, state="2"), Risk.DANGEROUS)
    assert clearance.changed(RECORD, replace(same, target="other"), Risk.DANGEROUS)


async def nothing(_context: Context, _arguments: object) -> Reply:
    return Reply("-")


async def plan(_context: Context, _arguments: object) -> Plan:
    return Plan("-", "-")


COMMAND = Command(
    "purge",
    "Purge.",
    nothing,
    plan=plan,
    risk=Risk.CHANGES,
    arguments=(
        Argument("what", "what", default="all"),
        Argument("where", "where"),
        Argument("tag", "tag", flag=True),
        Argument("limit", "limit", Kind.INTEGER, default=3, flag=True),
        Argument("age", "age", Kind.DURATION, flag=True),
        Argument("who", "who", Kind.PERSON, flag=True),
        Argument("hard", "hard", Kind.FLAG),
    ),
)
CATALOGUE = Catalogue((Feature("test", "Test", (COMMAND,)),))
# What can arrive: words lose control characters and typography on their way in.
TYPED = st.text(st.characters(codec="ascii", exclude_categories=("Cc",)), min_size=1, max_size=30)
WORDS = TYPED.map(str.strip).filter(bool)


@given(
    what=WORDS,
    where=st.none() | WORDS,
    tag=st.none() | WORDS,
    limit=st.integers(-999, 999),
    age=st.none() | st.integers(1, 100_000).map(lambda seconds: timedelta(seconds=seconds)),
    who=st.none() | st.just("U0ANA00001"),
    hard=st.booleans(),
    reason=WORDS.filter(lambda text: len(text) >= 3),
)
def test_the_line_of_frozen_arguments_parses_to_them_again(**given_: object) -> None:
    arguments = given_ | {"break-glass": False}
    assert thaw(json.loads(json.dumps(freeze(arguments)))) == arguments
    line = with_reason(command_line(COMMAND, arguments), str(given_["reason"]))
    parsed = parse(CATALOGUE, split(line))
    assert isinstance(parsed, Parsed)
    assert dict(parsed.arguments) == arguments


def test_a_command_that_changes_something_needs_a_plan() -> None:
    with pytest.raises(ValueError, match="needs a plan"):
        Command("purge", "Purge.", nothing, risk=Risk.CHANGES)
    names = [argument.name for argument in COMMAND.arguments]
    assert names[-2:] == ["reason", "break-glass"]
