"""Many alerts at once are one message and one ladder."""

from __future__ import annotations

import re

import pytest

from bot.store import Raised
from tests.alerts.stage import ANA, Night


@pytest.mark.both_engines
async def test_many_at_once_are_one_message_and_one_ladder(stage: Night) -> None:
    for name in range(12):
        stage.house.store.alerts.raise_external(
            "cloudflare", f"zone-{name}", f"Zone {name} fails", "critical", "5xx", stage.now
        )
    await stage.tell()
    assert next(each.key for each in stage.outbox()) == "alert-storm:1"
    assert stage.outbox("alert:") == []
    assert "12 alerts of 1 rule fire at once" in stage.texts("alert-storm:1")[0]
    assert len(stage.outbox("alert-storm:1:call")) == 1
    reply = await stage.types("alerts acknowledge ST-1 one cause")
    assert reply.text.startswith(":eyes: 12 alerts of ST-1 are yours")
    for _ in range(90):
        stage.passes(minutes=1)
        await stage.tell()
    assert len(stage.outbox("alert-storm:1:call")) == 1
    assert "Storm acknowledged" in stage.texts("alert-storm:1:")[-1]
    assert len([each for each in stage.outbox() if ":remind:" in each.key]) == 1


async def test_a_few_are_told_one_by_one_and_join_when_more_come(stage: Night) -> None:
    for name in range(3):
        stage.house.store.alerts.raise_external(
            "cloudflare", str(name), f"Zone {name}", "warning", "5xx", stage.now
        )
    await stage.tell()
    assert (
        len([each for each in stage.outbox("alert:") if re.fullmatch(r"alert:\d", each.key)]) == 3
    )
    stage.passes(minutes=1)
    for name in range(3, 9):
        stage.house.store.alerts.raise_external(
            "cloudflare", str(name), f"Zone {name}", "warning", "5xx", stage.now
        )
    await stage.tell()
    assert (
        len([each for each in stage.outbox("alert:") if re.fullmatch(r"alert:\d", each.key)]) == 3
    )
    assert "9 alerts" in stage.texts("alert-storm:1")[0]


async def test_a_storm_is_one_line_of_the_list_and_its_alerts_another_list(stage: Night) -> None:
    for name in range(12):
        stage.house.store.alerts.raise_external(
            "cloudflare", str(name), f"Zone {name} fails", "critical", "5xx", stage.now
        )
    await stage.tell()
    words = str((await stage.types("alerts")).blocks)
    assert "12 firing" in words
    assert "Zone 3" not in words
    assert "Zone 3" in str((await stage.types("alerts list --storm ST-1")).blocks)
    assert (await stage.types("alerts list --storm nonsense")).outcome == "not understood"


def test_ten_thousand_are_raised_in_one_transaction_each_once(stage: Night) -> None:
    from bot.store import Problem

    problems = [Problem("cloudflare", str(n % 5_000), "t", "info", "s") for n in range(10_000)]
    raised = stage.house.store.alerts.raise_all(problems, stage.now)
    kinds = [kind for _, kind in raised]
    assert (kinds.count(Raised.FIRED), kinds.count(Raised.REPEATED)) == (5_000, 5_000)
    assert ANA.id.startswith("U")
