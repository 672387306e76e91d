"""In Slack, with the real bot: good and bad releases, from staging to the end."""

from __future__ import annotations

from bot.events import DeploymentFinished, Listener
from bot.runtime import Runtime
from bot.sandbox.workspace import ANA, OMAR, RITA, VIC
from bot.store.deploys_rows import DeployOutcome, StepState
from tests.deploys.stage import LONG, TOO_SLOW_MS, Stage

# It goes back at any look; without a reason to, it would wait.
QUICKLY = '--wait 5m --without-backup "a test"'


def watch(stage: Stage) -> list[DeploymentFinished]:
    heard: list[DeploymentFinished] = []

    async def hear(_runtime: Runtime, event: DeploymentFinished) -> None:
        heard.append(event)

    stage.runtime.events.listen(Listener(DeploymentFinished, hear))
    return heard


async def test_a_good_release_goes_through_staging_and_a_canary_to_everybody(stage: Stage) -> None:
    heard = watch(stage)
    made = stage.build()
    omar, ana = stage.person(OMAR), stage.person(ANA)
    await omar.types("/pitchey deploy latest to staging")
    await omar.presses("Run deploy", confirming="Yes, change it")
    staged = await stage.ended(1)
    assert staged.outcome is DeployOutcome.SUCCEEDED
    assert staged.tag == made.tag
    assert dict(stage.staging.live.versions) == {staged.version: 100}
    await ana.sees(f"Deploy {made.tag} to production", within=LONG, anytime=True)
    line = 'deploy latest to production --canary 50 --wait 2s --reason "the weekly release"'
    await omar.types(f"/pitchey {line}")
    await ana.sees("Approval wanted", within=LONG, anytime=True)
    await ana.presses("Approve deploy", confirming="Approve")
    done = await stage.ended(2)
    assert done.outcome is DeployOutcome.SUCCEEDED, done.detail
    assert stage.live() == {made.tag: 100}
    assert (done.version, done.previous_tag) == (made.id, "v1.9.0")
    splits = [[share for _, share in each.versions] for each in stage.production.deployments[-3:]]
    assert splits == [[100, 0], [50, 50], [100]]
    steps = {name: kept.state for name, kept in stage.store.deploys.steps(done.id).items()}
    assert steps["backup"] is StepState.PASSED
    assert steps["tests"] is StepState.NOT_RUN
    assert steps["rollback"] is StepState.NOT_NEEDED
    await ana.sees_message("is live in production, before", within=LONG, anytime=True)
    assert [event.outcome for event in heard] == ["succeeded", "succeeded"]
    marks = stage.store.marks.between(done.started_at, stage.runtime.now())
    assert any(mark.kind == "deployment" for mark in marks)  # on the charts


async def test_a_release_that_fails_is_caught_before_anybody_meets_it(stage: Stage) -> None:
    heard = watch(stage)
    made = stage.build("build_broken")
    await stage.deployed_to_staging(made.tag)
    await stage.to_production(f'deploy {made.tag} to production --without-backup "a test"')
    done = await stage.ended(2)
    assert done.outcome is DeployOutcome.ROLLED_BACK
    assert "at 0 % of the requests" in done.detail
    assert stage.live() == {"v1.9.0": 100}
    shares = [dict(each.versions).get(made.id, 0) for each in stage.production.deployments]
    assert max(shares) == 0
    assert heard[-1].outcome == "rolled back"
    assert heard[-1].previous == made.id
    await stage.person(ANA).sees("It is well again", within=LONG, anytime=True)
    await stage.person(OMAR).presses("Declare an incident")
    await stage.person(ANA).sees(f"Release {made.tag} failed", within=LONG, anytime=True)


async def test_a_slow_release_is_caught_in_the_canary_and_taken_back_by_itself(
    stage: Stage,
) -> None:
    made = stage.build("build_slow", 1_000.0)
    staged = await stage.deployed_to_staging(made.tag)
    assert staged.outcome is DeployOutcome.SUCCEEDED, staged.detail
    await stage.speed_known()
    await stage.to_production(f"deploy {made.tag} to production --canary 25,50 {QUICKLY}")
    done = await stage.ended(2)
    assert done.outcome is DeployOutcome.ROLLED_BACK
    assert "percentile of the new version" in done.detail
    assert stage.live() == {"v1.9.0": 100}
    highest = max(dict(each.versions).get(made.id, 0) for each in stage.production.deployments)
    assert highest == 25
    told = await stage.person(ANA).sees_message("It is well again", within=LONG, anytime=True)
    assert "At most 25 % of the requests met" in f"{told.text} {told.blocks}"


