from __future__ import annotations

from handlers.deploys.comparison import Rules, Speed, Verdict, compare
from handlers.deploys.evidence import Counts, Window

RULES = Rules()
SAME = Speed(80.0, 200.0)


def window(old: Counts, new: Counts) -> list[Window]:
    return [Window(old, new)]


def test_too_few_requests_is_an_answer_of_its_own() -> None:
    seen = window(Counts(700, 3), Counts(34, 0))
    told = compare(seen, seen, RULES, SAME, SAME)
    assert told.verdict is Verdict.WAIT
    assert "34 of the 100 requests" in told.reasons[0]


def test_no_worse_says_how_large_a_fault_it_would_have_seen() -> None:
    seen = window(Counts(1_900, 10), Counts(100, 0))
    told = compare(seen, seen, RULES, SAME, SAME)
    assert told.verdict is Verdict.PROMOTE
    assert "error share of 5.5% or more" in told.reasons[0]
    assert "99th percentile 200 ms, before 200 ms" in told.reasons[1]


def test_more_errors_go_back_with_both_shares_as_evidence() -> None:
    seen = window(Counts(1_900, 10), Counts(100, 8))
    told = compare(seen, seen, RULES, SAME, SAME)
    assert told.verdict is Verdict.REGRESS
    assert "8 of 100 (8.0%)" in told.reasons[0]
    assert "10 of 1,900 (0.5%)" in told.reasons[0]


def test_few_requests_are_enough_to_go_back() -> None:
    seen = window(Counts(57, 0), Counts(3, 3))
    assert compare(seen, seen, RULES).verdict is Verdict.REGRESS


def test_a_difference_that_is_certain_and_does_not_matter_stays() -> None:
    seen = window(Counts(1_000_000, 500), Counts(1_000_000, 1_500))
    told = compare(seen, seen, RULES, SAME, SAME)
    assert told.error_evidence > RULES.threshold
    assert told.verdict is Verdict.PROMOTE


def test_slower_answers_go_back_where_a_percentile_grew_enough() -> None:
    seen = window(Counts(1_900, 0, 190, 19), Counts(100, 0, 60, 30))
    slow = Speed(300.0, 450.0)
    told = compare(seen, seen, RULES, SAME, slow)
    assert told.verdict is Verdict.REGRESS
    assert (
        "99th percentile of the new version 450 ms, of the old one 200 ms (+125 %)"
        in (told.reasons[0])
    )
    assert compare(seen, seen, RULES, SAME, Speed(90.0, 220.0)).verdict is Verdict.PROMOTE


def test_a_tail_alone_is_named_by_its_percentile() -> None:
    seen = window(Counts(1_900, 0, 190, 19), Counts(100, 0, 12, 12))
    told = compare(seen, seen, RULES, SAME, Speed(82.0, 2_100.0))
    assert told.verdict is Verdict.REGRESS
    assert "99th" in told.reasons[0]


def test_trouble_of_both_takes_nobody_back() -> None:
    seen = window(Counts(1_900, 950, 1_900, 1_900), Counts(100, 50, 100, 100))
    slow = Speed(5_000.0, 9_000.0)
    assert compare(seen, seen, RULES, SAME, slow).verdict is Verdict.PROMOTE


def test_health_goes_back_by_itself_and_comes_first() -> None:
    seen = window(Counts(1_900, 10), Counts(100, 8))
    told = compare(seen, seen, RULES, SAME, SAME, ("the database is broken",))
    assert told.verdict is Verdict.REGRESS
    assert told.reasons[0] == "Health of the new version: the database is broken"
    assert len(told.reasons) == 2


def test_speed_that_is_not_known_is_said() -> None:
    seen = window(Counts(1_900, 10), Counts(100, 0))
    assert "could not be compared" in compare(seen, seen, RULES).reasons[1]


def test_evidence_of_the_steps_before_counts_and_their_traffic_does_not() -> None:
    before, here = window(Counts(900, 4), Counts(100, 4)), window(Counts(60, 1), Counts(20, 2))
    told = compare([*before, *here], here, RULES, SAME, SAME)
    assert told.error_evidence > compare(here, here, RULES).error_evidence
    assert (
        "20 of the 100"
        in compare([*window(Counts(900), Counts(100)), *here], here, RULES).reasons[0]
    )
