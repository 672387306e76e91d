"""Secrets are never seen: not in the settings' text forms, not in errors."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from bot.settings import Secrets, SettingsError, load
from tests.settings.files import LEAST, written

PLANTED = {
    "SLACK_BOT_TOKEN": "xoxb-planted-1",
    "SLACK_APP_TOKEN": "xapp-planted-2",
    "SLACK_SIGNING_SECRET": "planted3" * 4,
    "CLOUDFLARE_API_TOKEN": "planted-4",
    "CLOUDFLARE_WEBHOOK_SECRET": "planted-4b-and-long",
    "DATABASE_URL": "postgresql://bot:planted-5@db.example.com/pitchey",
    "STORE_URL": "postgresql://bot:planted-store@db.example.com/records",
    "STORE_PASSWORD": "planted-word",
    "POOLER_ADMIN_URL": "postgresql://stats:planted-17@pool.example.com:6432/pgbouncer",
    "REPLICA_DATABASE_URL": "postgresql://bot:planted-15@replica.example.com/pitchey",
    "WORKER_DATABASE_URL": "postgresql://app:planted-16@db.example.com/pitchey",
    "AWS_ACCESS_KEY_ID": "AKIAPLANTED6",
    "AWS_SECRET_ACCESS_KEY": "planted-7",
    "R2_ACCESS_KEY_ID": "planted-8",
    "R2_SECRET_ACCESS_KEY": "planted-9",
    "PLATFORM_SESSION": "planted-10",
    "PLATFORM_PASSWORD": "planted-10b",
    "UPSTASH_REDIS_REST_URL": "https://planted-11.upstash.io",
    "UPSTASH_REDIS_REST_TOKEN": "planted-12",
    "SCRATCH_DATABASE_URL": "postgresql://bot:planted-13@scratch.example.com/postgres",
    "BACKUP_AGE_IDENTITY": "AGE-SECRET-KEY-1Z47TVLJ77GT6ZUXMET5AVEH3XFYNND6T24XA9K3FHXV3243"
    "RS8RSRWY2JW",
}


def test_every_secret_can_be_set_and_reaches_the_redactor(tmp_path: Path) -> None:
    assert {name.lower() for name in PLANTED} == set(Secrets.model_fields)
    settings = load(written(tmp_path, LEAST), PLANTED)
    assert set(settings.secrets.values()) == set(PLANTED.values())


def test_no_text_form_shows_a_secret(tmp_path: Path) -> None:
    settings = load(written(tmp_path, LEAST), PLANTED)
    forms = [
        repr(settings),
        str(settings),
        f"{settings.secrets}",
        settings.model_dump_json(),
        str(settings.model_dump()),
        str(settings.secrets.slack_bot_token),
    ]
    for form in forms:
        assert "planted" not in form.lower()
        assert "age-secret-key-1z" not in form.lower()


@pytest.mark.parametrize(
    "line",
    [
        'bot_token = "xoxb-planted"',
        '[slack]\nbot_token = "planted"',
        '[slack]\nops_channel = "xoxb-planted"',
        '[cloudflare]\napi_token = "planted"',
        '[cloudflare]\naccount_id = "sk_live_planted"',
        '[storage]\nbackup_bucket = "AKIAPLANTEDPLANTED12"',
        '[storage]\nuploads_endpoint_url = "https://user:planted@r2.example.com"',
        '[secrets]\ndatabase_url = "postgresql://bot:planted@db/x"',
        '[store]\nurl = "postgresql://bot:planted@db.example.com/records"',
        '[store]\nurl = "postgres://db.example.com/records?user=bot&password=planted"',
        '[store]\nurl = "postgresql://db.example.com/records?ssl%70assword=planted"',
        '[store]\nurl = "postgresql://bot:1/planted@db.example.com/records"',
        '[store]\nurl = "xoxb-planted"',
        '[roles]\nadmin = ["xoxb-planted"]',
        '[contacts]\nescalation = [{level = "ghp_plantedplantedplanted"}]',
        '[http]\nport = "xapp-planted"',
        '[checks]\napi = "eyJwbGFudGVk0.eyJwbGFudGVk0.planted"',
    ],
)
def test_a_secret_in_the_file_is_told_without_showing_it(tmp_path: Path, line: str) -> None:
    path = written(tmp_path, line + "\n" + LEAST)
    with pytest.raises(SettingsError) as caught:
        load(path, {})
    found = [problem for problem in caught.value.problems if "holds a secret" in problem.message]
    assert len(found) == 1
    assert found[0].line == line.count("\n") + 1
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert "planted" not in shown.lower()


@pytest.mark.parametrize(
    "line",
    [
        '"xoxb-planted" = 1',
        '["xoxb-planted"]',
        '[environments."xoxb-planted"]',
        "[roles]\nsk_live_planted = 1",
    ],
)
def test_a_secret_pasted_as_a_key_is_not_repeated(tmp_path: Path, line: str) -> None:
    path = written(tmp_path, 'default_environment = "x"\n' + line + "\n" + LEAST)
    with pytest.raises(SettingsError) as caught:
        load(path, {})
    assert "planted" not in "".join(traceback.format_exception(caught.value))


def test_names_that_only_contain_such_letters_are_fine(tmp_path: Path) -> None:
    text = LEAST + '[storage]\nbackup_bucket = "pitchey-maxapp-data"\n'
    assert load(written(tmp_path, text), {}).storage.backup_bucket == "pitchey-maxapp-data"


def test_the_remedy_names_the_variable(tmp_path: Path) -> None:
    path = written(tmp_path, '[slack]\nbot_token = "xoxb-1"\n' + LEAST)
    with pytest.raises(SettingsError, match="set SLACK_BOT_TOKEN in the environment"):
        load(path, {})


def test_the_remedy_for_a_store_keeps_the_address_in_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, '[store]\nurl = "postgresql://bot:planted@db/x"\n' + LEAST)
    with pytest.raises(
        SettingsError, match="out of the address, set it as STORE_PASSWORD in the env"
    ):
        load(path, {})


@pytest.mark.parametrize("name", sorted(PLANTED))
def test_a_wrong_secret_is_refused_without_showing_it(tmp_path: Path, name: str) -> None:
    environ = {name: "planted\x00planted"}
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, LEAST), environ)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert name in shown
    assert "planted" not in shown.lower().replace(name.lower(), "")


def test_a_value_of_the_wrong_kind_is_not_repeated(tmp_path: Path) -> None:
    text = LEAST + '[slack]\ncommand = "planted value"\n[checks]\napi = "planted"\n'
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, text), {})
    assert "planted" not in "".join(traceback.format_exception(caught.value))