async def test_production_wants_a_pass_of_staging_or_a_reason(stage: Stage) -> None:
    made = stage.build()
    line = f"deploy {made.tag} to production"
    told = await stage.says(OMAR, f'{line} --reason "the weekly release"')
    assert f"{made.tag} has not passed staging" in told.text
    assert f"deploy {made.tag} to staging" in str(told.blocks)  # one press away
    flags = '--without-staging "staging is being rebuilt" --without-backup "made by hand"'
    await stage.to_production(f"{line} {flags} --canary none")
    (asked,) = stage.store.operations.newest(1)
    assert "WITHOUT staging: staging is being rebuilt" in asked.request.lines
    done = await stage.ended(1)
    assert done.outcome is DeployOutcome.SUCCEEDED
    steps = stage.store.deploys.steps(done.id)
    assert steps["staging"].state is steps["backup"].state is StepState.SKIPPED
    assert "made by hand" in steps["backup"].note


async def test_staging_that_fails_its_test_ends_there(stage: Stage) -> None:
    made = stage.world.account.upload("v2.0.0", latency_ms=TOO_SLOW_MS + 500)
    done = await stage.deployed_to_staging("v2.0.0")
    assert done.outcome is DeployOutcome.FAILED
    assert "staging is not well" in done.detail
    assert stage.store.deploys.steps(done.id)["staging_test"].state is StepState.FAILED
    told = await stage.says(OMAR, 'deploy v2.0.0 to production --reason "the weekly release"')
    assert "v2.0.0 has not passed staging" in told.text
    assert stage.live() == {"v1.9.0": 100}
    assert len(made) == 2


async def test_what_cannot_be_deployed_is_said_with_what_can(stage: Stage) -> None:
    for line, told in (
        ('deploy v1.9.0 to production --reason "try it"', "is live in production already"),
        ("deploy v7 to production", "Cloudflare lists no version called"),
        ("deploy -rf to staging", "Cloudflare lists no version called"),
        ("deploy latest to prod", "There is no environment called"),
        ("deploy latest to staging --canary 50,5", "is no way up to 100 %"),
        ("deploy latest to staging --wait 3h", "an hour at most"),
        ("deploy promote", "No deployment is under way"),
        ("deploy abort DEP-99", "There is no deployment DEP-99"),
        ("deploy status DEP-99", "There is no deployment DEP-99"),
        ("deploy status x", "A deployment is called DEP-7"),
        ("deploy status", "The bot has deployed nothing yet"),
    ):
        assert told in (await stage.says(OMAR, line)).text, line
    script = stage.production
    stage.build()
    shares = ((script.versions[-2].id, 60.0), (script.versions[-1].id, 40.0))
    at = stage.runtime.now()
    script.deploy(shares, author_email="dana@pitchey.example", message="", at=at)
    told_split = await stage.says(OMAR, 'deploy latest to production --reason "try it"')
    assert "is split between two versions" in told_split.text
    for person in (VIC, RITA):
        assert "operator" in str((await stage.says(person, "deploy latest to staging")).blocks)


async def test_without_the_backup_production_is_left_alone_and_told_so(stage: Stage) -> None:
    made = stage.build()
    stage.world.faults.switch("backup_old", True, 60.0)
    stage.world.faults.switch("storage_refuses", True)
    await stage.world.settled()
    try:
        await stage.to_production(f'deploy {made.tag} to production --without-staging "a test"')
        done = await stage.ended(1)
    finally:
        stage.world.faults.clear()
        await stage.world.settled()
    assert done.outcome is DeployOutcome.FAILED
    assert done.detail.startswith("It does not go on without a fresh backup. The bucket ")
    assert stage.live() == {"v1.9.0": 100}
    ana = stage.person(ANA)
    await ana.sees("at step 6: backup before production; production is as it was", within=LONG,
                   anytime=True)  # fmt: skip
    await ana.sees("Deploy it again", anytime=True)
    await ana.presses("Make a backup now")
    await ana.sees("Nothing has changed yet", within=LONG, anytime=True)
