"""Settings of the person's own, laid over the sandbox's."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from bot.sandbox.configuration import (
    UnreadableSettings,
    move_in,
    read_settings,
    surroundings,
    write_configuration,
)

OURS = {
    "environments.production": {"api_url": "http://127.0.0.1:1", "region": None},
    "slack": {"api_url": "http://127.0.0.1:2"},
    "roles": {"admin": ("UANA00001",)},
}
EXTRA = """
[guard]
approval_minutes = 1
[slack]
command = "/ops"
[[limits]]
commands = ["practise danger"]
channels = ["#ops"]
[alerts.rules."api slow"]
above = 2.5
"""


def test_they_win_key_by_key_and_the_rest_stays(tmp_path: Path) -> None:
    (tmp_path / "extra.toml").write_text(EXTRA)
    target = tmp_path / "pitchey.toml"
    write_configuration(target, OURS, read_settings(tmp_path / "extra.toml"))
    read = tomllib.loads(target.read_text())
    assert read["slack"] == {"api_url": "http://127.0.0.1:2", "command": "/ops"}
    assert read["guard"] == {"approval_minutes": 1}
    assert read["limits"] == [{"commands": ["practise danger"], "channels": ["#ops"]}]
    assert read["environments"] == {"production": {"api_url": "http://127.0.0.1:1"}}
    assert read["alerts"]["rules"]["api slow"] == {"above": 2.5}
    assert read["roles"]["admin"] == ["UANA00001"]


@pytest.mark.parametrize("text", [None, "[slack"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "extra.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UnreadableSettings, match=r"extra\.toml cannot be read"):
        read_settings(path)


@pytest.mark.parametrize(
    "name", ["STORE_URL", "STORE_PASSWORD", "SCRATCH_DATABASE_URL", "REPLICA_DATABASE_URL"]
)
def test_an_address_of_the_persons_shell_reaches_neither_the_bot_nor_its_terminal(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "postgresql://real.example.com/pitchey")
    assert name not in surroundings({})
    move_in({"SANDBOXED": "yes"})
    assert name not in os.environ
    assert os.environ.pop("SANDBOXED") == "yes"
