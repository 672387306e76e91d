"""Limits on channels: pure decisions, every way to write a limit and every kind of place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.access import Decision, Standing, decide
from bot.channels import Place
from bot.command import Argument, Command, Reply, Role
from bot.settings import Limit, Settings
from tests.house.test_access import settings

OPERATOR = Standing(Role.OPERATOR, "")
SETTINGS = settings()
PRODUCTION = Limit(
    commands=("deploy*",), environments=("production",), channels=("#ops",), incident_channels=True
)


async def nothing(*_: object) -> Reply:
    return Reply("Nothing.")


def command(name: str = "deploy", *, with_environment: bool = True) -> Command:
    arguments = (Argument("environment", "where", flag=True),) if with_environment else ()
    return Command(name, "x.", nothing, arguments=arguments, role=Role.OPERATOR)


def limited(*limits: Limit) -> Settings:
    return SETTINGS.model_copy(update={"limits": limits})


def decided(
    place: Place | None, environment: str | None = None, limit: Limit = PRODUCTION
) -> Decision:
    return decide(command(), OPERATOR, place, limited(limit), {"environment": environment})


@pytest.mark.parametrize(
    ("place", "allowed", "told"),
    [
        (Place("C1", "ops"), True, ""),
        (Place("C2", "inc-2026-api-down"), True, ""),
        (None, True, ""),  # a terminal
        (Place("C3", "random"), False, "this is #random"),
        (Place("C4", "old-inc-1"), False, "this is #old-inc-1"),
        (Place("C5", "incident"), False, "this is #incident"),
        (Place("D1", direct=True), False, "this is a direct message"),
        (Place("C6", trouble="channel_not_found"), False, "could not be read (channel_not_found)"),
        # A name that came with trouble is not trusted, and no place at all is none of the allowed.
        (Place("C7", "ops", trouble="x"), False, "could not be read"),
        (Place(""), False, "this is no channel"),
    ],
)
def test_production_changes_only_from_ops_and_incidents(
    place: Place | None, allowed: bool, told: str
) -> None:
    decision = decided(place)
    assert decision.allowed is allowed
    if not allowed:
        assert decision.message.startswith(
            "`deploy` in production may run only from #ops and incident channels "
            "(names that begin with `inc-`); "
        )
        assert told in decision.message


def test_other_environments_and_commands_are_free() -> None:
    elsewhere = Place("C3", "random")
    assert decided(elsewhere, "staging").allowed
    assert not decided(elsewhere, "production").allowed
    assert decide(command("purge"), OPERATOR, elsewhere, limited(PRODUCTION)).allowed
    assert not decide(command("deploys"), OPERATOR, elsewhere, limited(PRODUCTION)).allowed


def test_a_command_without_an_environment_counts_as_every_one() -> None:
    decision = decide(
        command(with_environment=False), OPERATOR, Place("C3", "random"), limited(PRODUCTION)
    )
    assert not decision.allowed


def test_every_limit_that_matches_must_allow() -> None:
    other = Limit(commands=("*",), channels=("#dev",))
    both = limited(PRODUCTION, other)
    assert not decide(command(), OPERATOR, Place("C1", "ops"), both).allowed
    assert not decide(command(), OPERATOR, Place("C1", "dev"), both).allowed


def test_a_limit_may_name_a_channel_by_id_or_none_at_all() -> None:
    by_id = Limit(commands=("deploy",), channels=("C0OPS00001",))
    assert decided(Place("C0OPS00001", trouble="ratelimited"), limit=by_id).allowed
    assert not decided(Place("C0OTHER01", "ops"), limit=by_id).allowed
    terminal = decided(Place("C1", "ops"), limit=Limit(commands=("deploy",)))
    assert "only from a terminal on the bot's machine" in terminal.message


@given(
    name=st.one_of(st.text(max_size=20), st.sampled_from(["ops", "inc-", "inc-1", "#ops"])),
    direct=st.booleans(),
    trouble=st.text(max_size=5),
    id_=st.text(max_size=5),
)
def test_no_unknown_place_is_ever_allowed(name: str, direct: bool, trouble: str, id_: str) -> None:
    place = Place(id_, name, direct, trouble)
    fits = not direct and not trouble and (name == "ops" or name.startswith("inc-"))
    assert decided(place).allowed is fits
