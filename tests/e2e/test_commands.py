"""The way of a command from Slack and back: what is typed, what is answered, who sees it."""

from __future__ import annotations

import pytest

from bot.sandbox.workspace import OMAR, Message
from bot.sandbox.workspace.expectations import Actor
from tests.e2e.stage import Stage, only

PARTS = ("API", "Site", "Database", "Cache", "Uploads", "Sign-in", "Certificate", "Cloudflare",
         "Backup")  # fmt: skip


async def test_nothing_after_the_command_shows_the_menu(stage: Stage, ana: Actor) -> None:
    await ana.types("/pitchey")
    menu = await ana.sees_message("What do you want to know?")
    assert menu.ephemeral_to == ana.person_id
    await ana.presses("Check health")
    await ana.sees("Healthy: 9 of 9 checks passed in ")


async def test_health_is_told_to_the_asker_alone(stage: Stage, ana: Actor) -> None:
    before = stage.messages(OMAR)
    await ana.types("/pitchey health")
    told = await ana.sees_message("Healthy: 9 of 9 checks passed in ")
    assert told.ephemeral_to == ana.person_id
    assert told.text.startswith(":white_check_mark: Healthy: 9 of 9 checks passed in ")
    for part in PARTS:
        assert part in str(told.blocks)
    assert stage.messages(OMAR) == before
    await stage.recorded(
        command="health", outcome="succeeded", person_id=ana.person_id, surface="slash command"
    )


async def test_one_part_is_checked_alone(stage: Stage, ana: Actor) -> None:
    await ana.types("/pitchey health database")
    told = await ana.sees_message("Healthy: 1 of 1 check passed in ")
    assert "Database" in str(told.blocks)
    assert "Sign-in" not in str(told.blocks)


async def test_metrics(stage: Stage, ana: Actor) -> None:
    await ana.types("/pitchey metrics")
    told = await ana.sees_message("of 6 key metrics on target")
    assert "Database connections" in str(told.blocks)


@pytest.mark.parametrize("line", ["help", "-h"])
async def test_help_lists_every_command(stage: Stage, vic: Actor, line: str) -> None:
    await vic.types(f"/pitchey {line}")
    told = await vic.sees_message("commands. /pitchey help <command> explains one.")
    for words in ("`menu`; `help`", "*Health*  `health`", "`metrics`", "`audit` verify"):
        assert words in str(told.blocks)


async def test_help_lists_the_commands_of_one_word(stage: Stage, vic: Actor) -> None:
    await vic.types("/pitchey help backup")
    told = await vic.sees_message("/pitchey backup has ")
    assert "`/pitchey backup verify` " in str(told.blocks)
    assert "`/pitchey backups`" not in str(told.blocks)
    await vic.presses("Explain backup now")
    await vic.sees("Changes something: asks first.")
    await vic.types("/pitchey help audit")
    told = await vic.sees_message("/pitchey audit [")
    assert "`audit` verify" in str(told.blocks)


@pytest.mark.parametrize("line", ["help health", "health --help", "health database --help"])
async def test_help_explains_one_command(stage: Stage, ana: Actor, line: str) -> None:
    await ana.types(f"/pitchey {line}")
    told = await ana.sees_message("/pitchey health [component] [--environment <environment>]")
    assert "`certificate`" in str(told.blocks)
    await ana.presses("Run health database")
    await ana.sees("Healthy: 1 of 1 check passed")


@pytest.mark.parametrize(
    ("typed", "meant", "then"),
    [
        ("helth", "/pitchey health", "Healthy: 9 of 9"),
        ("helth database", "/pitchey health database", "Healthy: 1 of 1"),
        ("health databse", "/pitchey health database", "Healthy: 1 of 1"),
        ("audit verfy", "/pitchey audit verify", "Intact: "),
    ],
)
async def test_a_misspelling_is_one_press_from_what_was_meant(
    stage: Stage, ana: Actor, typed: str, meant: str, then: str
) -> None:
    await ana.types(f"/pitchey {typed}")
    await ana.sees("Did you mean ")
    await stage.recorded(outcome="not understood", arguments=typed)
    await ana.presses(meant)
    await ana.sees(then)


@only("socket")
@pytest.mark.parametrize(
    ("typed", "told", "hint"),
    [
        ("health --detials", "health has no flag --detials.", "Did you mean --details?"),
        ("health lunch", "component cannot be lunch.", "Allowed: api, site, database"),
        ("health --environment", "--environment needs a value.", "Example: /pitchey health"),
        ("health --environment moon", "moon", "production"),
        ("health api api", "does not know what to do with api", "Example: /pitchey health"),
        ("health details:no details:no", "details was given twice.", "Example:"),
        ("audit --limit lots", "limit is a whole number, not lots.", "Example: /pitchey audit"),
        ("audit --since yesterday", "since is a length of time, not yesterday.", "24h"),
        ("audit --person nobody", "person is a person, not nobody.", "Mention them, as @ana"),
        ("help lunch", "There is no command lunch to explain.", "/pitchey help"),
        ("xyzzy", "There is no command xyzzy.", "/pitchey help lists every command."),
    ],
)
async def test_bad_input_is_told_with_what_is_allowed(
    stage: Stage, ana: Actor, typed: str, told: str, hint: str
) -> None:
    await ana.types(f"/pitchey {typed}")
    answer = await ana.sees_message(told)
    assert isinstance(answer, Message)
    assert answer.text.startswith(":question: ")
    await ana.sees(hint)
    await stage.recorded(outcome="not understood", arguments=typed)


async def test_a_viewer_is_refused_and_told_whom_to_ask(stage: Stage, vic: Actor) -> None:
    await vic.types("/pitchey audit")
    told = await vic.sees_message(
        "Refused: audit needs the role operator; you have the role viewer"
    )
    assert told.ephemeral_to == vic.person_id
    await vic.sees("have it: ")
    await stage.recorded(outcome="refused", command="audit", role="viewer", person_id=vic.person_id)


async def test_the_audit_log_shows_who_did_what(stage: Stage, omar: Actor, vic: Actor) -> None:
    await vic.types("/pitchey audit")
    await vic.sees("Refused")
    await omar.types("/pitchey audit --limit 5")
    await omar.sees("by vic (viewer, slash command), took ")
    await omar.presses("Verify the log")
    await omar.sees("Intact: ")
