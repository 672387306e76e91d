"""What people do to alerts: acknowledge, snooze, resolve, silence, test."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.blocks import clip, code
from bot.command import Person
from bot.errors import BadInput
from bot.store import Alert, Problem, Silence, Storm
from bot.store.alerts_rows import RULE, TEST
from handlers.alerts import wording
from handlers.alerts.looking import NO_DATA, environments, evaluate, event, problem_of
from handlers.alerts.measuring import Measuring
from handlers.alerts.result import AlertDetail, AlertList, RuleState, SilenceList
from handlers.alerts.surroundings import card, silence_of

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.settings.alerts import Rule

MOST_TOUCHED = 50


def find(runtime: Runtime, text: str) -> Alert:
    """The alert of that id; raises BadInput."""
    found = runtime.store.alerts.find(text)
    if found is None:
        raise BadInput(
            f"There is no alert {code(clip(text, 40))}.",
            "`/pitchey alerts` lists them; an id looks like `AL-12`.",
        )
    return found


def find_storm(runtime: Runtime, text: str) -> Storm | None:
    """The storm `ST-3`; None for other text. Raises BadInput where there is no such storm."""
    written = text.strip().upper()
    if not written.startswith("ST-"):
        return None
    number = written.removeprefix("ST-")
    storm = runtime.store.alert_storms.find(int(number)) if number.isdecimal() else None
    if storm is None:
        raise BadInput(f"There is no storm {code(clip(text, 40))}.", "Its message names it.")
    return storm


def acknowledge(runtime: Runtime, alert: Alert, person: Person, note: str) -> bool:
    """False where it does not fire any more: nothing is changed then."""
    now = runtime.now()
    remind_at = now + timedelta(minutes=runtime.settings.alerts.remind_minutes)
    done = runtime.store.alerts.acknowledge(alert.number, person, note, now, remind_at)
    if done:
        _publish(runtime, alert.number, now)
    return done


def acknowledge_storm(runtime: Runtime, storm: Storm, person: Person, note: str) -> int:
    """How many alerts of it were acknowledged by this."""
    now = runtime.now()
    firing = runtime.store.alert_storms.firing_in(storm.number)
    remind_at = now + timedelta(minutes=runtime.settings.alerts.remind_minutes)
    done = runtime.store.alerts.acknowledge_storm(storm.number, person, note, now, remind_at)
    # The others say the same of the same storm; whoever listens reads the store.
    for number in firing[:1]:
        _publish(runtime, number, now)
    return done


def snooze(runtime: Runtime, alert: Alert, person: Person, until: datetime) -> bool:
    now = runtime.now()
    done = runtime.store.alerts.snooze(alert.number, person, until, now)
    if done:
        _publish(runtime, alert.number, now)
    return done


def resolve(runtime: Runtime, alert: Alert, person: Person) -> bool:
    """Raises BadInput for an alert that a rule measures: that one resolves by itself."""
    if alert.measured:
        raise BadInput(
            f"{code(alert.id)} resolves by itself, once it is measured to be good again.",
            "Acknowledge it, snooze it or silence its rule.",
        )
    now = runtime.now()
    done = runtime.store.alerts.resolve(alert.number, now, f"resolved by {person.name}", person)
    if done:
        _publish(runtime, alert.number, now)
    return done


def test(runtime: Runtime, rule: Rule, environment: str, person: Person) -> Alert:
    """A test alert of that rule, which goes the way of a real one to the first level."""
    now = runtime.now()
    real = problem_of(runtime.settings, rule, environment, "")
    problem = Problem(
        source=TEST,
        key=f"{rule.name}:{environment}:{int(now.timestamp() * 1000)}",
        title=real.title,
        severity=rule.severity,
        summary=f"{person.name} tests whether this alert arrives; nothing was measured",
        rule=rule.name,
        environment=environment,
        channel=real.channel,
        owner=real.owner,
        playbook=real.playbook,
        escalates=real.escalates,
    )
    ((name, _),) = runtime.store.alerts.raise_all([problem], now)
    _publish(runtime, int(name.removeprefix("AL-")), now)
    return find(runtime, name)


def read_list(runtime: Runtime, limit: int, storm: Storm | None = None) -> AlertList:
    """Open alerts, those of a storm as one line; of one storm, where given, one by one."""
    store, now = runtime.store, runtime.now()
    counts, silences = store.alerts.counts(), store.alert_rules.silences(now)
    storms = store.alert_storms.open()
    if storm is not None:
        opened = store.alerts.open(limit, storm=storm.number)
        storms = tuple(each for each in storms if each.number == storm.number)
    else:
        opened = store.alerts.open(limit, storm=0)
    resolved = [alert for alert in store.alerts.newest(40) if alert.state == "resolved"]
    return AlertList(
        opened,
        tuple(resolved[:3]),
        sum(count for state, count in counts.items() if state == "firing"),
        sum(count for state, count in counts.items() if state == "acknowledged"),
        now,
        frozenset(alert.number for alert in opened if silence_of(alert, silences, now)),
        storms,
        len(store.alerts.opened_by(TEST)),
    )


def read_detail(runtime: Runtime, alert: Alert) -> AlertDetail:
    silences = runtime.store.alert_rules.silences(runtime.now())
    rule = next(
        (
            each
            for each in runtime.settings.alerts.every_rule
            if alert.problem.source in (RULE, TEST) and each.name == alert.problem.rule
        ),
        None,
    )
    history = runtime.store.alerts.history(alert.number)
    return AlertDetail(card(runtime, alert, silences), rule, history)


def read_rules(runtime: Runtime) -> tuple[RuleState, ...]:
    """Every rule with what is measured now; blocks while it reads."""
    now, settings = runtime.now(), runtime.settings
    store = runtime.store
    known, silences = store.alert_rules.conditions(), store.alert_rules.silences(now)
    measuring = Measuring(store, now, settings.alerts.slo_target)
    fresh = evaluate(runtime, now).conditions
    states = []
    for rule in settings.alerts.every_rule:
        for environment in environments(settings, rule):
            key = (rule.name, environment)
            condition = known.get(key) or fresh.get(key)
            measured = measuring.measure(rule, environment)
            state = condition.state if condition else "ok"
            if condition is not None and condition.open:
                state = "firing"
            elif not measured.known:
                state = "no data"
            states.append(
                RuleState(
                    rule,
                    environment,
                    state if rule.enabled else "off",
                    condition.since if condition else None,
                    wording.now(rule, measured),
                    any(
                        each.holds(now) and each.covers(rule.name, environment) for each in silences
                    ),
                )
            )
    return tuple(states)


def read_silences(runtime: Runtime) -> SilenceList:
    now = runtime.now()
    found = runtime.store.alert_rules.silences(now, past=5)
    return SilenceList(
        tuple(each for each in found if each.ends_at > now),
        tuple(each for each in found if each.ends_at <= now),
        now,
    )


def tell_silence(runtime: Runtime, each: Silence, text: str, act: str) -> None:
    """Say in the alerts channel that something is silenced, or is not any more."""
    channel = runtime.settings.slack.alerts_channel
    runtime.messages.post(channel, text, key=f"alert-silence:{each.id}:{act}")
    opened = runtime.store.alerts.open(MOST_TOUCHED)
    runtime.store.alerts.touch(
        [
            alert.number
            for alert in opened
            if each.covers(alert.problem.rule, alert.problem.environment)
        ]
    )


def find_silence(runtime: Runtime, text: str) -> Silence:
    """By its number; raises BadInput."""
    number = text.strip().removeprefix("#")
    silences = runtime.store.alert_rules.silences(runtime.now(), past=200)
    found = next((each for each in silences if str(each.id) == number), None)
    if found is None:
        raise BadInput(
            f"There is no silence {code(clip(text, 40))}.", "`/pitchey alerts silences` lists them."
        )
    return found


def _publish(runtime: Runtime, number: int, now: datetime) -> None:
    alert = runtime.store.alerts.find(number)
    if alert is not None:
        runtime.publish(event(alert, now))


__all__ = [
    "NO_DATA",
    "acknowledge",
    "acknowledge_storm",
    "find",
    "find_silence",
    "find_storm",
    "read_detail",
    "read_list",
    "read_rules",
    "read_silences",
    "resolve",
    "snooze",
    "tell_silence",
    "test",
]
