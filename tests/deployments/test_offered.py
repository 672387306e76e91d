"""Going back is one press away in an alert and an incident that follow a deployment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.app import House
from bot.recent_deployments import rollback_line
from bot.sandbox.world import World
from handlers.alerts.surroundings import card
from handlers.alerts.views import alert_message
from handlers.incidents.card_views import card as incident_card
from handlers.incidents.summary import summary_of
from tests.logs.stage import opened, run

NOW = datetime(2026, 7, 2, 12, tzinfo=UTC)


@pytest_asyncio.fixture(loop_scope="session")
async def house(world: World, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(world, tmp_path) as made:
        yield made


def marked(house: House, at: datetime, label: str = "3f2a1b9c", place: str = "production") -> None:
    house.store.marks.add(at, "deployment", label, f"{place} {label} {at:%H:%M:%S}")


@pytest.mark.parametrize(
    ("minutes", "label", "offered"),
    [
        (10, "3f2a1b9c", True),
        (59, "3f2a1b9c", True),
        (61, "3f2a1b9c", False),
        (-3, "3f2a1b9c", True),  # the alert's first sample may be older than the deployment's end
        (-6, "3f2a1b9c", False),
        (10, "3f2a1b9c rolled back", False),
        (10, "site a4c1e7b2", False),
    ],
)
async def test_when_it_is_offered(
    world: World, house: House, minutes: int, label: str, offered: bool
) -> None:
    del world
    marked(house, NOW - timedelta(minutes=minutes), label)
    runtime = house.dispatcher.runtime
    assert rollback_line(runtime, "", NOW) == ("rollback" if offered else "")
    assert rollback_line(runtime, "staging", NOW) == ""


async def test_the_buttons(world: World, house: House) -> None:
    del world
    now = datetime.now(UTC)
    runtime = house.dispatcher.runtime
    house.store.alerts.raise_external("api", "errors", "Errors", "critical", "many", now)
    [fired] = [each for each in house.store.alerts.open() if each.problem.title == "Errors"]
    assert "Roll back" not in str(alert_message(card(runtime, fired, ())))
    marked(house, now - timedelta(minutes=5))
    assert "Roll back …" in str(alert_message(card(runtime, fired, ())))
    reply = await run(house, 'incident declare SEV2 "Errors everywhere"')
    assert reply.exit_code == 0, reply.text
    [record] = house.store.incidents.open()
    assert "Roll back …" in str(incident_card(summary_of(runtime, record)))
