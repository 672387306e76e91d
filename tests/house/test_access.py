from __future__ import annotations

from pathlib import Path

import pytest

from bot.access import Access, Standing
from bot.command import Person, Role, Surface
from bot.settings import Roles, Settings, load
from tests.house.catalogue import CATALOGUE

ROLES = Roles(default=Role.VIEWER, terminal=Role.ADMIN, operator=("UOP00001",), admin=("UADMIN01",))
AUDIT = CATALOGUE.find("audit")
ROOT = Path(__file__).parents[2]


def settings(roles: Roles = ROLES) -> Settings:
    return load(ROOT / "pitchey.toml", {}).model_copy(update={"roles": roles})


@pytest.mark.parametrize(
    ("person", "surface", "role"),
    [
        ("UADMIN01", Surface.SLASH, Role.ADMIN),
        ("UOP00001", Surface.BUTTON, Role.OPERATOR),
        ("UNOBODY1", Surface.MENTION, Role.VIEWER),
        ("terminal:root", Surface.TERMINAL, Role.ADMIN),
        # A Slack person cannot get the terminal's role by taking its name.
        ("terminal:root", Surface.SLASH, Role.VIEWER),
    ],
)
async def test_the_highest_role_given_counts(person: str, surface: Surface, role: Role) -> None:
    standing = await Access(settings()).role(Person(person, "x"), surface)
    assert standing.role is role


async def test_without_a_default_strangers_have_no_role() -> None:
    access = Access(settings(Roles(default=None, terminal=Role.ADMIN)))
    assert (await access.role(Person("UNOBODY1", "x"), Surface.SLASH)).role is None


async def test_a_refusal_says_when_nobody_has_the_role() -> None:
    assert AUDIT is not None
    access = Access(settings(Roles(default=None, terminal=Role.ADMIN)))
    decision = await access.permit(AUDIT, {}, Standing(None, ""), Surface.SLASH)
    assert "you have no role" in decision.message
    assert "Nobody has it yet" in decision.hint
