"""What the bot's own records say of the time since: alerts, incidents, action items, space."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.errors import OpsError
from bot.phrases import how_old, plural
from handlers.morning.result import Found, State
from handlers.morning.words import change, listed, size

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store import Store

_FULL, _FILLING = 90.0, 80.0  # percent of the disk
_DAY = timedelta(days=1)
_SHOWN = 5


def open_alerts(store: Store, now: datetime) -> Found:
    """Raises OpsError where the store cannot be read."""
    found = [alert for alert in store.alerts.open() if not alert.is_test]
    firing = [alert for alert in found if alert.state == "firing" and not alert.snoozed(now)]
    quiet = len(found) - len(firing)
    lines = tuple(
        f"{alert.id} {alert.problem.title}, since {how_old(now - alert.fired_at)}, nobody took it"
        for alert in firing[:_SHOWN]
    )
    data = {"firing": len(firing), "acknowledged or snoozed": quiet}
    if firing:
        why = (
            f"{firing[0].problem.title} fires" if len(firing) == 1 else f"{len(firing)} alerts fire"
        )
        summary = f"{plural(len(firing), 'alert')} that nobody took, {quiet} taken or snoozed"
        return Found("alerts", State.NEEDS, summary, lines, why, "Show alerts", "alerts", data=data)
    if quiet:
        summary = f"{plural(quiet, 'alert')} taken or snoozed, none unattended"
        return Found("alerts", State.NOTE, summary, (), "", "Show alerts", "alerts", data=data)
    return Found("alerts", State.GOOD, "none", data=data)


def incidents(store: Store, since: datetime, now: datetime) -> Found:
    """Those that are open, and those declared since; drills are counted, private ones left out."""
    opened = [each for each in store.incidents.open() if not (each.drill or each.private)]
    declared = [
        each for each in store.incidents.between(since, now) if not (each.drill or each.private)
    ]
    drills = sum(each.drill and not each.private for each in store.incidents.between(since, now))
    named = {each.number: each for each in (*opened, *declared)}
    lines = tuple(
        f"{each.severity} {each.id} {each.title}: "
        f"{each.status.value}, declared {how_old(now - each.declared_at)} ago"
        for each in list(named.values())[:_SHOWN]
    )
    data = {"open": len(opened), "declared": len(declared), "drills": drills}
    besides = f", {plural(drills, 'drill')}" if drills else ""
    summary = f"{len(opened)} open, {len(declared)} declared in the last {how_old(now - since)}"
    step = ("Show incidents", "incident list")
    if opened:
        ids = listed([f"{each.id} ({each.severity})" for each in opened], 3)
        why = f"{ids} {'is' if len(opened) == 1 else 'are'} open"
        return Found("incidents", State.NEEDS, summary + besides, lines, why, *step, data=data)
    state = State.NOTE if declared else State.GOOD
    return Found("incidents", state, summary + besides, lines, "", *step, data=data)


def action_items(store: Store, now: datetime) -> Found:
    found = store.lesson_actions.open()
    late = [each for each in found if each.overdue(now)]
    data = {"open": len(found), "overdue": len(late)}
    if not found:
        return Found("actions", State.GOOD, "none is open", data=data)
    lines = tuple(
        f"{each.id} {each.text}, {each.owner_name or 'nobody'}, "
        f"{how_old(now - each.due_at) if each.due_at else ''} late"
        for each in late[:_SHOWN]
    )
    summary = f"{len(found)} open, {len(late)} overdue"
    why = f"{plural(len(late), 'action item')} overdue" if late else ""
    state = State.NEEDS if late else State.NOTE
    step = ("Show action items", "incident actions")
    return Found("actions", state, summary, lines, why, *step, data=data)


def space(store: Store, settings: Settings, environment: str, now: datetime) -> Found:
    """Disk of the bot's machine, its store's size, and the database's with its growth."""
    place = settings.store.path.parent
    try:
        use = shutil.disk_usage(place)
    except OSError as error:
        raise OpsError(
            f"The disk of the bot's machine cannot be read: {error.strerror}."
        ) from error
    own = store.size()
    percent = 100.0 * use.used / max(1, use.used + use.free)
    disk = f"Bot's disk {percent:.0f} % full, {size(use.free)} free (limit {_FULL:.0f} %)"
    lines = [disk, f"Bot's own store {size(own)}"]
    data: dict[str, float] = {"disk_percent": round(percent, 1), "store_bytes": own}
    newest = store.samples.latest(environment, "database_size")
    summary = f"disk {percent:.0f} % full"
    if newest is None:
        lines.append("Database size was not measured yet")
    else:
        data["database_bytes"] = newest.value
        age = "" if now - newest.at < timedelta(hours=2) else f", {how_old(now - newest.at)} ago"
        summary += f", database {size(newest.value)}{age}"
        lines.append(
            f"Database {size(newest.value)}{age}{_growth(store, environment, newest.value, now)}"
        )
    state = State.NEEDS if percent > _FULL else State.NOTE if percent > _FILLING else State.GOOD
    why = f"the bot's disk is {percent:.0f} % full" if percent > _FULL else ""
    step = ("Database size", "metrics 7d database_size")
    return Found("space", state, summary, tuple(lines), why, *step, data=data)


def _growth(store: Store, environment: str, value: float, now: datetime) -> str:
    told = []
    for days, words in ((1, "a day"), (7, "7 days")):
        at = now - days * _DAY
        then = store.samples.window(environment, "database_size", at - _DAY / 12, at + _DAY / 12)
        if then is not None:
            grown = value - then.average
            sign = "+" if grown >= 0 else "−"
            told.append(f"{sign}{size(abs(grown))} in {words} ({change(value, then.average)})")
    return f", {', '.join(told)}" if told else ", growth not known yet"
