"""`[store]`: a file, or a database whose address is here and whose password is elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings
from tests.settings.files import LEAST, loaded, told

ADDRESS = "postgresql://bot@db.example.com/records?sslmode=require"
WHOLE = "postgresql://bot:planted@other.example.com/records"


def settings(folder: Path, url: str = ADDRESS, **environ: str) -> Settings:
    found = loaded(folder, f'{LEAST}[store]\nurl = "{url}"\n', environ)
    assert isinstance(found, Settings), found
    return found


def test_the_address_is_in_the_file_and_the_password_is_not(tmp_path: Path) -> None:
    read = settings(tmp_path, STORE_PASSWORD="planted")
    assert (read.store_address, read.store_password) == (ADDRESS, "planted")
    assert "planted" not in repr(read)


def test_without_a_password_it_is_left_to_libpq(tmp_path: Path) -> None:
    assert settings(tmp_path).store_password == ""


def test_the_environment_wins_as_a_whole(tmp_path: Path) -> None:
    assert settings(tmp_path, STORE_URL=WHOLE).store_address == WHOLE


def test_without_an_address_the_records_are_in_the_file(tmp_path: Path) -> None:
    assert settings(tmp_path, "").store_address == ""


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://bot@[::1]:5432/records",
        "postgres://bot@db1:5432,db2:5433/records?target_session_attrs=read-write",
        "postgresql:///records?host=/run/postgresql",
        "postgresql://bot@db/records?passfile=/run/secrets/pgpass",
    ],
)
def test_addresses_that_libpq_knows(tmp_path: Path, address: str) -> None:
    assert settings(tmp_path, address).store_address == address


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ('"mysql://bot@db/records"', "is not an address such as postgresql://"),
        ('"db.example.com"', "is not an address such as postgresql://"),
        ('"postgresql://[::1/records"', "cannot be read"),
        ('"postgresql://bot@db:port/records"', "cannot be read"),
        ('"postgresql://bot@db/my records"', "contains a space"),
        ("5432", "must be text"),
    ],
)
def test_what_is_no_address_is_told(tmp_path: Path, url: str, says: str) -> None:
    assert says in told(tmp_path, f"{LEAST}[store]\nurl = {url}\n")["[store] url"]


def test_a_password_that_belongs_to_nothing_is_told(tmp_path: Path) -> None:
    """Otherwise the records would go into a file, and nobody would know."""
    found = told(tmp_path, LEAST, {"STORE_PASSWORD": "planted"})
    assert "no address of a store" in found["STORE_PASSWORD"]
    assert told(tmp_path, LEAST, {"STORE_PASSWORD": "planted", "STORE_URL": WHOLE}) == {}
