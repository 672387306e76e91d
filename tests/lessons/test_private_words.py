"""What people say in their feedback is in the lessons alone, not in the audit log."""

from __future__ import annotations

import pytest

from bot.command import Catalogue
from bot.private_words import NOT_KEPT, Recorded
from handlers import FEATURES

KEPT = (
    (
        'incident feedback INC-12 --wrong "giraffe knew it" --factors change --anonymous',
        f"incident feedback INC-12 --factors change --anonymous {NOT_KEPT}",
    ),
    ("Incident Feedback INC-12 wrong:giraffe", f"incident feedback INC-12 {NOT_KEPT}"),
    ("incident feedback INC-12 --wrongly giraffe", f"incident feedback {NOT_KEPT}"),
    ("incident feedback INC-12 --factors change", "incident feedback INC-12 --factors change"),
    ("incident feedback", "incident feedback"),
    ("incident note giraffe", "incident note giraffe"),
    ("health  api", "health  api"),
    ("", ""),
)


@pytest.mark.parametrize(("typed", "kept"), KEPT)
def test_lines_are_kept_without_private_words(typed: str, kept: str) -> None:
    assert Recorded(Catalogue(FEATURES))(typed) == kept
