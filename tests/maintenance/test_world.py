"""Maintenance mode from end to end: Slack, Cloudflare and the platform of the sandbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot import maintenance_mode
from bot.clients.platform import PING
from bot.command import Person
from bot.errors import OpsError
from bot.maintenance_standing import Unsure
from bot.sandbox.cloudflare.account import WORKER
from bot.sandbox.workspace import ANA, OMAR, OPS
from handlers.maintenance.watching import watch
from tests.lessons.stage import Stage

OMAR_HIMSELF = Person(OMAR, "omar")
WITHIN = 120.0


async def status(stage: Stage) -> int:
    answer = await stage.house.clients.platform.get(PING, deadline=20)
    return answer.status


def live(stage: Stage) -> dict[str, float]:
    script = stage.world.account.scripts[WORKER]
    tags = {version.id: version.tag for version in script.versions}
    return {tags[version]: share for version, share in script.live.versions if share}


def deploy(stage: Stage, *shares: tuple[str, float]) -> None:
    """Somebody else deploys, by tag."""
    script = stage.world.account.scripts[WORKER]
    ids = {version.tag: version.id for version in script.versions}
    script.deploy(
        tuple((ids[tag], share) for tag, share in shares),
        author_email="dana@pitchey.example", message="a fix", at=datetime.now(UTC),
    )  # fmt: skip


async def test_a_second_person_approves_and_off_brings_back_the_split(stage: Stage) -> None:
    deploy(stage, ("v1.8.0", 90), ("v1.9.0", 10))
    omar, ana = stage.person(OMAR), stage.person(ANA)
    line = '/pitchey maintenance on --for 30m --message "Köln & <b> 😀" --reason "disk is full"'
    await omar.types(line)
    await omar.sees("Waiting for approval in", within=WITHIN)
    await ana.sees("nobody can use production for 30 minutes", anytime=True, within=WITHIN)
    await ana.presses("Approve maintenance on", confirming="Approve")
    shown = await ana.sees_message("is in maintenance mode until", anytime=True, within=WITHIN)
    assert "HTTP 503, try again after 300 s" in str(shown.blocks)
    assert "Köln &amp; &lt;b&gt; 😀" in str(shown.blocks)
    assert live(stage) == {"maintenance": 100}
    assert await status(stage) == 503
    now = stage.runtime.now()
    (silence,) = stage.store.alert_rules.silences(now)
    assert silence.covers("HIGH_ERROR_RATE", "production")
    assert not silence.covers("HIGH_ERROR_RATE", "staging")
    await omar.types("/pitchey maintenance off")
    await omar.presses("Run maintenance off", confirming="Yes, change it")
    await ana.sees("Maintenance mode of production is off after", anytime=True, within=WITHIN)
    assert live(stage) == {"v1.8.0": 90, "v1.9.0": 10}
    assert await status(stage) != 503
    assert stage.store.alert_rules.silences(now + timedelta(minutes=1)) == ()
    assert stage.store.maintenance.open() == ()


async def test_it_is_on_the_timeline_of_an_open_incident_and_unplanned(stage: Stage) -> None:
    await stage.terminal('incident declare "All down" --severity SEV2 --kind outage')
    (incident,) = stage.store.incidents.open()
    record = await maintenance_mode.switch_on(stage.runtime, person=OMAR_HIMSELF)
    assert (record.incident, record.planned) == (incident.id, False)
    await maintenance_mode.switch_off(stage.runtime, person=OMAR_HIMSELF)
    await stage.runtime.events.settled()
    told = [entry.text for entry in stage.store.timeline.each(incident.id)]
    assert any("Maintenance mode of production is on, until" in text for text in told)
    assert any("Maintenance mode of production is off, by omar" in text for text in told)


async def test_health_dashboard_and_home_say_that_it_is_on(stage: Stage) -> None:
    before = [await stage.terminal(line) for line in ("health", "dashboard")]
    assert "Maintenance mode is on" not in str(before)
    await maintenance_mode.switch_on(stage.runtime, person=OMAR_HIMSELF)
    for line in ("health", "health --details", "dashboard"):
        shown = await stage.terminal(line)
        assert "Maintenance mode is on" in str(shown.blocks), line
    ana = stage.person(ANA)
    await ana.opens_home()
    await ana.sees("production is in maintenance mode", anytime=True, within=WITHIN)


@pytest.mark.both_engines
async def test_it_is_reminded_of_again_and_again_and_once_each(stage: Stage) -> None:
    await maintenance_mode.switch_on(
        stage.runtime, person=OMAR_HIMSELF, lasting=timedelta(minutes=5)
    )
    ana = stage.person(ANA, OPS)
    due = stage.runtime.now()
    assert await watch(stage.runtime, due) == "Told 0."
    stage.clock.ahead = timedelta(minutes=7)
    assert await watch(stage.runtime, due) == "Told 1."
    await ana.sees("is still in maintenance mode, 2 min longer than planned", anytime=True)
    assert await watch(stage.runtime, due) == "Told 0."
    stage.world.faults.switch("cloudflare_down", True)
    stage.clock.ahead = timedelta(minutes=18)
    assert (await watch(stage.runtime, due)).startswith("Told 1; Cloudflare could not be asked")
    stage.world.faults.switch("cloudflare_down", False)
    longer = await maintenance_mode.switch_on(
        stage.runtime, person=OMAR_HIMSELF, lasting=timedelta(minutes=30)
    )
    assert longer.id == stage.store.maintenance.open()[0].id
    stage.clock.ahead = timedelta(minutes=20)
    assert await watch(stage.runtime, due) == "Told 0."


async def test_somebody_deploys_over_it_and_off_asks(stage: Stage) -> None:
    await maintenance_mode.switch_on(stage.runtime, person=OMAR_HIMSELF)
    deploy(stage, ("v1.7.0", 100))
    ana = stage.person(ANA, OPS)
    due = stage.runtime.now()
    assert await watch(stage.runtime, due) == "Told 1."
    assert await watch(stage.runtime, due) == "Told 0."
    await ana.sees("Somebody deployed over maintenance mode of production", anytime=True)
    with pytest.raises(Unsure, match=r"v1\.7\.0 .* by dana@pitchey\.example"):
        await maintenance_mode.switch_off(stage.runtime, person=OMAR_HIMSELF)
    refused = await stage.terminal("maintenance off")
    assert "--keep" in str(refused.blocks) + refused.text
    assert live(stage) == {"v1.7.0": 100}
    ended, _ = await maintenance_mode.switch_off(stage.runtime, person=OMAR_HIMSELF, keep=True)
    assert ended is not None
    assert live(stage) == {"v1.7.0": 100}
    assert stage.store.maintenance.open() == ()


async def test_on_again_after_a_deployment_over_it_remembers_theirs(stage: Stage) -> None:
    await maintenance_mode.switch_on(stage.runtime, person=OMAR_HIMSELF)
    deploy(stage, ("v1.7.0", 100))
    again = await maintenance_mode.switch_on(stage.runtime, person=OMAR_HIMSELF)
    assert live(stage) == {"maintenance": 100}
    await maintenance_mode.switch_off(stage.runtime, person=OMAR_HIMSELF)
    assert live(stage) == {"v1.7.0": 100}
    (newest, *_) = stage.store.maintenance.past(5, "production")
    assert newest.id == again.id


async def test_killed_after_writing_and_before_deploying_it_goes_on(stage: Stage) -> None:
    found = await maintenance_mode.state(stage.runtime)
    now = stage.runtime.now()
    assert found.version is not None
    begun = stage.store.maintenance.begin(
        "production", version=found.version.id, message="x", person=OMAR_HIMSELF, incident="",
        before=tuple((each.version, each.percent) for each in found.before),
        began_at=now, ends_at=now + timedelta(minutes=5),
    )  # fmt: skip
    assert begun is not None
    shown = await stage.terminal("maintenance")
    assert "answers again" in shown.text
    record = await maintenance_mode.switch_on(stage.runtime, person=OMAR_HIMSELF)
    assert (record.id, live(stage)) == (begun.id, {"maintenance": 100})


async def test_killed_after_deploying_and_before_noting_the_end(stage: Stage) -> None:
    record = await maintenance_mode.switch_on(stage.runtime, person=OMAR_HIMSELF)
    deploy(stage, ("v1.9.0", 100))  # what `off` had deployed when it was killed
    assert await watch(stage.runtime, stage.runtime.now()) == "Told 0."
    await maintenance_mode.switch_off(stage.runtime, person=OMAR_HIMSELF)
    assert stage.store.maintenance.open() == ()
    assert stage.store.maintenance.find(record.id) is not None


async def test_what_was_live_before_is_back_by_a_rollback_and_alerts_are_told(stage: Stage) -> None:
    record = await maintenance_mode.switch_on(
        stage.runtime, person=OMAR_HIMSELF, lasting=timedelta(hours=9)
    )
    deploy(stage, ("v1.9.0", 100))
    stage.clock.ahead = timedelta(minutes=2)
    assert await watch(stage.runtime, stage.runtime.now()) == "Told 1."
    assert await watch(stage.runtime, stage.runtime.now()) == "Told 0."
    await stage.person(ANA, OPS).sees("Maintenance mode of production is over", anytime=True)
    assert stage.store.maintenance.open() == ()
    rules = stage.store.alert_rules.silences(stage.runtime.now())
    assert record.silence not in {each.id for each in rules}


async def test_what_cloudflare_refuses_is_not_recorded_as_begun(stage: Stage) -> None:
    token = stage.world.account.issue({"Workers Scripts Read"})
    stage.house.clients.cloudflare.token = token.value
    with pytest.raises(OpsError, match="Workers Scripts Write"):
        await maintenance_mode.switch_on(stage.runtime, person=OMAR_HIMSELF)
    assert stage.store.maintenance.open() == ()
    assert live(stage) == {"v1.9.0": 100}


async def test_without_the_version_nothing_can_be_switched(stage: Stage) -> None:
    script = stage.world.account.scripts[WORKER]
    script.versions[:] = [each for each in script.versions if each.tag != "maintenance"]
    shown = await stage.terminal("maintenance")
    assert "upload one before it is needed" in str(shown.blocks)
    refused = await stage.terminal('maintenance on --reason "try it now"')
    assert "has the tag “maintenance”" in refused.text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("maintenance off", "is not in maintenance mode"),
        ("maintenance off --keep --restore", "either"),
        ("maintenance --environment mars", "no environment called mars"),
        ('maintenance on --for 30d --reason "too long for us"', "seven days"),
        ('maintenance on --for 0s --reason "too short for us"', ""),
    ],
)
async def test_what_makes_no_sense_is_said(stage: Stage, line: str, words: str) -> None:
    reply = await stage.terminal(line)
    assert reply.exit_code != 0
    assert words in reply.text
    assert stage.store.maintenance.open() == ()
    assert live(stage) == {"v1.9.0": 100}
