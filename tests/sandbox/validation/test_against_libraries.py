"""The validator is at least as strict as slack_sdk, blockkit and slackblocks together."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sandbox.workspace.validation import check_blocks, check_message, check_view
from tests.sandbox.validation.differences import LISTED, is_listed
from tests.sandbox.validation.libraries import JUDGES
from tests.sandbox.validation.sample_blocks import VALID_IN_MESSAGE
from tests.sandbox.validation.sample_elements import VALID, held

SAMPLES: dict[str, dict[str, Any]] = VALID_IN_MESSAGE | {
    f"{name} in {holder}": held(element, holder)[0]
    for name, (element, holders) in VALID.items()
    for holder in sorted(holders)
}
Path = tuple[str | int, ...]


def places(value: Any, path: Path = ()) -> list[Path]:
    inner: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    here = [path] if path else []
    return here + [place for key, item in inner for place in places(item, (*path, key))]


STRANGE = st.sampled_from(
    [None, "", "word", "x" * 76, "x" * 256, 7, -1, 2.5, True, [], {}, ["a"], 10**11]
    + [{"type": kind, "text": "a"} for kind in ("plain_text", "mrkdwn", "raw_text")]
)


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, Any]:
    """A good block with one thing wrong: removed, replaced, repeated or added."""
    block = copy.deepcopy(SAMPLES[draw(st.sampled_from(sorted(SAMPLES)))])
    *way, last = draw(st.sampled_from(places(block)))
    holder: Any = block
    for step in way:
        holder = holder[step]
    change = draw(st.sampled_from(["remove", "replace", "repeat", "add"]))
    if change == "remove":
        del holder[last]
    elif change == "repeat" and isinstance(holder[last], str | list):
        holder[last] = holder[last] * draw(st.sampled_from([3, 11, 101, 4000]))
    elif change == "add" and isinstance(holder, dict):
        holder[draw(st.sampled_from(["stranger", "text", "style", "emoji"]))] = draw(STRANGE)
    else:
        holder[last] = draw(STRANGE)
    return block


def objections(block: dict[str, Any]) -> dict[str, str]:
    found = {}
    for judge, objects in JUDGES.items():
        try:
            said = objects(copy.deepcopy(block))
        except (TypeError, KeyError, AttributeError, ValueError) as crashed:
            said = f"cannot build it: {crashed!r}"
        if said and not is_listed(judge, said):
            found[judge] = said
    return found


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
def test_what_a_library_objects_to_is_refused(block: dict[str, Any]) -> None:
    if not check_blocks([block], "message"):
        assert objections(block) == {}


@pytest.mark.parametrize("name", SAMPLES)
def test_no_library_objects_to_the_samples(name: str) -> None:
    assert objections(SAMPLES[name]) == {}


def test_every_listed_difference_names_a_judge_and_a_reason() -> None:
    assert {judge for judge, _, _ in LISTED} <= set(JUDGES)
    assert all(reason for _, _, reason in LISTED)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "blocks", "elements", "element", "rows", "title"])
            | st.text(max_size=4),
            inner
            | st.sampled_from(["section", "actions", "table", "rich_text", "container", "modal"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_no_document_breaks_the_validator(document: Any) -> None:
    """Whatever JSON arrives, violations come back and nothing is raised."""
    for surface in ("message", "modal", "home"):
        assert isinstance(check_blocks(document, surface), tuple)
    if isinstance(document, dict):
        assert isinstance(check_message(document), tuple)
        assert check_view(document)
    assert isinstance(check_message({"blocks": document, "attachments": document}), tuple)
    assert check_view({"type": "modal", "blocks": document})
