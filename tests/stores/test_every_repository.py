"""What is measured side by side works side by side: each repository, over both engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from bot.store import Store
from tests.bench.stores import operations


@pytest.fixture
def store(tmp_path: Path, store_url: str) -> Iterator[Store]:
    opened = Store.open(tmp_path / "store.sqlite3", store_url)
    yield opened
    opened.close()


def test_every_repository_does_its_work(store: Store) -> None:
    known = operations(store)
    repositories = {each.name for each in fields(Store)} - {"presence", "_connection"}
    assert set(known) == repositories
    for name, its_own in known.items():
        for what, operation in its_own.items():
            for number in (1, 2):
                try:
                    operation(number)
                except Exception as error:
                    error.add_note(f"{name}: {what}")
                    raise
