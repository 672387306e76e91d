from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.arguments import UnknownWord
from bot.clients.cloudflare_deployments import Share
from bot.clients.cloudflare_version_counts import read_counts, read_speeds
from bot.clients.cloudflare_versions import Version
from bot.errors import BadInput
from bot.parsing import Parsed, parse
from bot.settings import Settings, load
from bot.store.deploys_rows import DeployRecord
from handlers.deploys.canary import Canary, loaded, split, standing
from handlers.deploys.checkout import tag_of
from handlers.deploys.choosing import choose, steps_of, unknown, wait_of, where
from handlers.deploys.evidence import Counts, Window
from handlers.deploys.planning import passed_words

AT = datetime(2026, 11, 28, tzinfo=UTC)


def version(number: int, tag: str = "", identifier: str = "") -> Version:
    name = identifier or f"{number:08x}-0000-4000-8000-000000000000"
    return Version(name, number, AT, "ci@e.test", "wrangler", tag, "", "version_upload")


LISTED = (
    version(12, "maintenance"),
    version(11, "v1.10.0", "aabbccdd-1111-4000-8000-000000000000"),
    version(10, "v1.9.0", "aabbccdd-2222-4000-8000-000000000000"),
    version(9, ""),
)

RUN = DeployRecord(
    "OP-1", "staging", "pitchey-staging", "version", "v1.10.0", {}, "U1", "Omar", "C1", AT,
    tag="v1.10.0", number=7,
)  # fmt: skip


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("latest", 11), ("v1.9.0", 10), ("V1.9.0", 10), ("9", 9), ("#10", 10),
        ("aabbccdd-1", 11), ("aabbccdd-2222-4000-8000-000000000000", 10),
    ],
)  # fmt: skip
def test_a_version_is_found_by_what_people_say(word: str, number: int) -> None:
    found = choose(LISTED, word)
    assert found is not None
    assert found.number == number


def test_what_is_no_version_is_none_and_what_is_several_is_said() -> None:
    for word in ("main", "v9", "99", "maintenance", "deadbeef", "-rf"):
        assert choose(LISTED, word) is None
    with pytest.raises(BadInput, match="2 versions begin"):
        choose(LISTED, "aabbccdd")
    with pytest.raises(BadInput):
        choose((), "latest")


def test_the_newest_is_never_the_maintenance_page_whatever_its_tag() -> None:
    found = choose((version(13, "Closed"), *LISTED[1:]), "latest", "closed")
    assert found is not None
    assert found.number == 11


def test_a_later_build_of_a_tag_that_passed_staging_is_pointed_out() -> None:
    passed = replace(RUN, ended_at=AT + timedelta(minutes=1))
    assert passed_words("staging", passed, version(1, "v1.10.0")).startswith("passed staging")
    rebuilt = replace(RUN, ended_at=AT - timedelta(minutes=1))
    told = passed_words("staging", rebuilt, version(1, "v1.10.0"))
    assert told.startswith("CAREFUL: passed staging in DEP-7")
    assert "uploaded only after that" in told


def test_an_unknown_word_offers_the_nearest_version() -> None:
    told = unknown(LISTED, "v1.10", "production", checkout=False)
    assert told.suggestions[0] == "deploy v1.10.0 to production"
    assert "deploys.checkout" in told.message


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    config = tmp_path / "pitchey.toml"
    tables = "\n".join(
        f'[environments.{name}]\napi_url = "https://{name}.e.test"\nsite_url = "https://e.test"'
        for name in ("production", "staging")
    )
    config.write_text(tables)
    return load(config, {})


def test_where_nobody_says_it_is_staging(settings: Settings) -> None:
    assert where(settings, None, "deploy") == "staging"
    assert where(settings, "Production", "deploy") == "production"
    with pytest.raises(UnknownWord) as told:
        where(settings, "prod", "deploy v1")
    assert told.value.suggestions == ("deploy v1 to production",)
    none = settings.model_copy(
        update={"deploys": settings.deploys.model_copy(update={"staging": ""})}
    )
    assert where(none, None, "deploy") == "production"


def test_steps_and_waits(settings: Settings) -> None:
    assert steps_of(settings, None) == (5, 25, 50)
    assert steps_of(settings, "10,50") == (10, 50)
    assert steps_of(settings, "10%, 50%, 100") == (10, 50)
    assert steps_of(settings, "none") == ()
    for wrong in ("50,10", "0,5", "5,5", "abc", "10;50", "101", ",", "5.5", "-5"):
        with pytest.raises(BadInput):
            steps_of(settings, wrong)
    assert wait_of(settings, None) == timedelta(minutes=5)
    with pytest.raises(BadInput):
        wait_of(settings, timedelta(hours=2))


