"""Which stream loads what, and how far all of them are: decisions without services."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backups.loading import Loaded
from bot.backups.reading import Read
from bot.backups.sharing import by_rows, divided, shares
from bot.backups.table_of_contents import Entry, entries

_LISTED = """;
; Archive created at 2026-11-28 03:00:12 UTC
;     dbname: a; 5 6 TABLE DATA
3408; 0 16471 TABLE DATA odd schema t " ; 😀 newline own er
3410; 0 16477 TABLE DATA public big pitchey
3432; 0 0 SEQUENCE SET public big_id_seq pitchey
3420; 0 0 BLOBS - 70001 pitchey
"""


@given(
    sizes=st.lists(st.integers(0, 10**12), min_size=1, max_size=60),
    others=st.integers(0, 10**12),
    most=st.integers(1, 8),
)
def test_everything_is_loaded_once_and_the_last_share_holds_the_end(
    sizes: list[int], others: int, most: int
) -> None:
    rows = [Entry(900 - at, f"TABLE DATA public t{at} own") for at in range(len(sizes))]
    rows.append(Entry(7, "SEQUENCE SET public s own"))
    known = {("public", f"t{at}"): size for at, size in enumerate(sizes)}
    found = shares(rows, known, others, most)
    order = [each.id for each in rows]
    assert 1 <= len(found) <= most
    assert sorted(one for each in found for one in each.ids) == sorted(order)
    assert all(list(each.ids) == sorted(each.ids, key=order.index) for each in found)
    assert found[-1].ids[-1] == 7
    assert found[-1].spans[-1][1] == pytest.approx(1)
    assert sum(each.loaded(1.0) for each in found) == pytest.approx(1)
    assert sum(each.loaded(0.0) for each in found) == 0


@pytest.mark.parametrize(
    ("weights", "most", "owners"),
    [
        ([5, 5], 2, [0, 1]),
        ([5, 5], 8, [0, 1]),
        ([3, 3, 2, 2, 2], 2, [0, 0, 1, 1, 1]),  # neighbours: the first ends half-way
        ([30, 40, 30], 2, [1, 0, 1]),  # as neighbours one would have 70
        ([100, 1, 1], 4, [0, 0, 0]),  # a second stream would read all of it for nothing
        ([7], 2, [0]),
    ],
)
def test_shares_are_even_few_and_neighbours(
    weights: list[int], most: int, owners: list[int]
) -> None:
    assert divided(weights, most) == owners


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=40), st.integers(1, 8))
def test_no_share_is_much_heavier_than_it_has_to_be(weights: list[int], most: int) -> None:
    owners = divided(weights, most)
    held = [sum(w for w, own in zip(weights, owners, strict=True) if own == at) for at in range(8)]
    at_best = max(*weights, sum(weights) / most)
    assert max(held) <= at_best * 2 * 1.1  # of which "the heaviest first" never takes more


def test_sizes_are_found_whatever_the_names_look_like() -> None:
    found = list(entries(_LISTED))
    assert [each.id for each in found] == [3408, 3410, 3432, 3420]
    sizes = {("odd schema", 't " ; 😀\nnewline'): 6 * 10**8, ("public", "big"): 4 * 10**8}
    odd, big = shares(found[:2], sizes, 0, 2)
    assert (odd.ids, big.ids) == ((3408,), (3410,))
    assert odd.spans[0][1] == pytest.approx(0.6, abs=0.001)


def test_large_objects_have_their_weight_and_stay_with_sequences() -> None:
    sizes = {("public", "big"): by_rows({"public.big": 10**7})["public.big"]}
    found = shares(list(entries(_LISTED)), sizes, 10**9, 2)
    assert [each.ids for each in found] == [(3408, 3410), (3432, 3420)]


def test_progress_is_that_of_all_streams_together() -> None:
    rows = [Entry(1, "TABLE DATA public one own"), Entry(2, "TABLE DATA public two own")]
    even = {("public", "one"): 10**9, ("public", "two"): 10**9}
    loaded = Loaded(1000, [Read(raw=250), Read(raw=500)], shares(rows, even, 0, 2))
    assert str(loaded) == "Loading: 250 bytes of 1.0 kB (25 %)"  # the second only passed over
    loaded.reads[1].raw = 1000
    assert str(loaded) == "Loading: 750 bytes of 1.0 kB (75 %)"
    loaded.reads[0].raw = 600  # it ended once it had its own
    assert str(loaded) == "Everything is read; building indexes and constraints"
    assert str(Loaded(0, [Read(raw=250)])) == "Loading: 250 bytes"
