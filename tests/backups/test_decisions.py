"""Which backups go, which is meant, what a dump's text holds: decisions without services."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.approval_views import LINES_SHOWN
from bot.backups.contents import Contents
from bot.backups.drilling import Drill
from bot.backups.keeping import judge
from bot.backups.leftovers import Unfinished, abandoned
from bot.backups.loading import grave
from bot.backups.manifest import Manifest, folder_of, id_of, new_id, read
from bot.backups.names import parsed
from bot.backups.shelf import KeptBackup, last_good
from bot.backups.verifying import differences
from bot.backups.words import size, span
from bot.clients.backup_listing import corrupt_backups, newest_backup
from bot.clients.postgres_programs import direct, sign_in
from bot.clients.storage import StoredObject
from bot.command import Reply
from bot.errors import BadInput
from bot.settings.backups import Backups
from handlers.backups.finding import choose
from handlers.backups.keeping_commands import plan_lines
from handlers.backups.restore_views import drilled_reply
from handlers.backups.result import Drilled

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
LIMITS = Backups()


def backup(days: float, **changes: object) -> KeptBackup:
    at = NOW - timedelta(days=days)
    name = f"{at:%Y%m%d}-{at:%H%M%S}-k7q2"
    told = Manifest(object="database.dump.zst", bytes=9, started_at=at, finished_at=at)
    facts = {
        "id": name, "folder": folder_of("", name), "object": "x", "bytes": 9, "finished": at,
        "manifest": told,
        "objects": (StoredObject(f"{folder_of('', name)}database.dump.zst", 9, at),),
    } | changes  # fmt: skip
    return KeptBackup(**facts)  # type: ignore[arg-type]


def test_thirty_days_then_weeks_then_months() -> None:
    every = [backup(days) for days in range(500)]
    found = judge(every, LIMITS, NOW, "UTC")
    stay = [each.backup for each in found.judged if not each.goes]
    days = [round((NOW - each.finished).days) for each in stay]
    assert days[:31] == list(range(31))
    why = [each.why for each in found.judged if not each.goes][31:]
    assert why.count("last of its week") == 3  # of eight weeks, five end within the 30 days
    assert why.count("last of its month") == 10
    assert len(found.going) == 500 - len(stay)
    assert found.bytes == 9 * len(found.going)


def test_before_pruning_people_read_what_stays_and_how_many_go() -> None:
    held = backup(90, held_at=NOW)
    limits = LIMITS.model_copy(update={"keep_weekly": 0, "keep_monthly": 0})
    every = [*(backup(days) for days in range(31 + 24)), held]
    lines = plan_lines(judge(every, limits, NOW, "UTC").judged)
    assert len(lines) == LINES_SHOWN
    assert lines[:2] == (
        f"stays: {every[0].id}, the last good one", f"stays: {held.id}, held",
    )  # fmt: skip
    assert lines[2].startswith("goes: ")
    assert lines[-1] == f"and {24 - 9:,} older ones go"


def test_the_last_good_verified_tested_and_held_ones_stay_whatever_their_age() -> None:
    held, tested = backup(900, held_at=NOW), backup(800, restored_at=NOW)
    verified, good = backup(700, verified_at=NOW), backup(600)
    bad, torn = backup(500, corrupt_at=NOW), backup(400, manifest=None)
    every = [torn, bad, good, verified, tested, held]
    found = judge(every, Backups(keep_weekly=0, keep_monthly=0), NOW, "UTC")
    assert {each.backup.id: each.why for each in found.judged if not each.goes} == {
        good.id: "the last good one",
        verified.id: "the last verified one",
        tested.id: "the last one that was restored in a drill",
        held.id: "held",
    }
    assert [each.id for each in found.going] == [torn.id, bad.id]


def test_a_corrupt_newest_one_keeps_the_one_before() -> None:
    before, newest = backup(45), backup(40, corrupt_at=NOW)
    found = judge([newest, before], Backups(keep_weekly=0, keep_monthly=0), NOW, "UTC")
    assert [each.id for each in found.going] == [newest.id]


@given(st.floats(-5_000, 5_000))
def test_a_clock_that_jumped_never_takes_the_last_good_one(days: float) -> None:
    every = [backup(1), backup(2), backup(3)]
    found = judge(every, LIMITS, NOW + timedelta(days=days), "Europe/Berlin")
    assert every[0].id not in [each.id for each in found.going]


def test_the_last_good_one_has_a_manifest_where_any_has() -> None:
    torn, good = backup(1, manifest=None, bytes=10_000), backup(2)
    assert last_good([torn, good]) is good
    assert last_good([torn]) is torn
    assert last_good([backup(1, manifest=None, bytes=20)]) is None
    assert last_good([backup(1, bytes=8)]) is None  # another size than its manifest says
    assert last_good([]) is None


def test_which_backup_is_meant() -> None:
    morning = backup(0.2, id="20261128-030000-abcd", corrupt_at=NOW)
    night, old = backup(0.5, id="20261128-000100-wxyz"), backup(1, id="20261127")
    every = [morning, night, old]
    assert choose(every, "") is night
    assert choose(every, "last") is night
    assert choose(every, "20261128") is night
    assert choose(every, "2026-11-27") is old
    assert choose(every, "`20261128-030000-ABCD`") is morning
    assert choose(every, "wxyz") is night
    for text in ("20261126", "zzzz", "x", "'; drop", "🎬"):
        with pytest.raises(BadInput, match="There is no backup"):
            choose(every, text)
    with pytest.raises(BadInput, match="There is no backup"):
        choose([], "last")
    told = old.manifest
    assert told is not None
    safety = backup(0, manifest=told.model_copy(update={"label": "safety"}))
    assert choose([safety, *every], "last") is night
    assert choose([safety], "last") is safety


@given(st.integers(946_684_800, 4_102_444_800), st.sampled_from(["", "daily/", "a/20261128/"]))
def test_ids_and_folders_belong_together(since_1970: int, prefix: str) -> None:
    made = new_id(datetime.fromtimestamp(since_1970, UTC))
    folder = folder_of(prefix, made)
    assert id_of(prefix, f"{folder}manifest.json") == made
    assert id_of(prefix, f"{folder}more/manifest.json") == ""
    assert id_of(prefix, f"{folder_of(prefix, made[:8])}database.dump") == made[:8]
    assert id_of("other/", f"{folder}manifest.json") == ""


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"object": 1}', b"null"])
def test_what_is_no_manifest_is_none(content: bytes) -> None:
    assert read(content) is None


ROWS = st.lists(
    st.text(st.characters(blacklist_characters="\n", blacklist_categories=["Cs"])), max_size=20
)


@given(
    st.dictionaries(st.sampled_from(["a", '"B c"', '"x""y.z"', '"new\nline"']), ROWS, min_size=1),
    st.integers(1, 40),
)
def test_rows_are_counted_however_the_text_is_cut(tables: dict[str, list[str]], piece: int) -> None:
    text = "SET x = 1;\n--\n-- COPY of nothing FROM stdin;\n--\n"
    for name, rows in tables.items():
        # As pg_dump writes them: a backslash in a value is doubled.
        body = "".join(row.replace("\\", "\\\\") + "\n" for row in rows)
        text += f'COPY public.{name} (id, "COPY (x") FROM stdin;\n{body}\\.\n\n\n-- next\n'
    raw = (text + "-- PostgreSQL database dump complete\n").encode()
    found = Contents()
    for at in range(0, len(raw), piece):
        found.feed(raw[at : at + piece])
    assert found.complete
    assert not found.unfinished
    counted = {name: content.rows for (_, name), content in found.tables.items()}
    wanted = {parsed(f"public.{name}")[1]: len(rows) for name, rows in tables.items()}  # type: ignore[index]
    assert counted == wanted
    assert all(content.columns == '(id, "COPY (x")' for content in found.tables.values())


def test_a_text_that_ends_within_a_table_is_unfinished() -> None:
    found = Contents()
    found.feed(b"COPY public.a (id) FROM stdin;\n1\n2\n")
    assert found.unfinished
    assert not found.complete


def test_differences_are_told_by_table() -> None:
    wanted = {"public.a": 3, 'public."B c"': 1, "s.gone": 5, "odd": 1}
    found = {("public", "a"): 3, ("public", "B c"): 2, ("public", "extra"): 9}
    assert differences(wanted, found) == [
        "B c has 2 rows, not 1.",
        "s.gone is missing (5 rows).",
    ]
    many = {f"public.t{number}": 1 for number in range(50)}
    assert differences(many, {})[-1] == "And 45 more tables differ."


@pytest.mark.parametrize(
    ("line", "is_grave"),
    [
        ('pg_restore: error: could not execute query: ERROR:  relation "x" exists', True),
        ("pg_restore: error: could not execute query: ERROR:  must be owner of extension p", False),
        ('pg_restore: error: … permission denied to create extension "pgstattuple"', False),
        ('pg_restore: error: … ERROR:  extension "pgstattuple" does not exist', False),
        ('pg_restore: error: … ERROR:  extension "postgis" is not available', True),
        ('pg_restore: error: … unrecognized configuration parameter "transaction_timeout"', False),
        ('pg_restore: error: could not execute query: ERROR:  role "web" does not exist', False),
        ("pg_restore: warning: errors ignored on restore: 1", False),
        ("Command was: CREATE TABLE x", False),
    ],
)
def test_what_makes_a_copy_worthless(line: str, is_grave: bool) -> None:
    assert grave(line) is is_grave


def test_uploads_are_abandoned_only_when_nothing_can_be_writing_them() -> None:
    old = Unfinished("k", "u1", NOW - timedelta(hours=5), "b")
    new = Unfinished("k", "u2", NOW - timedelta(hours=4), "b")
    assert abandoned([old, new], _settings(), NOW) == (old,)


def test_a_corrupt_newest_backup_is_not_the_newest_one() -> None:
    def stored(name: str, days: float, size: int = 5_000) -> StoredObject:
        return StoredObject(name, size, NOW - timedelta(days=days))

    held = [
        stored("20261127/database.dump", 1.01, 8_000), stored("20261127/manifest.json", 1, 90),
        stored("20261128/030000-abcd/database.dump.zst", 0.02, 2_000),
        stored("20261128/030000-abcd/manifest.json", 0.01, 90),
    ]  # fmt: skip
    newest = newest_backup(held)
    assert newest is not None
    assert (newest.key, newest.size) == ("20261128/030000-abcd/manifest.json", 2_000)
    assert newest.change_percent == -75.0
    held.append(stored("20261128/030000-abcd/corrupt.json", 0.005, 90))
    newest = newest_backup(held)
    assert newest is not None
    assert (newest.key, newest.corrupt) == ("20261127/manifest.json", 1)


def test_no_password_is_among_the_arguments() -> None:
    dsn = "postgresql://ana:s3cret@db.example:6543/shop?sslmode=require&keepalives_idle=30"
    environment, connection = sign_in(dsn)
    assert environment["PGPASSWORD"] == "s3cret"
    assert (environment["PGHOST"], environment["PGPORT"]) == ("db.example", "6543")
    assert environment["PGSSLMODE"] == "require"
    assert "s3cret" not in connection
    assert connection == "keepalives_idle='30' dbname='shop'"
    assert "SLACK_BOT_TOKEN" not in environment


def test_dumps_go_to_neons_direct_host() -> None:
    pooled = "postgresql://a:b@ep-cool-1-pooler.eu.aws.neon.tech/db?sslmode=require"
    assert "host=ep-cool-1.eu.aws.neon.tech" in direct(pooled)
    other = "postgresql://a:b@pooler.example/db"
    assert direct(other) == other


def test_sizes_and_times_as_people_read_them() -> None:
    assert [size(each) for each in (0, 999, 1_000, 35_200_000, 2.5e9)] == [
        "0 bytes", "999 bytes", "1.0 kB", "35.2 MB", "2.5 GB",
    ]  # fmt: skip
    assert [span(timedelta(seconds=each)) for each in (1.23, 45, 600, 25_200, 260_000)] == [
        "1.2 s", "45 s", "10 min", "7 h", "3 days",
    ]  # fmt: skip


def _settings():  # type: ignore[no-untyped-def]
    from types import SimpleNamespace

    return SimpleNamespace(backups=LIMITS)


def test_where_every_backup_is_corrupt_the_alert_still_knows() -> None:
    objects = [
        StoredObject(f"20261128/{name}", 5_000, NOW - timedelta(hours=2))
        for name in ("database.dump.zst", "manifest.json")
    ]
    assert corrupt_backups(objects) == 0
    objects.append(StoredObject("20261128/corrupt.json", 9, NOW - timedelta(hours=1)))
    assert newest_backup(objects) is None
    assert corrupt_backups(objects) == 1


def test_a_drill_says_in_its_first_line_what_came_of_it() -> None:
    def told(**changes: object) -> Reply:
        measured = {
            "at": NOW, "rto_seconds": 41.0, "rpo_seconds": 6 * 3_600.0, "tables": 12, "rows": 9,
            "rto_target_seconds": 4 * 3_600.0, "rpo_target_seconds": 26 * 3_600.0,
        } | changes  # fmt: skip
        return drilled_reply(Drilled(backup(1, id="20261127"), Drill(**measured)))  # type: ignore[arg-type]

    passed = told()
    assert passed.text == (
        ":white_check_mark: Restore drill of 20261127 passed: 12 tables, "
        "RTO 41 s (target 4 h), RPO 6 h (target 26 h)"
    )
    old = told(rpo_seconds=60 * 3_600.0)
    assert "is whole, but its data is too old: RTO 41 s (target 4 h), RPO 2" in old.text
    bad = told(problems=("public.users has another checksum.",))
    assert bad.outcome == "failed"
    for each in (old, bad):
        assert each.blocks[-1]["elements"][0]["text"]["text"] == "Make a backup now"