@pytest.mark.parametrize(
    ("line", "version_word", "environment"),
    [
        ("deploy latest to staging", "latest", "staging"),
        ("deploy latest to production", "latest", "production"),
        ("deploy to production", None, "production"),
        ("deploy v1 production", "v1", "production"),
        ("deploy v1 TO production", "v1", "production"),
        ("deploy environment:production", None, "production"),
        ("deploy", None, None),
        ("deploy to", "to", None),
    ],
)
def test_the_words_of_the_command(
    line: str, version_word: str | None, environment: str | None
) -> None:
    from bot.app import catalogue

    found = parse(catalogue(), line.split())
    assert isinstance(found, Parsed)
    assert found.command.name == "deploy"
    assert (found.arguments["version"], found.arguments["environment"]) == (
        version_word, environment,
    )  # fmt: skip


def test_the_line_that_is_shown_reads_back_as_the_same() -> None:
    from bot.app import catalogue
    from bot.frozen import command_line

    for line in ("deploy to production --canary none", "deploy v1 to staging --wait 300s"):
        found = parse(catalogue(), line.split())
        assert isinstance(found, Parsed)
        shown = command_line(found.command, found.arguments)
        again = parse(catalogue(), shown.split())
        assert isinstance(again, Parsed)
        assert again.arguments == found.arguments


def test_a_split_and_back() -> None:
    for percent in (0, 5, 50, 100):
        assert standing(split("old", "new", percent), "old", "new") == percent
    assert split("old", "new", 0) == (Share("old", 100), Share("new", 0))
    assert standing((Share("old", 60), Share("other", 40)), "old", "new") is None
    assert standing((), "old", "new") is None


def test_a_canary_survives_the_store() -> None:
    canary = Canary((0, 5, 100), limits=(80.0, 200.0), held_since=AT, held_why="Ana pressed Hold.")
    canary = canary.at(5, AT).counted(Window(Counts(90, 1), Counts(5, 1)), AT)
    assert loaded(canary.dump(), ()) == canary
    assert loaded({}, (0, 100)) == Canary((0, 100))
    assert (canary.following, canary.at(100, AT).following) == (100, None)


def test_a_stretch_is_closed_once_it_says_something() -> None:
    small, large = Window(Counts(20), Counts(2)), Window(Counts(60), Counts(4))
    begun = Canary((0, 5, 100)).at(5, AT)
    opened = begun.counted(small, AT)
    assert (opened.closed, opened.of_this_step) == ((), (small,))
    closed = opened.counted(large, AT + timedelta(seconds=30))
    assert (closed.closed, closed.open) == ((large,), None)
    assert closed.window_from == AT + timedelta(seconds=30)
    moved = opened.at(100, AT)
    assert (moved.closed, moved.of_this_step) == ((small,), ())


def test_tags_of_a_checkout_are_short_and_plain() -> None:
    assert tag_of("feature/Grand Idea", "0123456789ab") == "feature-Gran-0123456789ab"
    assert len(tag_of("x" * 100, "0123456789ab")) <= 25


def row(value: float, interval: float = 1, **groups: object) -> dict[str, object]:
    keys = {"version": "$workers.scriptVersion.id", "outcome": "$workers.outcome",
            "status": "$workers.event.response.status"}  # fmt: skip
    listed = [{"key": keys[name], "value": given} for name, given in groups.items()]
    return {"value": value, "sampleInterval": interval, "groups": listed}


def test_failures_are_counted_by_outcome_and_by_status() -> None:
    rows = [
        row(90, version="a", outcome="ok", status=200),
        row(4, version="a", outcome="ok", status=503),
        row(3, version="a", outcome="exception", status=None),
        row(2, version="a", outcome="canceled", status=200),
        row(50, version="a", outcome=None, status=None),  # lines that were logged
        row(40, interval=10, version="b", outcome="ok", status="500"),
        {"value": None}, "odd",
        row(float("nan"), version="a", outcome="ok", status=200),
        row(float("inf"), version="b", outcome="ok", status=500),
        row(-5, version="b", outcome="ok", status=500),
    ]  # fmt: skip
    found = read_counts({"calculations": [{"calculation": "count", "aggregates": rows}]})
    assert (found["a"].requests, found["a"].errors) == (99, 7)
    assert (found["b"].requests, found["b"].errors) == (4, 4)
    nonsense: tuple[object, ...] = (None, {}, {"calculations": []}, {"calculations": ["x"]})
    for odd in nonsense:
        assert read_counts(odd) == {}
        assert read_speeds(odd) == {}


def test_a_clock_that_is_set_back_neither_blinds_a_canary_nor_keeps_it_for_hours() -> None:
    late = AT + timedelta(hours=1)
    begun = replace(
        Canary((0, 5, 100)).at(5, late), held_since=late, open=Window(Counts(9, 1), Counts(3))
    )
    assert begun.by_clock(late) is begun
    back = begun.by_clock(AT)
    assert (back.since, back.window_from, back.held_since) == (AT, AT, AT)
    assert (len(back.seen), back.open) == (1, None)  # what was counted counts
