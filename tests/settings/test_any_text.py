"""Whatever a file holds, loading gives settings or SettingsError, and lines stay in the file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.settings import SettingsError
from bot.settings.positions import key_lines
from tests.settings.files import LEAST, loaded, problems

ROUNDS = settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
KEYS = ["api", "roles", "admin", "checks", "environments", "production", "api_url", "metrics"]
KEYS += [
    "cpu",
    "alert",
    "slack",
    "contacts",
    "escalation",
    "level",
    "store",
    "path",
    "a b",
    "é",
    "",
]
VALUES = ["1", "-1", "1e309", "inf", "nan", "true", '""', "'x'", '"""\nx\n"""', "[]", "{}"]
VALUES += ["[[1], {a = 2}]", "{ a.b = 1 }", "1979-05-27", "07:32:00", '"https://x.y"', "'U0ABC'"]
VALUES += ["[\n 1, # one\n 'two',\n]", '"\\u0000"', "0xff", '["U0ABC", 1]', "{level = 'L1'}"]

keys = st.sampled_from(KEYS).map(
    lambda key: key if key.isascii() and key.isidentifier() else f'"{key}"'
)
paths = st.lists(keys, min_size=1, max_size=3).map(".".join)
lines = st.one_of(
    paths.map(lambda path: f"[{path}]"),
    paths.map(lambda path: f"[[{path}]]"),
    st.tuples(paths, st.sampled_from(VALUES)).map(" = ".join),
    st.sampled_from(["", "# comment", "  ", "\t[checks]"]),
)
documents = st.lists(lines, max_size=12).map("\n".join)


def loads(folder: Path, text: str) -> None:
    found = loaded(folder, text)
    if isinstance(found, SettingsError):
        assert found.problems
        for problem in found.problems:
            assert problem.message
            assert problem.remedy
            assert problem.line is None or 1 <= problem.line <= text.count("\n") + 1


@ROUNDS
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_arbitrary_text(tmp_path: Path, text: str) -> None:
    loads(tmp_path, text)


@ROUNDS
@given(text=documents)
def test_text_that_looks_like_settings(tmp_path: Path, text: str) -> None:
    loads(tmp_path, text)
    loads(tmp_path, text + "\n" + LEAST)


@ROUNDS
@given(name=st.sampled_from(["SLACK_BOT_TOKEN", "DATABASE_URL", "PORT"]), value=st.text())
def test_arbitrary_variables(tmp_path: Path, name: str, value: str) -> None:
    found = problems(tmp_path, LEAST, {name: value})
    assert {problem.where for problem in found} <= {name}


@ROUNDS
@given(text=documents)
def test_every_key_has_the_line_it_stands_on(text: str) -> None:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = key_lines(text)
    rows = text.split("\n")
    for path in _paths(document, ()):
        assert path in found, path
        if isinstance(path[-1], str):
            assert path[-1] in rows[found[path] - 1], path


def _paths(value: Any, path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    here = [path] if path else []
    if isinstance(value, dict):
        return here + [found for key in value for found in _paths(value[key], (*path, key))]
    if isinstance(value, list):
        inner = [_paths(item, (*path, index)) for index, item in enumerate(value)]
        return here + [found for paths in inner for found in paths]
    return here
