"""What ends blocks, watches maintenance mode and calls people is not put away for long."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import catalogue
from bot.command import Risk
from tests.alerts.stage import night

VITAL = ("alerts-call", "alerts-evaluate", "containment-ends", "incidents-look", "maintenance")


@pytest.mark.parametrize("job", VITAL)
async def test_a_vital_schedule_is_paused_for_an_hour_at_most(job: str, tmp_path: Path) -> None:
    with night(tmp_path) as stage:
        for line in (f"schedule pause {job}", f"schedule pause {job} for 2h"):
            refused = await stage.types(line)
            assert "for an hour at most" in refused.text
            assert f"schedule pause {job} for 1h" in str(refused.blocks)
        paused = await stage.types(f"schedule pause {job} for 30m")
        assert "is paused by" in paused.text


def test_by_hand_the_monthly_maintenance_is_as_dangerous_as_its_command() -> None:
    risks = {job.name: job.risk for job in catalogue().jobs}
    assert risks["database-monthly"] is Risk.DANGEROUS
    assert risks["database-daily"] is Risk.CHANGES
