"""What is recorded, held against what is live: pure decisions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.clients.cloudflare_deployments import Deployment, Share
from bot.clients.cloudflare_versions import Version
from bot.command import Person
from bot.errors import NotConfigured
from bot.live import Picture
from bot.maintenance_mode import stand
from bot.maintenance_standing import Standing, afresh, version_of
from bot.store.maintenance import MaintenanceRecord

NOW = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
PAGE, OLD, NEW = "page-1", "old-1", "new-1"


def version(name: str, tag: str = "") -> Version:
    return Version(name, 1, NOW, "dana@pitchey.example", "wrangler", tag, "", "version_upload")


def deployment(*shares: tuple[str, float], age: int = 0) -> Deployment:
    at = NOW - timedelta(hours=age)
    return Deployment(
        f"d{age}", at, "omar@pitchey.example", "api", "", "deployment",
        tuple(Share(*share) for share in shares),
    )  # fmt: skip


def record(before: tuple[tuple[str, float], ...] = ((OLD, 100.0),)) -> MaintenanceRecord:
    return MaintenanceRecord(
        1, "production", PAGE, before, "why", Person("U1", "omar"), "", 0, "d1", NOW,
        NOW + timedelta(minutes=30), None, "", None, 0, "",
    )  # fmt: skip


def found(*live: Deployment, kept: MaintenanceRecord | None = None) -> Standing:
    versions = (version(NEW, "v2"), version(PAGE, "maintenance"), version(OLD, "v1"))
    return stand(kept, Picture("production", "pitchey", live, versions), "maintenance")


def test_off_is_off_and_remembers_the_split_of_a_canary() -> None:
    split = deployment((OLD, 90), (NEW, 10))
    standing = found(split)
    assert not standing.on
    assert standing.before == split.shares
    assert standing.split(standing.before) == "v1 (old-1) 90 %, v2 (new-1) 10 %"


def test_switched_on_by_hand_what_was_live_before_it_comes_back() -> None:
    standing = found(deployment((PAGE, 100)), deployment((OLD, 100), age=1))
    assert standing.on
    assert standing.before == (Share(OLD, 100),)


def test_a_share_of_the_page_is_not_maintenance_mode() -> None:
    assert not found(deployment((PAGE, 50), (OLD, 50))).on


@pytest.mark.parametrize(
    ("live", "on", "restored", "overtaken"),
    [
        (deployment((PAGE, 100)), True, False, False),
        (deployment((OLD, 100)), False, True, False),
        (deployment((NEW, 100)), False, False, True),
        (deployment((OLD, 90), (NEW, 10)), False, False, True),
    ],
)
def test_a_record_is_held_against_what_is_live(
    live: Deployment, on: bool, restored: bool, overtaken: bool
) -> None:
    standing = found(live, kept=record())
    assert (standing.on, standing.restored, standing.overtaken) == (on, restored, overtaken)


def test_of_what_somebody_deployed_meanwhile_theirs_comes_back() -> None:
    standing = afresh(found(deployment((NEW, 100)), kept=record()))
    assert (standing.record, standing.before) == (None, (Share(NEW, 100),))


def test_without_a_version_of_that_tag_it_says_how_to_upload_one() -> None:
    bare = stand(None, Picture("production", "pitchey", (), (version(OLD, "v1"),)), "maintenance")
    with pytest.raises(NotConfigured) as told:
        version_of(bare, "pitchey", "maintenance")
    assert "wrangler versions upload --name pitchey --tag maintenance" in told.value.hint
