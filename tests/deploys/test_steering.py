"""A canary under way: what people press, what others deploy, and a Cloudflare that fails."""

from __future__ import annotations

import asyncio

import pytest

from bot.command import Reply
from bot.live import lost_answers
from bot.sandbox.cloudflare.script import Version
from bot.sandbox.workspace import ANA, OMAR, RITA
from bot.store.deploys_rows import DeployOutcome, StepState
from tests.deploys.stage import LONG, Stage
from tests.sandbox.workspace.stage import until

# Nothing moves but by a press.
STAY = '--without-staging "a test" --without-backup "a test" --wait 10m'


async def in_canary(stage: Stage, steps: str = "10,50") -> Version:
    """A good release that stands at the first step and waits."""
    made = stage.build()
    await stage.to_production(f"deploy {made.tag} to production --canary {steps} {STAY}")
    await stage.at(1, int(steps.split(",", maxsplit=1)[0]))
    return made


async def presses(stage: Stage, person: str, line: str) -> Reply:
    """Ask and confirm; the answer to the confirmation."""
    told = await stage.says(person, line)
    if "Nothing has changed yet" not in told.text:
        return told
    name = stage.asked()
    answer = await stage.says(person, f"operation {name} confirm")

    def over() -> bool:
        found = stage.store.operations.get(name)
        return found is not None and found.state.final

    await until(over, within=LONG)
    return answer


async def test_promote_hold_and_promote_again_to_the_end(stage: Stage) -> None:
    made = await in_canary(stage)
    await presses(stage, ANA, "deploy promote")
    await stage.at(1, 50)
    await presses(stage, OMAR, "deploy hold DEP-1")
    held = await stage.run_is(1, lambda run: run.canary.get("held_since"))
    assert "pressed Hold" in held.canary["held_why"]
    assert stage.live() == {"v1.9.0": 50, made.tag: 50}
    again = await stage.says(ANA, "deploy hold DEP-1")
    assert "held already" in again.text
    await presses(stage, ANA, "deploy promote DEP-1")
    done = await stage.ended(1)
    assert done.outcome is DeployOutcome.SUCCEEDED
    assert stage.live() == {made.tag: 100}
    late = await stage.says(ANA, "deploy abort DEP-1")
    assert "is over: succeeded" in late.text


async def test_roll_back_at_any_time_gives_the_old_version_everything(stage: Stage) -> None:
    await in_canary(stage)
    refused = await stage.says(RITA, "deploy abort DEP-1")
    assert "operator" in refused.text + str(refused.blocks)
    await presses(stage, OMAR, "deploy abort DEP-1")
    done = await stage.ended(1)
    assert done.outcome is DeployOutcome.ROLLED_BACK
    assert "pressed Roll back" in done.detail
    assert stage.live() == {"v1.9.0": 100}


async def test_two_people_who_press_at_once_have_one_effect(stage: Stage) -> None:
    await in_canary(stage, "10,30,50")
    asked = []
    for person in (ANA, OMAR):
        await stage.says(person, "deploy promote DEP-1")
        asked.append((person, stage.asked()))
    answers = await asyncio.gather(
        *(stage.says(person, f"operation {name} confirm") for person, name in asked)
    )
    await stage.at(1, 30)
    await until(lambda: len(stage.house.dispatcher.guard.runner.tasks) == 1, within=LONG)
    assert sum("Started" in told.text for told in answers) == 1
    await asyncio.sleep(1.5)
    assert stage.store.deploys.get("DEP-1").canary["percent"] == 30
    await presses(stage, ANA, "deploy abort DEP-1")
    await stage.ended(1)


