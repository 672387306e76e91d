"""Percentiles out of few bytes: near the truth, and the same however they were merged."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.samples_buckets import Rollup
from bot.store.samples_sketch import ACCURACY, Sketch

VALUES = st.floats(0, 1e12, allow_nan=False) | st.sampled_from([0.0, 1.0, 99.9, 1e-9])
START = datetime(2026, 1, 1, tzinfo=UTC)


def sketch(values: list[float]) -> Sketch:
    made = Sketch()
    for value in values:
        made.add(value)
    return made


@given(st.lists(VALUES, min_size=1, max_size=200), st.sampled_from([0.0, 0.5, 0.95, 0.99, 1.0]))
def test_a_quantile_is_within_half_a_percent_of_the_value_at_its_rank(
    values: list[float], share: float
) -> None:
    exact = sorted(values)[int(share * (len(values) - 1))]
    found = sketch(values).quantile(share)
    assert found is not None
    # What is closer to zero than any float can tell precisely counts as zero.
    assert abs(found - exact) <= ACCURACY * exact * 1.0001 + 1e-300


@given(st.lists(VALUES, max_size=200))
def test_packed_and_unpacked_it_is_the_same(values: list[float]) -> None:
    made = sketch(values)
    again = Sketch.unpacked(made.packed())
    assert again.packed() == made.packed()
    assert again.count == len(values)
    assert again.quantile(0.9) == made.quantile(0.9)


@given(st.lists(st.lists(VALUES, min_size=1, max_size=20), min_size=1, max_size=8), st.randoms())
def test_the_order_of_merging_does_not_matter(parts: list[list[float]], order: object) -> None:
    whole = sketch([value for part in parts for value in part]).packed()
    shuffled = list(parts)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    joined = Sketch()
    for part in shuffled:
        joined.merge(sketch(part))
    assert joined.packed() == whole


def test_an_hour_of_measurements_takes_few_bytes() -> None:
    draw = random.Random(7)
    hour = sketch([draw.lognormvariate(5, 0.3) for _ in range(60)])
    assert len(hour.packed()) < 200


def test_an_absurd_value_costs_one_bin() -> None:
    assert len(sketch([1e-12, 5.0, 1e18]).packed()) < 60


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x02BB" + b"\0" * 12, b"\x01BB\0\0\0\0" * 2])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="sketch"):
        Sketch.unpacked(data)


def test_a_quantile_never_leaves_what_was_measured() -> None:
    rollup = Rollup()
    rollup.add(97.3)
    bucket = rollup.bucket(START)
    assert bucket.quantile(0.99) == 97.3
    assert bucket.average == 97.3
