from __future__ import annotations

from bot.clients.health_report import read_report
from bot.verification import Sample, Verification, judge
from bot.verification.judging import at_least


def samples(good: int, bad: int = 0, milliseconds: float = 40.0) -> list[Sample]:
    fine = [Sample("/api/pitches", milliseconds) for _ in range(good)]
    return fine + [Sample("/api/pitches", milliseconds, "HTTP 500") for _ in range(bad)]


def weigh(
    found: list[Sample], body: object = None, before: Verification | None = None
) -> Verification:
    return judge(found, read_report(body), limit_percent=1.0, limit_ms=1000.0, before=before)


def test_all_good_is_good_and_says_how_fast() -> None:
    found = weigh(samples(20), {"status": "healthy", "checks": {"database": "healthy"}})
    assert found.good
    assert found.summary == "20 of 20 test requests answered, 40 ms at the median."


def test_one_failure_among_fifty_is_chance_and_said() -> None:
    found = weigh(samples(49, 1))
    assert found.good
    assert "no more than chance" in found.unsure[0]


def test_failures_beyond_chance_are_a_problem_with_their_reason() -> None:
    found = weigh(samples(40, 10))
    assert not found.good
    assert "10 of 50" in found.problems[0]
    assert "/api/pitches: HTTP 500" in found.problems[0]


def test_what_was_wrong_before_is_not_blamed_on_the_change() -> None:
    broken = {"status": "degraded", "checks": {"email": "unhealthy", "database": "healthy"}}
    before = weigh(samples(20), broken)
    assert not before.good
    after = weigh(samples(20), broken, before)
    assert after.good
    assert "email" in after.known[0]
    worse = {"status": "degraded", "checks": {"email": "unhealthy", "database": "unhealthy"}}
    assert "database" in weigh(samples(20), worse, before).problems[0]


def test_failing_as_much_as_before_is_known_and_more_is_new() -> None:
    before = weigh(samples(40, 10))
    assert weigh(samples(40, 10), before=before).good
    assert not weigh(samples(25, 25), before=before).good


def test_slower_than_the_limit_is_a_problem_unless_it_was() -> None:
    slow = weigh(samples(20, milliseconds=1500.0))
    assert "1,500 ms" in slow.problems[0]
    assert weigh(samples(20, milliseconds=1500.0), before=slow).good


def test_without_an_answer_it_is_not_called_well() -> None:
    found = weigh([])
    assert found.unsure == ("No address could be tested.",)
    assert found.summary == "Nothing could be tested."


def test_the_chance_is_the_binomial_tail() -> None:
    assert at_least(0, 10, 0.01) == 1.0
    assert abs(at_least(1, 10, 0.01) - (1 - 0.99**10)) < 1e-12
    assert at_least(10, 10, 0.01) < 1e-15