async def test_a_deployment_by_somebody_else_is_noticed_and_left_alone(stage: Stage) -> None:
    made = await in_canary(stage)
    script = stage.production
    other = script.versions[-3]
    script.deploy(
        ((other.id, 100.0),), author_email="dana@pitchey.example", message="hotfix",
        at=stage.runtime.now(),
    )  # fmt: skip
    done = await stage.ended(1)
    assert done.outcome is DeployOutcome.STOPPED
    assert "Somebody else deployed" in done.detail
    assert "dana@pitchey.example" in done.detail
    assert stage.live() == {other.tag: 100}
    assert made.tag not in stage.live()


async def test_somebody_else_between_the_last_look_and_a_rollback_is_left_alone(
    stage: Stage,
) -> None:
    await in_canary(stage)
    script = stage.production
    other = script.versions[-3]
    await stage.says(OMAR, "deploy abort DEP-1")
    script.deploy(
        ((other.id, 100.0),), author_email="dana@pitchey.example", message="",
        at=stage.runtime.now(),
    )  # fmt: skip
    await stage.says(OMAR, f"operation {stage.asked()} confirm")
    done = await stage.ended(1)
    assert done.outcome is DeployOutcome.STOPPED
    assert stage.live() == {other.tag: 100}


async def test_a_flaky_and_a_lying_cloudflare_are_outlived(stage: Stage) -> None:
    made = await in_canary(stage, "10")
    stage.world.faults.switch("cloudflare_flaky", True, 1)
    await presses(stage, ANA, "deploy promote DEP-1")
    done = await stage.ended(1)
    assert done.outcome is DeployOutcome.SUCCEEDED, done.detail
    assert stage.live() == {made.tag: 100}


async def test_a_silent_cloudflare_delays_a_rollback_and_does_not_lose_it(stage: Stage) -> None:
    await in_canary(stage)
    await stage.says(OMAR, "deploy abort DEP-1")
    name = stage.asked()
    stage.world.faults.switch("cloudflare_lies", True)
    await stage.says(OMAR, f"operation {name} confirm")

    def trying() -> bool:
        step = stage.store.deploys.steps("DEP-1").get("rollback")
        return step is not None and "Trying again" in step.note

    await until(trying, within=LONG)
    assert stage.live() != {"v1.9.0": 100}
    stage.world.faults.switch("cloudflare_lies", False)
    done = await stage.ended(1)
    assert done.outcome is DeployOutcome.ROLLED_BACK
    assert stage.live() == {"v1.9.0": 100}
    assert stage.store.deploys.steps("DEP-1")["rollback"].state is StepState.PASSED


async def test_a_rollback_whose_answer_is_lost_is_looked_for_and_sent_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost_answers, "PAUSES", (0.05,))
    await in_canary(stage)
    await stage.says(OMAR, "deploy abort DEP-1")
    name, count = stage.asked(), len(stage.production.deployments)
    stage.world.faults.switch("cloudflare_swallows", True, 60.0)
    await stage.says(OMAR, f"operation {name} confirm")

    def trying() -> bool:
        step = stage.store.deploys.steps("DEP-1").get("rollback")
        return step is not None and "NOT KNOWN" in step.note

    await until(trying, within=LONG)
    stage.world.faults.switch("cloudflare_swallows", False)
    assert (await stage.ended(1)).outcome is DeployOutcome.ROLLED_BACK
    assert stage.live() == {"v1.9.0": 100}
    assert len(stage.production.deployments) == count + 1


async def test_numbers_that_cannot_be_read_are_said_and_nothing_moves(stage: Stage) -> None:
    await in_canary(stage)
    stage.world.faults.switch("logs_off", True)
    waits = await stage.run_is(1, lambda run: run.canary.get("verdict") == "wait")
    assert "Not enough traffic" in waits.canary["reasons"][0]
    stage.world.faults.switch("cloudflare_down", True)
    await stage.run_is(1, lambda run: "cannot be read" in str(run.canary.get("reasons")))
    stage.world.faults.clear()
    await presses(stage, OMAR, "deploy abort DEP-1")
    assert (await stage.ended(1)).outcome is DeployOutcome.ROLLED_BACK
