"""Attempts to get around the guard: each is refused in words, and nothing runs."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from bot.command import Invocation, Person, Role, Surface
from bot.errors import BadInput
from bot.guard_input import admitted
from bot.payloads import reference
from bot.redaction import Redactor
from bot.sandbox.workspace import ANA, DORA, GUS, OMAR, ONCALL, OPS, RITA, VIC
from bot.settings import Roles
from bot.store.operation_rows import Decision, State
from handlers.practice.commands import DANGER as COMMAND
from tests.guard.conftest import Stage
from tests.guard.test_approval import APPROVE, requested
from tests.guard.test_once import Reader
from tests.sandbox.workspace.stage import until

BY_GROUP = Roles(default=Role.VIEWER, admin=(ANA,), operator=("@oncall",), terminal=Role.ADMIN)
HELD = "held-secret-Zq81"


def oncall(stage: Stage, *people: str) -> None:
    """From now on these are in the user group."""
    stage.workspace.user_groups[ONCALL].person_ids[:] = people


async def by_group(stage: Stage, *people: str) -> None:
    """Operators are who is in the user group."""
    oncall(stage, *people)
    await stage.stop()
    stage.settings = stage.settings.model_copy(update={"roles": BY_GROUP})
    await stage.start()


async def press(stage: Stage, person: str, line: str) -> str:
    """The command line of a button, as a delivery would bring it; what the person is told."""
    assert stage.house is not None
    reader = Reader()
    asked = Invocation(reference(), Person(person, person.lower()), Surface.BUTTON, line, OPS)
    await stage.house.dispatcher.run(asked, reader)
    return f"{reader.replies[0].text} {reader.replies[0].blocks}"


async def test_nobody_approves_for_a_person_who_lost_the_role(stage: Stage) -> None:
    await by_group(stage, OMAR)
    _, ana = await requested(stage)
    oncall(stage)
    await ana.presses(APPROVE, confirming="Approve")
    told = await ana.sees_message("who asked for it, has the role viewer now")
    assert "needs *operator*" in str(told.blocks)
    assert (stage.only().state, stage.effects()) == (State.REQUESTED, (0, 0))
    oncall(stage, OMAR)
    await ana.presses(APPROVE, confirming="Approve")
    assert (await stage.ends()).state is State.SUCCEEDED


async def test_nobody_approves_for_a_deactivated_person(stage: Stage) -> None:
    _, ana = await requested(stage)
    stage.workspace.people[OMAR] = replace(stage.workspace.people[OMAR], deleted=True)
    await ana.presses(APPROVE, confirming="Approve")
    await ana.sees("The account is deactivated")
    assert (stage.only().state, stage.effects()) == (State.REQUESTED, (0, 0))


async def test_a_role_that_was_just_lost_approves_nothing(stage: Stage) -> None:
    await by_group(stage, OMAR, RITA)
    await requested(stage)
    rita = stage.actor(RITA)
    await rita.types("/pitchey whoami")
    await rita.sees("You have the role operator")
    oncall(stage, OMAR)
    await rita.presses(APPROVE, confirming="Approve")
    await rita.sees("needs the role operator; you have the role viewer")
    assert (stage.only().state, stage.effects()) == (State.REQUESTED, (0, 0))


@pytest.mark.parametrize("act", ["approve", "confirm", "reject", "cancel", "break-glass", "resume"])
async def test_crafted_lines_decide_nothing(stage: Stage, act: str) -> None:
    await requested(stage)
    line = f"operation {stage.only().id} {act} --reason=because"
    for person in (VIC, GUS, DORA):
        assert await press(stage, person, line)
    if act in ("approve", "confirm", "reject", "break-glass"):
        await press(stage, OMAR, line)
    assert (stage.only().state, stage.effects()) == (State.REQUESTED, (0, 0))


async def test_what_was_approved_is_what_runs(stage: Stage) -> None:
    """Words behind the id change nothing of what was asked."""
    await requested(stage)
    told = await press(stage, ANA, f"operation {stage.only().id} approve --steps 9 --fail")
    assert "steps" in told
    assert stage.only().state is State.REQUESTED
    assert "Started" in await press(stage, ANA, f"operation {stage.only().id} approve")
    assert (await stage.ends()).request.arguments["steps"] == 3


async def test_an_interrupted_operation_is_resumed_once(stage: Stage) -> None:
    omar, ana = await requested(
        stage, '/pitchey practise danger --steps 3 --seconds 30 --reason "restart"'
    )
    await ana.presses(APPROVE, confirming="Approve")
    await ana.sees("Running practise danger", anytime=True)
    first = stage.only().id
    await stage.stop()
    await stage.start()
    await ana.sees("Interrupted: the bot stopped", anytime=True)
    await asyncio.gather(
        *(press(stage, person, f"operation {first} resume") for person in (OMAR, ANA, OMAR))
    )
    (follower,) = [one for one in stage.store.operations.newest(9) if one.resumes == first]
    await omar.presses("Resume practise danger")
    await omar.sees(f"{first} is resumed by {follower.id} already")
    assert await press(stage, follower.request.person_id, f"operation {follower.id} cancel")
    await omar.presses("Resume practise danger")
    await omar.sees("Waiting for approval")


async def test_too_long_a_line_is_refused_and_holds_up_nothing(stage: Stage) -> None:
    omar, ana = stage.actor(OMAR), stage.actor(ANA)
    for reason in ("", ' --reason "very long"'):
        await omar.types(f"/pitchey practise danger {'n' * 2_500} --seconds 0{reason}")
        await omar.sees("That is too long for practise danger")
    assert stage.store.operations.newest(1) == ()
    await requested(stage)
    stage.time.ahead = timedelta(minutes=15)
    await ana.sees("nobody approved", anytime=True)


async def test_what_cannot_be_drawn_holds_up_nothing_else(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await requested(stage)
    with stage.store._connection.write() as sqlite:
        (request,) = sqlite.execute("SELECT request FROM operations").fetchone()
        much = json.dumps(json.loads(request) | {"line": "n" * 2_500})
        sqlite.execute("UPDATE operations SET request = ?", [much])
    await requested(stage, '/pitchey practise danger other --seconds 0 --reason "and another"')
    stage.time.ahead = timedelta(minutes=15)
    await stage.actor(ANA).sees("on rehearsal other in time", anytime=True)
    assert len([one for one in caplog.records if "cannot be announced" in one.message]) == 1


async def test_what_a_crash_left_out_of_the_audit_log_is_written_once(stage: Stage) -> None:
    """Killed between the journal's entry and the audit log's, twice."""
    _, ana = await requested(stage)
    name = stage.only().id
    stage.store.operations.begin(name, Decision(ANA, "ana"), "bot-dead", stage.time())
    await ana.sees("Interrupted: the bot stopped", anytime=True)
    stage.time.ahead = timedelta(seconds=3)
    request = replace(stage.only().request, target="rehearsal other")
    later = stage.time() + timedelta(minutes=15)
    stage.store.operations.add("OP-KILLED", request, stage.time(), later)
    assert stage.store.operations.decide("OP-KILLED", State.REJECTED, stage.time())
    stage.time.ahead = timedelta(seconds=6)
    await until(lambda: stage.store.operations.untold() == (), 5)
    stage.guard.look()
    written = [(one.reference, one.outcome) for one in stage.audited() if "OP-" in one.reference]
    assert sorted(written) == sorted(
        [(name, one) for one in ("requested", "started", "interrupted")]
        + [("OP-KILLED", one) for one in ("requested", "rejected")]
    )


async def test_a_damaged_record_does_not_stop_the_others(stage: Stage) -> None:
    await requested(stage)
    with stage.store._connection.write() as sqlite:
        sqlite.execute(
            "UPDATE operations SET request = '{}', announced = '' WHERE id = ?", [stage.only().id]
        )
    await asyncio.sleep(1.2)  # the guard has looked once
    with stage.store._connection.write() as sqlite:
        sqlite.execute("DELETE FROM operations")
    await requested(stage, '/pitchey practise danger other --seconds 0 --reason "and another"')
    stage.time.ahead = timedelta(minutes=15)
    await stage.actor(ANA).sees("on rehearsal other in time", anytime=True)


async def test_no_secret_gets_into_the_journal(stage: Stage) -> None:
    secret = stage.workspace.bot_token
    omar = stage.actor(OMAR)
    await requested(stage, f'/pitchey practise danger --seconds 0 --reason "with {secret} in it"')
    await omar.types(f'/pitchey practise danger {secret} --seconds 0 --reason "in the name"')
    await omar.sees("holds a secret")
    (only,) = stage.store.operations.newest(9)
    assert secret not in str(asdict(only))


def test_an_address_may_have_a_query_and_nothing_else_a_secret() -> None:
    redactor = Redactor([HELD])
    given = {"name": "https://pitchey.example/a.css?t=1700000000", "reason": f"x {HELD}"}
    kept = admitted(COMMAND, given, redactor)
    assert kept == {"name": given["name"], "reason": "x [redacted]"}
    for name in (HELD, f"https://{HELD}/a.css?t=1", "xoxb-1-abcdefghijkl"):
        with pytest.raises(BadInput, match="holds a secret"):
            admitted(COMMAND, {"name": name}, redactor)


@pytest.mark.parametrize("name", ["n" * 990, '"' * 200, "\\" * 600, "😀" * 1_000])
def test_the_longest_line_is_short_enough_for_every_button(name: str) -> None:
    with pytest.raises(BadInput, match="too long"):
        admitted(COMMAND, {"name": name}, Redactor([]))
