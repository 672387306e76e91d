"""`kill -9` while several people press: no answered press lost, none doubled, no clock mute."""

from __future__ import annotations

from pathlib import Path

from tests.playbooks.killing import faults, kill, settled

# Answers, then seconds; a hundred random moments: python -m tests.bench playbooks.
MOMENTS = ((1, 0.01), (4, 0.05), (6, 0.02))


async def test_no_press_is_lost_or_doubled_and_no_reminder_repeated(tmp_path: Path) -> None:
    answered = [press for moment in MOMENTS for press in await kill(tmp_path, *moment)]
    assert answered
    assert faults(tmp_path, answered) == []
    assert await settled(tmp_path) == []
    assert faults(tmp_path, answered) == []
