"""Looks after a lost answer without their pauses, where a test does not wait for a late change."""

from __future__ import annotations

import pytest

from bot.live import lost_answers


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost_answers, "PAUSES", (0.05,))
