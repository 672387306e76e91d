"""Recommendations name their evidence, and begin with commands that exist."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from bot import parsing, words
from bot.app import catalogue
from bot.command import Catalogue
from handlers.reports.advice import MOST, recommend
from handlers.reports.evidence import Evidence
from handlers.reports.result import Deployments, Figure, Forecast, Gap, Incident, Overdue, Planned
from tests.reports.made import MONDAY

HOUR = timedelta(hours=1)


def figure(
    name: str,
    value: float,
    *,
    before: float | None = None,
    limits: tuple[float, float] | None = (80, 90),
    higher: bool = False,
) -> Figure:
    target, alert = limits or (None, None)
    return Figure(name, name, "%", value, before, target, alert, higher, 9, 9, "", "", "")


def evidence(*figures: Figure, **more: object) -> Evidence:
    given: dict[str, object] = {
        "incidents": (), "work": (), "deployments": Deployments(5, 0, 0, 5, MONDAY), "gaps": (),
        "planned": (), "alerts": Counter(), "noun": "week", "size_limit": 5e9, "until": MONDAY,
    }  # fmt: skip
    return Evidence({each.name: each for each in figures}, **given | more)  # type: ignore[arg-type]


def incident(severity: str) -> Incident:
    return Incident("INC-7", "Down", severity, "outage", "resolved", "", MONDAY, MONDAY + HOUR,
                    HOUR, False)  # fmt: skip


CASES: dict[str, Evidence] = {
    "backup": evidence(figure("backup_age_hours", 40, limits=None)),
    "certificate": evidence(figure("certificate_days", 9, limits=None)),
    "uptime": evidence(figure("uptime", 99.1, limits=(99.9, 99.5), higher=True)),
    "errors": evidence(figure("error_rate", 85)),
    "connections": evidence(figure("database_connections", 84)),
    "slow": evidence(figure("response_p95", 60, before=40)),
    "size": evidence(figure("database_size", 4.2e9, limits=None)),
    "ahead": evidence(
        forecasts=(Forecast("cpu", "CPU", "%", 70, 9, 90, 85, MONDAY + 50 * 24 * HOUR),)
    ),
    "disk": evidence(figure("disk", 88, limits=None)),
    "busy": evidence(figure("memory", 86)),
    "deployments": evidence(deployments=Deployments(9, 1, 1, 5, MONDAY)),
    "lessons": evidence(incidents=(incident("SEV1"),)),
    "actions": evidence(planned=(Planned("action", "ACT-1", MONDAY, "ana", True),)),
    "alerts": evidence(alerts=Counter({"Errors": 7})),
    "cache": evidence(figure("cache_hit_rate", 41, limits=None)),
    "blind": evidence(gaps=(Gap(MONDAY, MONDAY + 3 * HOUR),)),
    "reviews": evidence(overdue=(Overdue("The guide", "2024-12-24", 99),)),
}


@pytest.mark.parametrize("rule", CASES)
def test_each_rule_has_its_reason_and_a_command(rule: str) -> None:
    known = catalogue()
    (advice,) = recommend(CASES[rule], known)
    assert advice.rule == rule
    assert advice.reason
    assert isinstance(parsing.parse(known, words.split(advice.line)), parsing.Parsed)
    assert len(advice.label) <= 30


def test_nothing_wrong_asks_for_nothing() -> None:
    good = evidence(
        figure("uptime", 99.99, limits=(99.9, 99.5), higher=True), figure("error_rate", 1),
        figure("database_connections", 60), figure("response_p95", 50, before=49),
        figure("database_size", 1e9, limits=None), figure("backup_age_hours", 24, limits=None),
        incidents=(incident("SEV3"),),
    )  # fmt: skip
    assert recommend(good, catalogue()) == ()


def test_a_command_that_does_not_exist_is_no_button() -> None:
    (advice,) = recommend(CASES["connections"], Catalogue(()))
    assert (advice.line, advice.label) == ("", "")
    assert "84" in advice.reason


def test_no_more_than_can_be_read() -> None:
    figures = [each for case in CASES.values() for each in case.figures.values()]
    assert len(recommend(evidence(*figures), catalogue())) == MOST
