"""Reports of care in words."""

from __future__ import annotations

import pytest

from handlers.database_care.result import Report, Treated
from handlers.database_care.views import headline, report_reply

GOOD = Treated("public.users", 2.0, 10_000_000, 8_000_000, 50, 0)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            Report("vacuum", (), (), "cancelled", seconds=8.0, cut="public.big"),
            ":no_entry_sign: Cancelled while big was vacuumed, after 8.0 s.",
        ),
        (
            Report("reindex", (GOOD,), ("a", "b"), "cancelled", seconds=8.0, cut="public.big"),
            ":no_entry_sign: Cancelled while big was reindexed. Reindexed 1 table in 8.0 s: "
            "2.0 MB gained, 2 not begun.",
        ),
        (
            Report("vacuum-full", (), ("a",), "The server is away.", seconds=3.0, cut="public.big"),
            ":x: Stopped while big was rewritten: The server is away, after 3.0 s, 1 not begun.",
        ),
        (
            Report("analyze", (GOOD,), ("a",), "window", seconds=3.0),
            ":warning: The maintenance window ended. Analyzed 1 table in 3.0 s: 1 not begun.",
        ),
        (
            Report("vacuum", (GOOD,), seconds=2.0),
            ":white_check_mark: Vacuumed 1 table in 2.0 s: 50 dead rows removed, 2.0 MB gained.",
        ),
    ],
)
def test_the_result_in_words(found: Report, words: str) -> None:
    assert headline(found).replace("\u00a0", " ") == words


def test_what_was_cut_off_is_told_with_its_state_and_a_button_to_go_on() -> None:
    reply = report_reply(Report("reindex", (), (), "cancelled", seconds=8.0, cut="public.big"))
    assert reply.outcome == "cancelled"
    assert "*public.big*: Its old indexes stay in use." in str(reply.blocks)
    assert "db reindex public.big" in str(reply.blocks)
