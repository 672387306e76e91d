"""Each kind of mistake in a playbook file: told with its line and a remedy."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml

from bot.app import catalogue
from bot.playbooks.library import delivered_folder, load, load_file
from bot.playbooks.models import schema
from bot.playbooks.reading import Problem

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 24)
GOOD = """\
name: example
title: Example
summary: An example.
owner: Platform team
reviewed: 2026-11-01
guide: Daily Operations
kinds: [outage]
legal_clock:
  title: Tell the authority
  length: 72h
  stopped_by: tell
choices:
  cause:
    title: What causes it
    choices: [database, unknown]
    default: unknown
phases:
  - id: first
    title: First
    ends: 1h
    steps:
      - id: look
        title: Look
        owner: on-call engineer
        run: health
      - id: fix
        title: Fix the database
        owner: database
        needs: look
        when: cause is database
        do: By hand.
      - id: tell
        title: Tell
        owner: commander
        requires: shout loudly
        note: required
"""


def problems(tmp_path: Path, text: str) -> tuple[Problem, ...]:
    path = tmp_path / "example.yml"
    path.write_text(text, encoding="utf-8")
    return load_file(path, catalogue(), TODAY)[1]


def test_a_right_file_has_no_problems(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD) == ()


@pytest.mark.parametrize(
    ("before", "after", "line", "message"),
    [
        ("run: health\n", "run: heatlh\n", 25, "There is no command"),
        ("run: health\n", "run: health teapot\n", 25, "cannot be"),
        ("run: health\n", "run: health --days 3\n", 25, "has no flag"),
        ("run: health\n", "run: health {colour}\n", 25, "Nothing is called"),
        ("        owner: on-call engineer\n", "", 22, "`owner` is missing"),
        ("owner: Platform team\n", "", 1, "`owner` is missing"),
        ("ends: 1h", "ends: 1 hour", 20, "`ends` is not a length of time"),
        ("ends: 1h", "ends: on", 20, "`ends` is not a length of time"),
        ("length: 72h", "length: soon", 10, "`length` is not a length of time"),
        ("ends: 1h", "begins: 2h\n    ends: 1h", 18, "ends before it begins"),
        ("id: fix", "id: look", 26, "`look` is there twice"),
        ("id: fix", "id: Fix It", 26, "is not a plain name"),
        ("needs: look", "needs: luck", 29, "needs `luck`, which is no step"),
        ("needs: look", "needs: [look, fix]", 26, "Steps wait for each other: fix needs fix"),
        ("when: cause is database", "when: cause is cache", 30, "is never `cache`"),
        ("when: cause is database", "when: colour is red", 30, "no choice `colour`"),
        ("when: cause is database", "when: it rains", 30, "is no condition"),
        ("when: cause is database", "when: nothing failed", 30, "There is no step `nothing`"),
        ("stopped_by: tell", "stopped_by: yell", 11, "`yell` is no step"),
        ("default: unknown", "default: cache", 13, "default is none of"),
        ("kinds: [outage]", "kinds: [flood]", 7, "is not one of the words"),
        ("reviewed: 2026-11-01", "reviewed: last week", 5, "`reviewed` is not a date"),
        ("reviewed: 2026-11-01", "reviewed: 2027-11-01", 5, "reviewed in the future"),
        ("        do: By hand.\n", "", 26, "says neither do, run nor requires"),
        ("note: required", "note: please", 36, "is not one of the words"),
        ("title: Look\n", "title: Look\n        colour: red\n", 24, "`colour` is not known here"),
        ("title: Look\n", "title: Look\n        title: See\n", 24, "`title` is there twice"),
        ("run: health\n", "run: health\n        poll: {every: 1s}\n", 26, "every is at least 15s"),
        ("run: health\n", "run: practise change\n        poll: {every: 1m}\n", 26, "changes"),
        ("title: Tell\n", "title: [Tell\n", 34, "This is not YAML"),
        ("title: Tell\n", "title: *tell\n", 33, "This is not YAML"),
        ("summary: An example.", "summary: &a {b: *a}", 3, "An alias"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    tmp_path: Path, before: str, after: str, line: int, message: str
) -> None:
    assert before in GOOD
    found = problems(tmp_path, GOOD.replace(before, after, 1))
    told = [one for one in found if message in one.message]
    assert told, found
    assert (told[0].line, told[0].advice) == (line, False)
    assert told[0].remedy
    assert str(told[0]).startswith(f"{tmp_path}/example.yml:{line}: ")


def test_several_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("run: health\n", "run: heatlh\n").replace(
        "stopped_by: tell", "stopped_by: x"
    )
    assert [one.line for one in problems(tmp_path, text)] == [11, 25]


@pytest.mark.parametrize(
    "content",
    [b"", b"- a\n- b\n", b"\xff\xfe\x00", b"a: \x00", b"[" * 5_000, b"x: 1\n" * 60_000, b"1", b"?"],
)
def test_what_is_no_playbook_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.yml"
    path.write_bytes(content)
    source, found = load_file(path, catalogue(), TODAY)
    assert source is None
    assert found
    assert all(one.message and one.line >= 1 for one in found)


def test_a_step_whose_command_has_come_is_advice_and_an_old_review_too(tmp_path: Path) -> None:
    text = GOOD.replace("shout loudly", "metrics").replace("2026-11-01", "2025-01-01")
    found = problems(tmp_path, text)
    assert [one.line for one in found if one.advice] == [5, 35]
    assert len(found) == 2


def test_a_teams_own_folder_adds_and_replaces_without_code(tmp_path: Path) -> None:
    (tmp_path / "own.yml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "outage.yaml").write_text(
        GOOD.replace("name: example", "name: service-outage"), encoding="utf-8"
    )
    (tmp_path / "broken.yml").write_text(GOOD.replace("run: health", "run: x"), encoding="utf-8")
    found = load([delivered_folder(), tmp_path], catalogue(), TODAY)
    assert found.sources["service-outage"].playbook.title == "Example"
    assert "example" in found.sources
    assert "data-breach" in found.sources
    assert [Path(one.file).name for one in found.mistakes] == ["broken.yml"]


def test_two_files_of_one_folder_with_one_name_and_a_folder_that_is_not_there(
    tmp_path: Path,
) -> None:
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    found = load([tmp_path, tmp_path / "nowhere"], catalogue(), TODAY)
    assert ["is also the name in" in one.message for one in found.mistakes] == [True, False]
    assert "cannot be read" in found.mistakes[1].message


def test_the_json_schema_is_that_of_the_models_and_takes_every_delivered_file() -> None:
    kept = json.loads((ROOT / "docs/reference/playbook.schema.json").read_text(encoding="utf-8"))
    assert kept == json.loads(json.dumps(schema()))
    jsonschema.Draft202012Validator.check_schema(kept)
    for path in delivered_folder().glob("*.yml"):
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_NoDates)  # noqa: S506 a SafeLoader
        jsonschema.validate(data, kept)
    wrong = yaml.load(GOOD.replace("ends: 1h", "ends: 1 hour"), Loader=_NoDates)  # noqa: S506 same
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, kept)


class _NoDates(yaml.SafeLoader):
    """Dates stay what was written, as in JSON."""


_NoDates.yaml_implicit_resolvers = {
    first: [(tag, found) for tag, found in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def test_the_reference_names_every_key() -> None:
    page = (ROOT / "docs/reference/playbooks.md").read_text(encoding="utf-8")
    keys = set(schema()["properties"])
    for part in schema()["$defs"].values():
        keys |= set(part["properties"])
    assert {key for key in keys if f"| `{key}` |" not in page} == set()


def test_the_playbooks_travel_inside_the_package() -> None:
    assert '"playbooks" = "bot/playbooks/delivered"' in (ROOT / "pyproject.toml").read_text("utf-8")
    assert (delivered_folder() / "data-breach.yml").is_file()
