from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "pitchey.sqlite3"


@pytest.fixture
def store(path: Path, store_url: str) -> Iterator[Store]:
    store = Store.open(path, store_url, patience=0.1)
    yield store
    store.close()
