"""What the morning check makes of what it is told. Nothing runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.clients.storage import StoredObject
from bot.jobs import due_before, next_due
from bot.limits import MESSAGE_BLOCKS_CHARACTERS
from bot.settings import Settings
from bot.settings.morning import Morning as MorningSettings
from bot.store import Sample, Store
from handlers.morning.asking import certificate_found, errors_found, health_found
from handlers.morning.backups import last_backups, verified
from handlers.morning.operations import since_last
from handlers.morning.overnight import overnight
from handlers.morning.records import space
from handlers.morning.result import TITLES, Found, Morning, State, unchecked
from handlers.morning.views import headline, morning_message
from handlers.morning.words import change, size

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
LIMIT = timedelta(hours=26)
ENVIRONMENT = {
    "name": "production", "api_url": "https://a.example", "site_url": "https://b.example"
}  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "pitchey.sqlite3", patience=0.5)
    yield opened
    opened.close()


def settings(path: Path | None = None, **team: str) -> Settings:
    more = {"store": {"path": path}} if path else {}
    return Settings.model_validate(
        {"environments": {"production": ENVIRONMENT}, "team": {"timezone": "UTC"} | team, **more}
    )


def morning(*found: Found) -> Morning:
    kept = {each.part for each in found}
    good = [Found(part, State.GOOD, "good") for part in TITLES if part not in kept]
    return Morning("production", NOW, NOW - timedelta(days=1), 900.0, (*found, *good))


def test_the_verdict_is_the_first_line() -> None:
    assert headline(morning()) == ":sunny: Good morning: healthy, nothing needs you"
    told = headline(
        morning(
            Found("backups", State.NEEDS, "…", why="the newest whole backup is 40 h old"),
            Found("alerts", State.NEEDS, "…", why="SLOW_RESPONSE fires"),
            unchecked("errors", "Cloudflare answered 503"),
        )
    )
    assert told == (
        ":warning: Good morning: 2 things need you: the newest whole backup is 40 h old; "
        "SLOW_RESPONSE fires; not checked: error logs"
    )
    down = morning(Found("health", State.NEEDS, "…", why="Database: down", down=True))
    assert headline(down).startswith(":red_circle: Good morning: 1 thing needs you: Database: down")
    assert (morning().exit_code, down.exit_code) == (0, 2)
    silent = morning(unchecked("errors", "x"))
    assert "nothing known needs you; not checked: error logs" in headline(silent)
    assert silent.exit_code == 1


def test_foreign_text_is_harmless_and_the_whole_fits_in_a_message() -> None:
    evil = tuple("<!channel> *x* `y` " * 40 for _ in range(50))
    parts = [
        Found(part, State.NEEDS, evil[0], evil, evil[0], f"Look {part}", f"help {part}")
        for part in TITLES
    ]
    text, blocks = morning_message(morning(*parts))
    told = json.dumps(blocks, ensure_ascii=False)
    assert "<!channel>" not in told + text
    assert len(told) < MESSAGE_BLOCKS_CHARACTERS + 8_000
    assert len(blocks) <= 50
    assert blocks[0]["text"]["text"].startswith("*:warning:")


def stored(key: str, hours: float, size: int = 9_000_000) -> StoredObject:
    return StoredObject(key, size, NOW - timedelta(hours=hours))


def pair(name: str, hours: float, size: int = 9_000_000) -> list[StoredObject]:
    dump = stored(f"db/{name}/database.dump", hours + 0.1, size)
    return [dump, stored(f"db/{name}/manifest.json", hours, 400)]


@pytest.mark.parametrize(
    ("objects", "state", "words"),
    [
        ([], State.NEEDS, "there is no backup"),
        ([stored("readme.txt", 1)], State.NEEDS, "there is no backup"),
        (pair("a", 3) + pair("b", 27), State.GOOD, "2 of the last 2 whole"),
        (pair("a", 40) + pair("b", 64), State.NEEDS, "is 40 h old (limit 26 h)"),
        ([stored("db/n/database.dump", 1), *pair("a", 3)], State.NEEDS, "no manifest"),
        (pair("a", 3, 4_000_000) + pair("b", 27), State.NEEDS, "has 4.0 MB, the one before 9.0 MB"),
        (pair("a", 3, 20) + pair("b", 10), State.NEEDS, "empty: 20 B"),
        ([stored("dumps/mon.sql.gz", 3), stored("x/tue.sql.gz", 27)], State.GOOD, "0 with a"),
        ([*pair("a", 3), stored("db/n/database.dump", 27)], State.NOTE, "1 of the last 2 whole"),
    ],
)
def test_backups(objects: list[StoredObject], state: State, words: str) -> None:
    found = verified(last_backups(objects), NOW, LIMIT, "production")
    assert found.state is state, found
    assert words in f"{found.why} {found.summary}"


def test_only_the_last_five_count() -> None:
    objects = [each for number in range(9) for each in pair(str(number), 24 * number + 1)]
    assert [each.name for each in last_backups(objects)] == [f"db/{number}" for number in range(5)]


def test_health_names_the_causes_and_never_calls_the_unknown_healthy() -> None:
    def check(component: str, state: str, follows: str = "") -> dict[str, str]:
        return {
            "component": component, "state": state, "summary": f"{component} {state}",
            "meaning": "x", "follows": follows, "value": "80 days left", "threshold": "21 days",
        }  # fmt: skip

    bad = {
        "verdict": "down",
        "checks": [check("api", "down", "database"), check("database", "down")],
    }
    found = health_found(bad, "production")
    assert (found.state, found.down, found.why) == (State.NEEDS, True, "Database: database down")
    unknown = health_found({"verdict": "not certain", "checks": [check("api", "unknown")]}, "p")
    assert unknown.state is State.UNCHECKED
    assert health_found({"verdict": "x", "checks": []}, "p").state is State.UNCHECKED
    good = {"verdict": "healthy", "checks": [check("certificate", "healthy")]}
    assert health_found(good, "p").state is State.GOOD
    assert certificate_found(good).summary == "80 days left (21 days)"
    assert certificate_found(bad).state is State.UNCHECKED
    ended = {"checks": [check("certificate", "degraded")]}
    assert certificate_found(ended).state is State.NEEDS


def test_errors_are_told_with_their_number() -> None:
    assert errors_found({}, "p").state is State.GOOD
    group = {"count": 3, "route": "GET /x/:id", "sample": {"message": "boom\nat z"}}
    told = errors_found(
        {"groups": [group] * 7, "entries": [1] * 20, "found": 90, "full": True}, "p"
    )
    assert told.summary == "the last 20 of 90 or more in 24 h, in 7 groups"
    assert told.lines[0] == "3 times GET /x/:id · boom at z"
    assert told.lines[-1] == "and 2 more groups"


def test_the_night_beside_the_night_before(store: Store) -> None:
    assert overnight(store, settings(), "production", NOW).state is State.UNCHECKED
    samples = []
    for hours, response in ((1, 1_500.0), (3, 1_300.0), (25, 700.0), (27, 700.0)):
        at = NOW - timedelta(hours=hours)
        samples.append(Sample("production", "response_time", at, response))
        samples.append(Sample("production", "uptime", at, 1.0, 1))
    store.samples.add(samples, NOW)
    found = overnight(store, settings(), "production", NOW)
    assert found.state is State.NEEDS
    assert found.why == "Response time past the alert threshold last night"
    assert found.lines[0].startswith("Response time 1,400 ms (target ≤500), past the alert thres")
    assert found.lines[0].endswith("; before 700 ms, +100 %")
    assert "Not measured: Error rate" in found.lines[-1]


def test_database_growth_and_the_disk(store: Store, tmp_path: Path) -> None:
    here = settings(tmp_path / "pitchey.sqlite3")
    assert "Database size was not measured yet" in space(store, here, "production", NOW).lines
    samples = [
        Sample("production", "database_size", NOW - timedelta(hours=hours), size)
        for hours, size in ((0, 8.2e9), (24, 8.0e9))
    ]
    store.samples.add(samples, NOW)
    found = space(store, here, "production", NOW)
    assert "Database 8.2 GB, +200.0 MB in a day (+2 %)" in found.lines


def test_nine_stays_nine_over_daylight_saving_and_weekends() -> None:
    line, zone = MorningSettings().crontab, "Europe/Berlin"
    assert line is not None
    place = ZoneInfo(zone)
    friday = datetime.combine(date(2026, 3, 27), time(10), place)
    monday = next_due(line, zone, friday.astimezone(UTC))
    assert monday == datetime(2026, 3, 30, 7, tzinfo=UTC)  # CEST since the Sunday in between
    assert friday.astimezone(UTC).hour == 9
    # Missed at nine, found at eleven: due once, at nine.
    assert (
        due_before(line, zone, monday - timedelta(hours=1), monday + timedelta(hours=2)) == monday
    )
    assert MorningSettings(days="daily").crontab == "0 9 * * *"
    assert MorningSettings(days="never").crontab is None


def test_on_a_monday_the_weekend_is_looked_back_on() -> None:
    monday = datetime(2026, 6, 29, 9, tzinfo=UTC)
    assert since_last(settings(), monday) == monday - timedelta(days=3)
    assert since_last(settings(), NOW) == NOW - timedelta(days=1)


def test_words() -> None:
    assert (size(612), size(8.1e9)) == ("612 B", "8.1 GB")
    assert [change(1, 2), change(2, 1), change(1, 1), change(1, 0), change(0, 0)] == [
        "−50 %", "+100 %", "unchanged", "", "unchanged",
    ]  # fmt: skip
