"""What a plan comes to, in words."""

from handlers.database import explaining


def test_a_plan_is_told_by_what_it_reads() -> None:
    by_index = ["Index Scan using pitches_pkey on pitches  (cost=0.29..8.31 rows=1 width=10)"]
    assert explaining.judged(by_index) == ("it finds its rows by indexes", [])
    assert explaining.judged(["Result  (cost=0.00..0.01 rows=1 width=4)"])[0] == "it reads no table"
    dear = [
        "Hash Join  (cost=1.00..99999.00 rows=1 width=10)",
        "  ->  Seq Scan on users  (cost=0.00..12.50 rows=9 width=4)",
        "  ->  Parallel Seq Scan on pitch_views v  (cost=0.00..40321.10 rows=1 width=10)",
    ]
    verdict, helps = explaining.judged(dear)
    assert verdict == "it reads all of pitch_views, users"
    assert "an index" in helps[0]
