"""Counts, times and trends; drills are no incidents, and private ones keep their secrets."""

from __future__ import annotations

from datetime import timedelta

from bot.app import House
from bot.store import Store
from bot.store.incidents_rows import Kind
from bot.store.lessons_rows import ActionState, NewAction
from handlers.lessons.actions.weekly import follow_up
from handlers.lessons.feedback.asking import ask, remind
from handlers.lessons.stats.counting import Stats, stats_of
from handlers.lessons.stats.views import stats_reply
from handlers.lessons.stats.window import window_of
from tests.lessons import past
from tests.lessons.past import ANA, BEGAN, RITA, minute
from tests.lessons.test_report import feedback

NOW = BEGAN + timedelta(days=10)


def counted(store: Store, visible: frozenset[int] = frozenset()) -> Stats:
    return stats_of(store, window_of("30d", NOW, "UTC"), NOW, visible)


def test_drills_are_left_out_and_the_time_before_is_compared(store: Store) -> None:
    before = BEGAN - timedelta(days=35)
    past.resolved(store, "old", began=before)
    past.resolved(store, "one", severity="SEV1")
    past.resolved(store, "two", kind=Kind.DEGRADATION)
    past.declared(store, "three")
    past.resolved(store, "practice", kind=Kind.DRILL, severity="SEV1")
    found = counted(store)
    assert (found.period.total, found.before.total, found.drills) == (3, 1, 1)
    assert dict(found.period.severities) == {"SEV1": 1, "SEV2": 2, "SEV3": 0, "SEV4": 0}
    assert found.period.open == 1
    assert found.period.resolve.mean == found.before.resolve.mean == timedelta(minutes=70)
    assert found.period.resolve.count == 2
    assert found.period.acknowledge.mean == timedelta(minutes=3)
    reply = stats_reply(found)
    assert "3 incidents in the last 30 days" in reply.text
    assert "as before" in str(reply.blocks)
    assert "1 drill left out" in str(reply.blocks)


def test_without_incidents_it_says_so(store: Store) -> None:
    reply = stats_reply(counted(store))
    assert reply.text == ":white_check_mark: No incident in the last 30 days"
    assert "no data" in str(reply.blocks)


def test_causes_come_back_and_private_ones_stay_unnamed(store: Store) -> None:
    one = past.resolved(store, "one")
    two = past.resolved(store, "two", kind=Kind.SECURITY)
    three = past.resolved(store, "practice", kind=Kind.DRILL)
    for each in (one, two, three):
        store.lessons.give(feedback(each.number, factors=("change", "people")))
        store.lessons.give(feedback(each.number, RITA, factors=("change",)))
    (change, _) = counted(store).causes
    assert (change.name, change.count, change.incidents) == (
        "A deployment or other change", 2, (one.id,),
    )  # fmt: skip
    assert counted(store, frozenset({two.number})).causes[0].incidents == (one.id, two.id)
    assert counted(store).parts == ()


def test_weekly_tells_overdue_ones_first_and_private_ones_to_their_owner_only(
    house: House, store: Store
) -> None:
    import asyncio

    open_one, secret = past.resolved(store), past.resolved(store, "leak", kind=Kind.SECURITY)
    for number, text, due in (
        (open_one.number, "later", minute(60 * 24 * 30)),
        (open_one.number, "late", minute(60)),
        (secret.number, "rotate the key of Bob", minute(30)),
    ):
        store.lesson_actions.add(NewAction(number, text, RITA.id, RITA.name, due), ANA, BEGAN)
    runtime = house.dispatcher.runtime
    runtime.clock = lambda: NOW
    for _ in range(2):
        told = asyncio.run(follow_up(runtime, NOW))
    assert told == "3 open, 2 overdue, 1 owners told"
    key = f"lessons:weekly:{int(NOW.timestamp())}"
    public, mine = store.outbox.find(key), store.outbox.find(f"{key}:{RITA.id}")
    assert public is not None
    assert mine is not None
    assert "2 action items open, 1 overdue" in public.text
    assert "Bob" not in str(public.blocks)
    assert "Bob" in str(mine.blocks)
    assert str(public.blocks).index("ACT-2") < str(public.blocks).index("ACT-1")
    for each in store.lesson_actions.open():
        store.lesson_actions.end(each.id, ActionState.DONE, "", ANA, NOW)
    assert asyncio.run(follow_up(runtime, NOW + timedelta(days=7))).startswith("0 open")
    assert store.outbox.find(f"lessons:weekly:{int((NOW + timedelta(days=7)).timestamp())}") is None


def test_everybody_is_asked_once_and_reminded_once(house: House, store: Store) -> None:
    runtime = house.dispatcher.runtime
    now = [NOW]
    runtime.clock = lambda: now[0]
    record = past.resolved(store)
    past.declared(store, "still open")
    assert ask(runtime) == 1
    assert ask(runtime) == 0
    asked = [each.person_name for each in store.lessons.asked(record.id)]
    assert asked == ["ana", "rita"]
    store.lessons.give(feedback(record.number, ANA, well="fine"))
    assert remind(runtime) == 0
    now[0] += timedelta(hours=25)
    assert remind(runtime) == 1
    assert remind(runtime) == 0
    reminder = store.outbox.find(f"lessons:{record.number}:remind:{RITA.id}")
    assert reminder is not None
    assert "Still open" in reminder.text
    assert store.outbox.find(f"lessons:{record.number}:remind:{ANA.id}") is None


def test_an_old_incident_is_not_asked_about_after_an_update_of_the_bot(
    house: House, store: Store
) -> None:
    past.resolved(store)
    house.dispatcher.runtime.clock = lambda: BEGAN + timedelta(days=400)
    assert ask(house.dispatcher.runtime) == 0
