"""Every element is taken in the blocks that may hold it, and in no other."""

from __future__ import annotations

import pytest

from bot.sandbox.workspace.validation import check_blocks
from tests.sandbox.validation.sample_elements import HOLDERS, VALID, held


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("name", VALID)
def test_an_element_lives_in_its_blocks_alone(name: str, holder: str) -> None:
    element, homes = VALID[name]
    block, at = held(element, holder)
    found = check_blocks([block], "message")
    if holder in homes:
        assert found == ()
    else:
        (refused,) = found
        assert refused.pointer == f"{at}/type"
        assert refused.message == f"unsupported type: {element['type']}"
        assert element["type"] not in refused.constraint["expected"]
