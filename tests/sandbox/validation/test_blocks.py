"""Every block is taken, and only on the surfaces that show it."""

from __future__ import annotations

import pytest

from bot.sandbox.workspace.validation import check_blocks
from tests.sandbox.validation.sample_blocks import ONE_OF_EACH, VALID_IN_MESSAGE

EVERYWHERE = {
    "actions",
    "card",
    "context",
    "divider",
    "header",
    "image",
    "input",
    "rich_text",
    "section",
    "video",
}
NOT_IN_MODALS = {"carousel", "data_table", "table"}
MESSAGES_ONLY = {
    "container",
    "context_actions",
    "data_visualization",
    "markdown",
    "plan",
    "task_card",
}


@pytest.mark.parametrize("name", VALID_IN_MESSAGE)
def test_a_message_takes(name: str) -> None:
    assert check_blocks([VALID_IN_MESSAGE[name]], "message") == ()


@pytest.mark.parametrize("surface", ["message", "modal", "home"])
@pytest.mark.parametrize("kind", sorted(ONE_OF_EACH))
def test_each_surface_takes_its_own_blocks(kind: str, surface: str) -> None:
    allowed = (
        kind in EVERYWHERE
        or (kind in NOT_IN_MODALS and surface != "modal")
        or (kind in MESSAGES_ONLY and surface == "message")
        or (kind == "alert" and surface == "modal")
    )
    found = check_blocks([ONE_OF_EACH[kind]], surface)
    told = [each.message for each in found]
    assert told == ([] if allowed else [f"unsupported type: {kind}"])


def test_every_kind_of_block_is_in_the_tables() -> None:
    assert set(ONE_OF_EACH) == EVERYWHERE | NOT_IN_MODALS | MESSAGES_ONLY | {"alert"}
