from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.store import Store
from tests.incidents.stage import Stage, staged


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pitchey.sqlite3"


@pytest.fixture
def store(path: Path, store_url: str) -> Iterator[Store]:
    store = Store.open(path, store_url, patience=0.5)
    yield store
    store.close()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        yield made
