"""Deployments as Cloudflare tells them, also where it tells oddly."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.clients.cloudflare_deployments import Deployment, read_deployments
from bot.errors import BadAnswer
from handlers.deployments.reading import standing


def told(name: str, created_on: object) -> dict[str, object]:
    return {
        "id": name,
        "created_on": created_on,
        "versions": [{"version_id": f"v-{name}", "percentage": 100}],
    }


def read(*entries: object) -> tuple[Deployment, ...]:
    return read_deployments({"deployments": list(entries)})


@pytest.mark.parametrize("odd", [None, "", "yesterday", 17, {}, "2026-13-45T00:00:00Z"])
def test_a_deployment_without_a_time_is_kept_where_it_was_listed(odd: object) -> None:
    found = read(
        told("live", odd), told("b", "2026-11-28T10:00:00Z"), told("c", odd),
        told("d", "2026-11-27T10:00:00"), told("e", odd),
    )  # fmt: skip
    assert [each.id for each in found] == ["live", "b", "c", "d", "e"]
    assert [each.timed for each in found] == [False, True, False, True, False]
    assert found[0].at == found[1].at == datetime(2026, 11, 28, 10, tzinfo=UTC)
    assert standing(found) == (None, None)  # nobody says since when it is live


def test_no_time_at_all_keeps_the_order() -> None:
    assert [each.id for each in read(told("a", ""), told("b", None))] == ["a", "b"]


def test_what_is_no_list_is_no_answer() -> None:
    with pytest.raises(BadAnswer):
        read_deployments({"deployments": None})
    assert read("text", None, told("a", "2026-11-28T10:00:00Z"))[0].id == "a"
