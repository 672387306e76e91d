"""Bad input, broken files, the drill of the month, and who may know of a private run."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.command import Invocation, Person, Reply, Surface
from bot.payloads import reference
from bot.sandbox.workspace import ANA, OMAR, OPS, RITA, VIC
from bot.sandbox.workspace.sight import message_text
from handlers.playbooks.beginning import begin
from handlers.playbooks.drills import announce
from tests.playbooks.conftest import Stage
from tests.playbooks.test_running import OWN, begun, own
from tests.sandbox.workspace.stage import until


async def said(stage: Stage, line: str, person: str = RITA) -> Reply:
    asked = Invocation(reference(), Person(person, person), Surface.SLASH, line, OPS)
    return await stage.runtime.run(asked)


async def test_bad_input_is_answered_in_words(stage: Stage) -> None:
    own(stage)
    await said(stage, "playbook start practice-run")
    for line, words in {
        "playbook show": "needs `name`",
        "playbook show data-breech": "Did you mean `data-breach`",
        "playbook show <!channel>": "There is no playbook",
        "playbook start practice-run --incident INC-99": "There is no incident",
        "playbook start practice-run --incident x": "Ids look like `INC-12`",
        "playbook start practice-run --discovered yesterday": "is a length of time",
        "playbook start practice-run --discovered 90d": "more than 60 days ago",
        "playbook status RUN-99": "There is no run RUN-99",
        "playbook status seven": "Ids look like `RUN-7`",
        "playbook step RUN-1 9.9 done": "has no step `9.9`",
        "playbook step RUN-1 look dance": "cannot be",
        "playbook step RUN-1 write done": "needs a note",
        "playbook step RUN-1 look run": "is done by hand",
        "playbook step RUN-1 look note": "The note is empty",
        "playbook step RUN-1 watch done": "comes after 1.4 Change it",
        "playbook choose RUN-1 cause cheese": "is one of stage, unknown",
        "playbook choose RUN-1 colour red": "has no choice",
        "playbook switch RUN-1": "has the present version already",
        "playbook stop RUN-1": "Say why",
        "drill end RUN-1": "is no drill",
        "drill report RUN-1": "is no drill",
        "playbook lint /etc/passwd": "There is no playbook file",
        "playbook lint ../../etc/x.yml": "There is no playbook file",
    }.items():
        reply = await said(stage, line)
        told = f"{reply.text} {reply.data}"
        assert words in told, (line, told)
        assert reply.outcome == "not understood", line
        assert "<!channel>" not in str(reply.blocks)
    assert stage.kinds() == ["started"]


@pytest.mark.parametrize("act", ["start practice-run", "step RUN-1 look done", "stop RUN-1 why"])
async def test_a_viewer_looks_and_changes_nothing(stage: Stage, act: str) -> None:
    await begun(stage)
    assert (await said(stage, f"playbook {act}", VIC)).outcome == "refused"
    assert (await said(stage, "playbook status RUN-1", VIC)).outcome == "succeeded"
    assert stage.kinds() == ["started"]


async def test_a_broken_file_is_told_at_the_start_once_and_the_others_work(stage: Stage) -> None:
    own(stage, OWN.replace("run: health}", "run: heatlh}"))
    begin(stage.runtime)
    begin(stage.runtime)
    message = await stage.until_shown("1 mistake in 17 playbook files")
    assert "practice.yml:15" in message_text(message)
    assert len(stage.messages("1 mistake in 17 playbook files")) == 1
    assert "1 mistake in the files" in (await said(stage, "playbook list")).text
    assert (await said(stage, "playbook show data-breach")).outcome == "succeeded"
    assert (await said(stage, "playbook lint practice.yml")).exit_code == 1
    own(stage)
    assert (await said(stage, "playbook lint practice.yml")).exit_code == 0


async def test_the_drill_of_the_month_is_announced_with_a_button_that_starts_it(
    stage: Stage,
) -> None:
    due = [datetime(2026, month, 1, 10, tzinfo=UTC) for month in (1, 2, 3, 4, 5)]
    told = [await announce(stage.runtime, moment) for moment in due]
    assert len(set(told[:4])) == 4
    assert told[4] == told[0]
    await announce(stage.runtime, due[0])
    await until(lambda: len(stage.messages("DRILL of the month")) == 5, 5)
    await stage.actor(OMAR).presses("Start the drill")
    await until(stage.store.playbook_runs.active, 5)
    assert stage.store.playbook_runs.active()[0].drill


async def test_the_run_of_a_private_incident_is_for_its_people(stage: Stage) -> None:
    await said(stage, "incident declare Somebody got in --severity SEV3 --kind security", OMAR)
    incident = stage.store.incidents.open()[0]
    assert incident.private
    refused = await said(stage, f"playbook start security-incident --incident {incident.id}")
    assert "There is no incident" in refused.text
    started = await said(stage, f"playbook start security-incident --incident {incident.id}", OMAR)
    assert started.outcome == "succeeded"
    assert "There is no run" in (await said(stage, "playbook status RUN-1")).text
    assert (await said(stage, "playbook list")).data["running"] == []
    assert (await said(stage, "playbook list", OMAR)).data["running"] == ["RUN-1"]
    for person in (OMAR, ANA):
        assert (await said(stage, "playbook status RUN-1", person)).outcome == "succeeded"
    assert stage.messages("Security incident, phase") == []  # nothing of it in the ops channel
