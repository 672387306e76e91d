"""The stage of most tests here: one bot at night, with people on call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.stage import ONCALL, Night, night


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Night]:
    with night(tmp_path, ONCALL) as staged:
        yield staged
