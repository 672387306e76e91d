"""Mistakes: all told at once, each with its line and a remedy, never with a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import SettingsError, load
from tests.settings.files import LEAST, problems, told, written


def test_three_mistakes_are_three_problems_with_their_lines(tmp_path: Path) -> None:
    text = (
        "# first line\n"
        "[environments.production]\n"
        'api_url = "htp://nowhere"\n'
        'site_url = "https://www.example.com"\n'
        "\n"
        "[checks]\n"
        'api = "20"\n'
        "\n"
        "[roles]\n"
        'admins = ["U02ABC3DE"]\n'
    )
    found = problems(tmp_path, text)
    assert [(problem.where, problem.line) for problem in found] == [
        ("[environments.production] api_url", 3),
        ("[checks] api", 7),
        ("[roles] admins", 10),
    ]
    assert "web address" in found[0].message
    assert "number" in found[1].message
    assert found[2].remedy == "Did you mean admin?"


@pytest.mark.parametrize(
    ("addition", "where", "words"),
    [
        ("[chekcs]\n", "chekcs", "Did you mean checks?"),
        ("[checks]\nport = 1\n", "[checks] port", "It belongs in [http]."),
        ("[checks]\nxyzzy = 1\n", "[checks] xyzzy", "known here: api, site"),
        ("[checks]\napi = true\n", "[checks] api", "number"),
        ("[checks]\napi = 0\n", "[checks] api", "more than 0"),
        ("[checks]\napi = inf\n", "[checks] api", "finite"),
        ("[checks]\napi = nan\n", "[checks] api", "finite"),
        ("[checks]\napi = 601\n", "[checks] api", "at most 600"),
        ("[checks]\ncertificate_warning_days = 5\n", "[checks]", "exceed"),
        ("[checks]\nbackup_warning_hours = 60\n", "[checks]", "below"),
        ("checks = 3\n", "[checks]", "table"),
        ("[http]\nport = 70000\n", "[http] port", "at most 65535"),
        ("[http]\nport = 80.5\n", "[http] port", "whole number"),
        ("[slack]\napi_url = 'http://slack.com/api'\n", "[slack] api_url", "use https"),
        ("[slack]\ncommand = 'pitchey'\n", "[slack] command", "slash command"),
        ("[slack]\nops_channel = 'ops'\n", "[slack] ops_channel", "#name"),
        ("[cloudflare]\nstatus_url = 'cloudflarestatus.com'\n", "[cloudflare] status_url", "web"),
        ("[cloudflare]\naccount_id = '../x'\n", "[cloudflare] account_id", "letters"),
        ("[storage]\nbackup_bucket = ''\n", "[storage] backup_bucket", "empty"),
        ("[roles]\nadmin = ['ana']\n", "[roles] admin 1", "member id"),
        ("[roles]\nadmin = ['U02ABC3DE', '@On Call']\n", "[roles] admin 2", "user group"),
        ("[[limits]]\nchannels = ['#ops']\n", "[[limits]] 1 commands", "is missing"),
        ("[[limits]]\ncommands = []\n", "[[limits]] 1 commands", "no entry"),
        ("[[limits]]\ncommands = ['/x']\n", "[[limits]] 1 commands 1", "pattern of commands"),
        (
            "[[limits]]\ncommands = ['x']\nenvironments = ['prod']\n",
            "[[limits]] 1 environments 1",
            "names no environment",
        ),
        ("[roles]\nadmin = 'U02ABC3DE'\n", "[roles] admin", "list"),
        ("[roles]\ndefault = 'root'\n", "[roles] default", "or none"),
        ("[roles]\nterminal = 'none'\n", "[roles] terminal", "not a role"),
        ("[metrics.cpus]\ntarget = 1\n", "[metrics.cpus]", "Did you mean cpu?"),
        ("[metrics.cpu]\nunit = 's'\n", "[metrics.cpu] unit", "not a setting"),
        ("[metrics.cpu]\nalert = 60\n", "[metrics.cpu]", "alert must be above target"),
        ("[metrics.uptime]\nalert = 99.95\n", "[metrics.uptime]", "alert must be below target"),
        ("[metrics.cpu]\nalert = 101\n", "[metrics.cpu]", "at most 100"),
        ("[environments.Live]\n", "[environments.Live]", "small letters"),
        ("[environments.live]\nname = 'x'\n", "[environments.live] name", "not a setting"),
        ("[secrets]\n", "[secrets]", "not a setting"),
        (
            "[[contacts.escalation]]\nlevel = 'L1'\ncontact = 'x'\nresponse_minutes = 0\n",
            "[[contacts.escalation]] 1 response_minutes",
            "at least 1",
        ),
        (
            "[[contacts.providers]]\nname = 'x'\nsupport = 'y'\nurl = 'z'\n",
            "[[contacts.providers]] 1 url",
            "web address",
        ),
    ],
)
def test_each_mistake_has_its_words(tmp_path: Path, addition: str, where: str, words: str) -> None:
    text = addition + LEAST if not addition.startswith("[") else LEAST + addition
    found = told(tmp_path, text)
    assert words in found[where], found


def test_no_environment_and_no_such_default(tmp_path: Path) -> None:
    assert "missing" in told(tmp_path, "")["[environments]"]
    assert "no entry" in told(tmp_path, "[environments]\n")["[environments]"]
    found = told(tmp_path, "default_environment = 'prod'\n" + LEAST)
    assert "production" in found["default_environment"]


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("a = 1\na = 2\n", "written twice", 2),
        ("[x]\ny\n", "equals sign", 2),
        ("[x]\ny = hello\n", "text needs quotes", 2),
        ("x = [1,\n", "not closed", None),
        ("x = " + "[" * 5000, "not valid TOML", None),
        ("x = " + "9" * 5000, "not valid TOML", None),
    ],
)
def test_text_that_is_no_toml(tmp_path: Path, text: str, words: str, line: int | None) -> None:
    (problem,) = problems(tmp_path, text)
    assert words in problem.message
    if line is not None:
        assert problem.line == line


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is a folder"):
        load(tmp_path, {})
    path = tmp_path / "latin.toml"
    path.write_bytes(b"x = '\xe9'\n")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load(path, {})
    (tmp_path / ".env").write_bytes(b"X='\xe9'\n")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load(written(tmp_path, LEAST), {})


def test_certificates_are_read_before_anything_connects(tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_text("no certificate")
    for name, words in (
        ("bad.pem", "PEM"),
        ("absent.pem", "not exist"),
        (".", "PEM"),
        ("", "path"),
    ):
        found = told(tmp_path, LEAST + f'[network]\nca_file = "{name}"\n')
        assert words in found["[network] ca_file"]


def test_a_dotenv_line_that_cannot_be_understood(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# fine\nSLACK_BOT_TOKEN=xoxb-1\nPORT='8080\n")
    (problem,) = problems(tmp_path, LEAST)
    assert (problem.where, problem.line) == (str(tmp_path / ".env"), 3)


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "pitchey.toml"
    path.write_bytes(b"\xef\xbb\xbf" + (LEAST + "[checks]\n").replace("\n", "\r\n").encode())
    assert load(path, {}).environment().name == "production"
    (problem,) = problems(tmp_path, (LEAST + "[checks]\nx = 1\n").replace("\n", "\r\n"))
    assert problem.line == 5


def test_variables_are_told_beside_the_files_mistakes(tmp_path: Path) -> None:
    environ = {
        "SLACK_BOT_TOKEN": "xapp-mixed-up",
        "SLACK_APP_TOKEN": "xoxb-mixed-up",
        "DATABASE_URL": "mysql://root:hunter2@db/x",
        "CLOUDFLARE_API_TOKEN": "two\nlines",
        "PORT": "http",
    }
    found = told(tmp_path, LEAST + "[checks]\nx = 1\n", environ)
    assert "xoxb-" in found["SLACK_BOT_TOKEN"]
    assert "xapp-" in found["SLACK_APP_TOKEN"]
    assert "postgresql://" in found["DATABASE_URL"]
    assert "line break" in found["CLOUDFLARE_API_TOKEN"]
    assert "65535" in found["PORT"]
    assert "[checks] x" in found
    assert len(found) == 6
    for words in found.values():
        assert "mixed-up" not in words
        assert "hunter2" not in words
