"""The Home tab: role first, then the features, and new again when something has changed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import home
from bot.access import Standing
from bot.blocks import section
from bot.command import Block, Catalogue, Command, Feature, Person, Role
from bot.errors import OpsError
from bot.events import AlertChanged, IncidentChanged
from bot.runtime import Runtime
from bot.sandbox.workspace import ANA, GUS, RITA
from bot.sandbox.workspace.validation import check_view
from bot.settings import load
from handlers import FEATURES
from tests.house.form_feature import FEATURE, bare
from tests.house.real_bot import ROOT, RealBot, real_bot
from tests.sandbox.workspace.stage import until

NOW = datetime(2026, 3, 3, tzinfo=UTC)
ALERT = AlertChanged(NOW, "A-1", "api", "API is slow", "high", "firing", "production", "")


def incident(name: str) -> IncidentChanged:
    return IncidentChanged(NOW, name, "Down", "SEV1", "outage", "open", "C1", "declared",
                           drill=False, private=False)  # fmt: skip


def published(bot: RealBot, person: str) -> int:
    return sum(
        entry.name == "views.publish" and entry.arguments.get("user_id") == person
        for entry in bot.workspace.record
    )


async def test_sections_of_features_and_what_changes_in_them(tmp_path: Path) -> None:
    said = ["nothing is wrong"]

    def told(_runtime: Runtime, person: Person, role: Role) -> list[Block]:
        return [section(f"{person.id} ({role.word}): {said[0]}")]

    def failing(_runtime: Runtime, _person: Person, _role: Role) -> list[Block]:
        raise OpsError("The store is full.")

    def broken(_runtime: Runtime, _person: Person, _role: Role) -> list[Block]:
        raise ZeroDivisionError

    features = (
        Feature("told", "Told", home=told),
        Feature("failing", "Failing", home=failing),
        Feature("broken", "Broken", home=broken),
        FEATURE,
    )
    async with real_bot(tmp_path, *features) as bot:
        rita, gus = bot.actor(RITA), bot.actor(GUS)
        await rita.opens_home()
        await rita.sees("(responder): nothing is wrong")
        shown = await rita.sees("Failing cannot be shown: The store is full.")
        assert "Broken cannot be shown: the bot itself failed." in str(shown.blocks)
        assert "Your role is *responder*" in str(shown.blocks)
        await gus.opens_home()
        await gus.sees("Your role is none")
        home_of_gus = bot.workspace.home(GUS)
        assert home_of_gus is not None
        assert "nothing is wrong" not in str(home_of_gus.blocks)
        before = published(bot, RITA)
        said[0] = "the API is slow"
        for event in (ALERT, incident("INC-1"), incident("INC-2")):
            bot.runtime.publish(event)
        await until(lambda: published(bot, RITA) > before)
        assert "the API is slow" in str(bot.workspace.home(RITA))
        assert published(bot, RITA) == before + 1
        assert published(bot, ANA) == 0
        # A form opened from the tab answers in its modal.
        await rita.presses("Note from Home")
        await rita.sees_modal("Write a note")
        rita.fills("Note", "from the tab")
        await rita.submits()
        await rita.sees("from the tab")
        assert len(bot.workspace.views_open(RITA)) == 1


async def test_what_slack_refuses_of_a_feature_does_not_take_the_tab_away(tmp_path: Path) -> None:
    bad = Feature("bad", "Bad", home=lambda *_: [{"type": "no_such_block"}])
    async with real_bot(tmp_path, bad) as bot:
        await bot.actor(RITA).opens_home()
        await bot.actor(RITA).sees("Hello @rita", anytime=True)


@pytest.mark.parametrize(("count", "listed"), [(0, True), (7, True), (8, False), (40, False)])
def test_it_never_holds_more_than_slack_takes(count: int, listed: bool) -> None:
    features = tuple(
        Feature(f"f{n}", f"F{n}", (Command(f"c{n}", "Does it.", bare),)) for n in range(12)
    )
    sections = [[section(f"{n}-{line}") for line in range(12)] for n in range(count)]
    settings = load(ROOT / "pitchey.toml", {})
    standing = Standing(Role.VIEWER, "Everybody has it.")
    view = home.view(Catalogue(features), ANA, settings, standing, sections)
    assert check_view(view) == ()
    assert ("Does it." in str(view)) is listed


def test_the_delivered_features_fit() -> None:
    settings = load(ROOT / "pitchey.toml", {})
    view = home.view(Catalogue(FEATURES), ANA, settings, Standing(Role.VIEWER, "So."))
    assert check_view(view) == ()
