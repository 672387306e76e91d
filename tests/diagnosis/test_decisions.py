"""Rules, judging, choosing and solutions: decisions over gathered facts. Pure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import catalogue
from bot.settings import Settings
from bot.settings.metrics import guide_metrics
from bot.store.alerts_rows import Problem
from bot.symptoms import Symptom, diagnosis_of, symptom_of
from handlers.diagnosis.choosing import EVERYTHING, choose
from handlers.diagnosis.commands import offered_by
from handlers.diagnosis.evidence import Evidence, Fact
from handlers.diagnosis.judging import judge, screened
from handlers.diagnosis.probes import PROBES
from handlers.diagnosis.rule import Confidence, Rule, above, bad, equals, good
from handlers.diagnosis.rules import RULES
from handlers.diagnosis.solutions import SOLUTIONS, rest, steps

# Facts that a look notes only where it sees something.
SOMETIMES = {
    "told_database", "told_quota", "told_cache", "told_storage", "told_auth", "auth_part",
    "auth_names_secret", "secret_changed_hours", "statement_mean_ms",
}  # fmt: skip


NAMED = sorted({name for probe in PROBES for name in probe.facts})


def fact(name: str, value: float | str | bool = True, *, wrong: bool = True) -> Fact:
    return Fact(name, name.replace("_", " "), value, str(value), bad=wrong)


def evidence(*facts: Fact) -> Evidence:
    return Evidence({each.name: each for each in facts})


def rule(name: str, **more: object) -> Rule:
    return Rule(name, f"cause {name}", f"reason {name}", **more)  # type: ignore[arg-type]


def test_every_rule_names_facts_rules_and_solutions_that_there_are() -> None:
    known = {name for probe in PROBES for name in probe.facts} | SOMETIMES
    names = [each.name for each in RULES]
    assert len(set(names)) == len(names)
    for each in RULES:
        signs = (*each.signs, *each.unless, *each.needs)
        assert {sign.fact for sign in signs} <= known, each.name
        assert not each.detail or each.detail in known, each.name
        assert set(each.explains) <= set(names), each.name
        assert set(each.solutions) <= set(SOLUTIONS), each.name
        assert each.solutions, each.name
        assert each.reason.endswith("."), each.name


def test_every_solution_of_the_guide_is_there() -> None:
    told = {each.guide for each in SOLUTIONS.values() if each.guide}
    assert told == {
        "Increase cache TTL for static content", "Optimize database queries (add indexes)",
        "Enable Cloudflare Argo for better routing", "Implement query result caching",
        "Rotate JWT secret if compromised", "Clear session cache", "Verify cookie settings",
        "Check CORS configuration", "Restart connection pool", "Increase max connections",
        "Implement connection retry logic", "Check firewall/security groups",
        "Increase upload timeout", "Check R2 bucket permissions", "Implement chunked uploads",
        "Add retry mechanism",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("signs", "confidence"),
    [
        ({"proof": (bad("a"),)}, Confidence.CERTAIN),
        ({"proof": (bad("a"),), "unless": (bad("b"),)}, Confidence.LIKELY),
        ({"support": (bad("a"), bad("b"))}, Confidence.LIKELY),
        ({"support": (bad("a"), bad("absent"))}, Confidence.POSSIBLE),
        ({"support": (bad("a"), bad("b")), "unless": (bad("a"),)}, Confidence.POSSIBLE),
        ({"support": (bad("a"),), "unless": (bad("b"),)}, None),
        ({"proof": (bad("a"),), "needs": (good("b"),)}, None),
        ({"proof": (equals("a", "x"),)}, None),
        ({"proof": (above("a", 0.5),)}, Confidence.CERTAIN),
        ({"proof": (bad("absent"),)}, None),
    ],
)
def test_confidence(signs: dict[str, object], confidence: Confidence | None) -> None:
    assert rule("r", **signs).confidence(evidence(fact("a"), fact("b"))) is confidence


def test_what_follows_is_told_with_its_cause() -> None:
    rules = [rule("root", proof=(bad("a"),), explains=("leaf",)), rule("leaf", proof=(bad("b"),))]
    causes, _ = judge(evidence(fact("a"), fact("b")), rules)
    assert [(each.name, each.followers) for each in causes] == [("root", ("cause leaf",))]
    causes, _ = judge(evidence(fact("b")), rules)
    assert [each.name for each in causes] == ["leaf"]


def test_a_merely_possible_cause_explains_nothing() -> None:
    rules = [rule("root", support=(bad("a"),), explains=("leaf",)), rule("leaf", proof=(bad("b"),))]
    causes, possible = judge(evidence(fact("a"), fact("b")), rules)
    assert [each.name for each in causes] == ["leaf"]
    assert [each.name for each in possible] == ["root"]


def test_evidence_for_and_against() -> None:
    tested = rule("r", proof=(bad("a"), bad("b")), unless=(bad("c"),))
    causes, _ = judge(evidence(fact("a"), fact("b", wrong=False), fact("c")), [tested])
    assert [each.name for each in causes[0].supporting] == ["a"]
    assert [each.name for each in causes[0].opposing] == ["c", "b"]


def test_what_comes_by_a_broken_api_says_nothing() -> None:
    by_api = Fact("cors", "CORS", "x", "wrong", bad=True, by_api=True)
    seen = screened(evidence(fact("api_trouble", "connection refused"), by_api))
    assert seen.fact("cors") is None
    assert seen.missing[0].facts == {"cors"}
    assert screened(evidence(fact("api_trouble", "", wrong=False), by_api)).fact("cors")


@given(
    st.dictionaries(st.sampled_from(sorted({f for p in PROBES for f in p.facts})), st.booleans())
)
def test_any_evidence_is_judged(facts: dict[str, bool]) -> None:
    seen = screened(evidence(*(fact(name, wrong=wrong) for name, wrong in facts.items())))
    causes, possible = judge(seen, RULES)
    todo = steps(causes or possible, seen, lambda _: True)
    assert len({step.name for step in todo}) == len(todo)
    assert all(each.supporting for each in (*causes, *possible))


def test_steps_are_buttons_only_where_the_command_is() -> None:
    seen = evidence(Fact("unindexed", "t", "pitch_views pitch_id", "pitch_views", bad=True))
    causes, _ = judge(seen, RULES)
    with_command = steps(causes, seen, lambda line: line.startswith("db create-index"))
    assert with_command[0].line == "db create-index pitch_views pitch_id"
    without = steps(causes, seen, lambda _: False)
    assert (without[0].line, without[0].words) == ("", with_command[0].words)
    others = rest([Symptom.SLOW], without, seen, lambda _: True)
    assert "Increase cache TTL for static content" in {step.guide for step in others}


def test_a_line_without_its_fact_is_no_button() -> None:
    causes, _ = judge(evidence(fact("statement_ms", 900.0)), RULES)
    todo = {step.name: step.line for step in steps(causes, Evidence(), lambda _: True)}
    assert todo["create_index"] == ""


def test_the_lines_of_solutions_are_commands_that_there_are() -> None:
    offered = offered_by(catalogue())
    assert offered("db locks")
    assert offered("health --details")
    assert not offered("nonsense at all")


def settings() -> Settings:
    production = {"name": "production", "api_url": "https://a.test", "site_url": "https://b.test"}
    return Settings.model_validate(
        {"environments": {"production": production}, "metrics": guide_metrics()}
    )


class _Alert:
    """As much of an alert as choosing looks at."""

    id = "AL-1"

    def __init__(self, rule_name: str, metric: str = "", environment: str = "") -> None:
        self.problem = Problem(
            "rules", "k", "Title", "critical", "", rule_name, environment, metric
        )


@pytest.mark.parametrize(
    ("alerts", "measured", "symptoms"),
    [
        ([_Alert("SLOW_RESPONSE", "response_time")], {}, (Symptom.SLOW,)),
        ([_Alert("POOL", "database_connections")], {}, (Symptom.DATABASE,)),
        ([_Alert("HIGH_ERROR_RATE", "error_rate")], {}, EVERYTHING),
        ([_Alert("SLOW_RESPONSE", "response_time", "staging")], {}, EVERYTHING),
        ([], {"response_time": 1500.0}, (Symptom.SLOW,)),
        ([], {"database_connections": 95.0, "cpu": 90.0}, (Symptom.SLOW, Symptom.DATABASE)),
        ([], {"error_rate": 3.0, "response_time": 1500.0}, EVERYTHING),
        ([], {"response_time": 100.0, "uptime": 100.0}, EVERYTHING),
        ([], {}, EVERYTHING),
    ],
)
def test_auto_chooses_by_alerts_then_metrics(
    alerts: list[_Alert], measured: dict[str, float], symptoms: tuple[Symptom, ...]
) -> None:
    chosen = choose(alerts, measured, settings(), "production")  # type: ignore[arg-type]
    assert set(chosen.symptoms) == set(symptoms)
    assert chosen.why


def test_alerts_point_at_their_symptom() -> None:
    assert diagnosis_of("response_time") == ("Diagnose", "diagnose slow")
    assert diagnosis_of("", "LOGIN_FAILS") == ("Diagnose", "diagnose auth")
    assert diagnosis_of("error_rate", "HIGH_ERROR_RATE") == ("Diagnose", "diagnose auto")
    assert symptom_of("", "UPLOAD_ERRORS") is Symptom.UPLOADS
