"""What a valid file and environment become."""

from __future__ import annotations

from pathlib import Path

import certifi
import pytest
from pydantic import ValidationError

from bot.command import Role
from bot.errors import BadInput, NotConfigured
from bot.settings import SettingsError, load
from tests.settings.files import LEAST, written

ROOT = Path(__file__).parents[2]


def test_the_shipped_file_is_valid_and_says_what_the_defaults_are(tmp_path: Path) -> None:
    shipped = load(ROOT / "pitchey.toml", {})
    least = load(written(tmp_path, LEAST), {})
    for table in ("slack", "http", "cloudflare", "storage", "network", "checks", "roles"):
        assert getattr(shipped, table) == getattr(least, table)
    assert shipped.metrics == least.metrics
    assert shipped.contacts == least.contacts


def test_the_guides_numbers() -> None:
    settings = load(ROOT / "pitchey.toml", {})
    limits = {name: (metric.target, metric.alert) for name, metric in settings.metrics.items()}
    assert limits == {
        "uptime": (99.9, 99.5),
        "response_time": (500, 1000),
        "error_rate": (0.5, 1),
        "cpu": (70, 85),
        "memory": (80, 90),
        "database_connections": (80, 90),
    }
    assert [name for name, metric in settings.metrics.items() if metric.higher_is_better] == [
        "uptime"
    ]
    ladder = [(level.level, level.response_minutes) for level in settings.contacts.escalation]
    assert ladder == [("L1", 15), ("L2", 30), ("L3", 60), ("L4", 120)]


def test_addresses_lose_their_trailing_slash_and_slacks_keeps_one(tmp_path: Path) -> None:
    text = (
        '[environments.production]\napi_url = "https://api.example.com/"\n'
        'site_url = "https://www.example.com//"\n[slack]\napi_url = "http://127.0.0.1:9/api"\n'
    )
    settings = load(written(tmp_path, text), {})
    assert settings.environment().api_url == "https://api.example.com"
    assert settings.environment().site_url == "https://www.example.com"
    assert settings.environment().name == "production"
    assert settings.slack.api_url == "http://127.0.0.1:9/api/"


def test_an_unknown_environment_is_told_with_the_ones_there_are(tmp_path: Path) -> None:
    settings = load(written(tmp_path, LEAST + LEAST.replace("production", "staging")), {})
    assert settings.environment("staging").name == "staging"
    with pytest.raises(BadInput, match="production, staging"):
        settings.environment("prod")


def test_one_metric_may_be_changed_and_the_others_stay(tmp_path: Path) -> None:
    settings = load(written(tmp_path, LEAST + "[metrics.cpu]\nalert = 95\n"), {})
    cpu = settings.metrics["cpu"]
    assert (cpu.target, cpu.alert, cpu.unit) == (70, 95, "%")
    assert settings.metrics["memory"].alert == 90


def test_roles_are_words_in_the_file_and_roles_in_the_program(tmp_path: Path) -> None:
    text = LEAST + '[roles]\ndefault = "none"\nterminal = "operator"\n'
    text += 'admin = ["U02ABC3DE"]\noperator = ["@oncall", "S02ABC3DE", "W02ABC3DE"]\n'
    roles = load(written(tmp_path, text), {}).roles
    assert roles.default is None
    assert roles.terminal is Role.OPERATOR
    assert roles.named(Role.ADMIN) == ("U02ABC3DE",)
    assert roles.groups == ("@oncall", "S02ABC3DE")
    assert load(written(tmp_path, LEAST), {}).roles.default is Role.VIEWER


def test_relative_paths_count_from_the_files_folder(tmp_path: Path) -> None:
    (tmp_path / "authorities.pem").write_bytes(Path(certifi.where()).read_bytes())
    text = LEAST + '[store]\npath = "data/bot.sqlite3"\n[network]\nca_file = "authorities.pem"\n'
    settings = load(written(tmp_path, text), {})
    assert settings.store.path == tmp_path / "data" / "bot.sqlite3"
    assert settings.network.ca_file == tmp_path / "authorities.pem"
    absolute = load(written(tmp_path, LEAST + '[store]\npath = "/data/bot.sqlite3"\n'), {})
    assert absolute.store.path == Path("/data/bot.sqlite3")
    assert load(written(tmp_path, LEAST), {}).store.path == tmp_path / "var" / "pitchey.sqlite3"


def test_the_environment_wins_over_the_dotenv_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=xoxb-file\nSLACK_APP_TOKEN='xapp-file'\n")
    path = written(tmp_path, LEAST)
    secrets = load(path, {"SLACK_BOT_TOKEN": "xoxb-environment"}).secrets
    assert set(secrets.values()) == {"xoxb-environment", "xapp-file"}


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    environ = {"SLACK_APP_TOKEN": "  ", "SLACK_SIGNING_SECRET": "a" * 32, "PORT": ""}
    settings = load(written(tmp_path, LEAST), environ)
    assert settings.secrets.slack_app_token is None
    assert settings.transport == "http"
    assert settings.http.port == 8080


@pytest.mark.parametrize(
    ("environ", "transport"),
    [
        ({}, None),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "socket"),
        ({"SLACK_SIGNING_SECRET": "x"}, "http"),
        ({"SLACK_APP_TOKEN": "xapp-1", "SLACK_SIGNING_SECRET": "x"}, "socket"),
    ],
)
def test_the_transport_follows_from_what_is_set(
    tmp_path: Path, environ: dict[str, str], transport: str | None
) -> None:
    assert load(written(tmp_path, LEAST), environ).transport == transport


def test_port_of_the_environment_wins(tmp_path: Path) -> None:
    path = written(tmp_path, LEAST + "[http]\nport = 9000\n")
    assert load(path, {}).http.port == 9000
    assert load(path, {"PORT": "7000"}).http.port == 7000


def test_the_path_comes_from_the_environment(tmp_path: Path) -> None:
    path = written(tmp_path, LEAST)
    assert load(environ={"PITCHEY_CONFIG": str(path)}).environment().name == "production"


def test_a_missing_file_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path / "absent.toml", {})
    assert isinstance(caught.value, NotConfigured)
    assert "does not exist" in str(caught.value)
    assert "PITCHEY_CONFIG" in str(caught.value)


def test_settings_cannot_change_after_start(tmp_path: Path) -> None:
    settings = load(written(tmp_path, LEAST), {})
    with pytest.raises(ValidationError):
        settings.checks.api = 1.0
