"""An alert and a storm as messages, and what is said in their threads. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.blocks import (
    actions,
    clip,
    code,
    command_button,
    context,
    date,
    escape,
    form_button,
    section,
)
from bot.command import Block

if TYPE_CHECKING:
    from bot.store import Alert
    from handlers.alerts.result import AlertCard, StormCard, Surroundings

_SEVERITY = {
    "critical": (":rotating_light:", "Critical"),
    "warning": (":warning:", "Warning"),
    "info": (":information_source:", "Info"),
}
_SEV = {"critical": "SEV2", "warning": "SEV3", "info": "SEV4"}
TEST_WORDS = "TEST, nothing is wrong"


def headline(alert: Alert, now: datetime) -> str:
    """The alert in one line: state in words, what it is about."""
    problem = alert.problem
    emoji, word = _SEVERITY.get(problem.severity, _SEVERITY["warning"])
    title = escape(problem.title)
    mark = f"{TEST_WORDS}: " if alert.is_test else ""
    if alert.state == "resolved":
        took = lasted((alert.resolved_at or now) - alert.changed_at)
        return f":white_check_mark: {mark}Resolved after {took}: {title}"
    flaps = "Flapping, " if problem.flapping else ""
    if alert.state == "acknowledged":
        by = escape(alert.acknowledger.name)
        state = "acknowledged" if flaps else "Acknowledged"
        return f":eyes: {mark}{flaps}{state} by {by}: {title} ({word.lower()})"
    if alert.snoozed(now):
        return f":zzz: {mark}Snoozed by {escape(alert.acknowledger.name)}: {title}"
    return f"{emoji} {mark}{flaps}{word.lower() if flaps else word}: {title}"


def alert_message(card: AlertCard) -> tuple[str, list[Block]]:
    """The message of an alert as it stands now: first line and blocks."""
    alert, now = card.alert, card.now
    text = headline(alert, now)
    was = "It was: " if alert.state == "resolved" and alert.measured else ""
    blocks: list[Block] = [section(f"*{text}*\n{was}{sentence(alert.problem.summary)}")]
    blocks.append(context(" · ".join(_facts(alert))))
    told = _standing(card)
    if told:
        blocks.append(context(*told))
    if alert.state != "resolved":
        blocks += _buttons(alert, card.around, now)
    return text, blocks


def _facts(alert: Alert) -> list[str]:
    problem = alert.problem
    facts = [f"{code(alert.id)} {code(problem.rule or problem.source)}"]
    facts.append(f"fired {date(alert.fired_at, '{date_short_pretty} {time_secs}')}")
    if alert.state == "resolved" and alert.resolved_at is not None:
        facts.append(f"over {date(alert.resolved_at, '{date_short_pretty} {time_secs}')}")
    if alert.episode > 1:
        facts.append(f"fired {alert.episode} times")
    if alert.repeats:
        facts.append(f"repeated {alert.repeats} times")
    if problem.owner:
        facts.append(f"owner {mention(problem.owner)}")
    if problem.playbook:
        facts.append(f"playbook {code(problem.playbook)}")
    return facts


def _standing(card: AlertCard) -> list[str]:
    alert, now = card.alert, card.now
    told: list[str] = []
    if alert.arrived_at and alert.posted_at and late(alert.arrived_at - alert.posted_at):
        told.append(
            f":hourglass: This message arrived {lasted(alert.arrived_at - alert.posted_at)} late: "
            f"Slack could not be reached. The alert fired at "
            f"{date(alert.fired_at, '{time_secs}')}."
        )
    if card.around.incident:
        told.append(f"Incident {code(card.around.incident)} is about it.")
    if alert.storm is not None:
        told.append(f"Part of storm {code(f'ST-{alert.storm}')}: its message calls people.")
    if alert.state == "resolved":
        told.append(sentence(alert.resolver[:1].upper() + alert.resolver[1:]))
        return told
    if card.silence is not None:
        told.append(
            f":mute: Silenced until {date(card.silence.ends_at)} by "
            f"{escape(card.silence.owner.name)}: nobody is called."
        )
    if alert.state == "acknowledged" and alert.acknowledged_at is not None:
        note = f": {escape(alert.note)}" if alert.note else ""
        told.append(f"Acknowledged {date(alert.acknowledged_at)}{note}.")
    elif alert.snoozed(now) and alert.snoozed_until is not None:
        told.append(f"Nobody is called until {date(alert.snoozed_until)}.")
    elif card.silence is None:
        told += _ladder(alert, card.around, now)
    if alert.problem.flapping:
        told.append("It comes and goes: it stays open until it is calm for a while.")
    return told


def _ladder(alert: Alert, around: Surroundings, now: datetime) -> list[str]:
    if alert.storm is not None or not alert.climb.climbing or alert.climb.next_at is None:
        return []
    levels, called = around.levels, alert.climb.called
    last = levels[min(called, len(levels)) - 1] if called and levels else None
    was = f"{_level(last)} was called. " if last else ""
    at = date(alert.climb.next_at, "{time}")
    if alert.climb.next_at <= now:
        return [f"{was}The next level is being called."] if called < len(levels) else [was]
    if called < len(levels):
        return [f"{was}{_level(levels[called])} is called at {at}, unless acknowledged."]
    return [f"{was}Nobody is left to call."]


def _level(level: object) -> str:
    name, contact = getattr(level, "level", ""), getattr(level, "contact", "")
    return f"{escape(name)} {escape(contact)}"


def _buttons(alert: Alert, around: Surroundings, now: datetime) -> list[Block]:
    problem = alert.problem
    acts: list[Block] = []
    if alert.state == "firing":
        acts.append(
            command_button("Acknowledge", f"alerts acknowledge {alert.id}", style="primary")
        )
    acts.append(command_button("Diagnose", around.diagnose))
    if around.rollback:
        acts.append(command_button("Roll back …", around.rollback, style="danger"))
    if around.incident:
        acts.append(_incident_button(around))
    elif around.declares and not alert.is_test:
        acts.append(
            form_button(
                "Declare incident",
                "declare_incident",
                style="danger",
                alert=alert.id,
                title=problem.title,
                severity=_SEV.get(problem.severity, "SEV3"),
            )
        )
    if around.playbooks and problem.playbook:
        acts.append(command_button("Start playbook", f"playbook start {problem.playbook}"))
    if not alert.measured:
        acts.append(command_button("Resolve", f"alerts resolve {alert.id}"))
    rows = [actions(*acts)]
    if alert.state == "firing" and not alert.snoozed(now):
        rows.append(
            actions(
                command_button("Snooze 1 h", f"alerts snooze {alert.id} 1h"),
                command_button("Snooze 4 h", f"alerts snooze {alert.id} 4h"),
                command_button("Snooze until 9 AM", f"alerts snooze {alert.id} morning"),
            )
        )
    return rows


def _incident_button(around: Surroundings) -> Block:
    return command_button(f"Show {around.incident}", f"incident show {around.incident}")


def storm_message(card: StormCard) -> tuple[str, list[Block]]:
    """Many alerts as one message: how many, of which rules, and the worst by name."""
    storm, total = card.storm, card.total
    rules = len({part.rule for part in card.parts})
    of_rules = "1 rule" if rules == 1 else f"{rules} rules"
    if not card.open:
        text = f":white_check_mark: Storm over: all {total:,} alerts of {of_rules} are resolved"
    elif not card.firing:
        people = sorted({alert.acknowledger.name for alert in card.worst} - {""})
        by = f" by {escape(', '.join(people[:3]))}" if people else ""
        text = f":eyes: Storm acknowledged{by}: {card.open:,} of {total:,} alerts are still open"
    else:
        noun = "alert" if total == 1 else "alerts"
        text = f":rotating_light: Alert storm: {total:,} {noun} of {of_rules} fire at once"
        if card.firing < total:
            verb = "fires" if card.firing == 1 else "fire"
            text = f":rotating_light: Alert storm: {card.firing:,} of {total:,} {noun} {verb}"
    few = len(card.worst) == card.open
    lines = [f"• {code(alert.id)} {headline(alert, card.now)}" for alert in card.worst if few]
    parts = [part for part in card.parts if not few or part.state == "resolved"]
    lines += [
        f"• *{escape(part.title) if part.count == 1 else escape(part.rule)}*: "
        f"{part.count:,} {part.state}, {part.severity}"
        for part in parts[:20]
    ]
    left = len(parts) - 20
    lines += [f"… and {left} more kinds."] if left > 0 else []
    blocks = [
        section(f"*{text}*\nThey came together, so they are told together: look for one cause."),
        section("\n".join(lines) or "No alerts."),
    ]
    named = [f"{code(alert.id)} {escape(alert.problem.title)}" for alert in card.worst]
    if named and not few:
        blocks.append(context("Worst: " + "; ".join(named)))
    facts = [
        f"{code(storm.id)}",
        f"began {date(storm.began_at, '{date_short_pretty} {time_secs}')}",
    ]
    if storm.climb.next_at is not None and card.firing:
        levels, called = card.around.levels, storm.climb.called
        if 0 < called <= len(levels):
            facts.append(f"{_level(levels[called - 1])} was called")
        if called < len(levels) and storm.climb.next_at > card.now:
            at = date(storm.climb.next_at, "{time}")
            facts.append(f"{_level(levels[called])} is called at {at}, unless acknowledged")
    if card.around.incident:
        facts.append(f"incident {code(card.around.incident)} is about it")
    blocks.append(context(" · ".join(facts)))
    if card.open:
        blocks.append(actions(*_storm_buttons(card)))
    return text, blocks


def _storm_buttons(card: StormCard) -> list[Block]:
    storm = card.storm
    acts = []
    if card.firing:
        acts.append(
            command_button("Acknowledge all", f"alerts acknowledge {storm.id}", style="primary")
        )
    acts.append(command_button("Diagnose", card.around.diagnose))
    acts.append(command_button("List them", f"alerts list --storm {storm.id}"))
    if card.around.incident:
        acts.append(_incident_button(card.around))
    elif card.around.declares:
        more = card.total - 1
        first = card.worst[0].problem.title if card.worst else f"Alert storm {storm.id}"
        acts.append(
            form_button(
                "Declare incident",
                "declare_incident",
                style="danger",
                alert=card.worst[0].id if card.worst else storm.id,
                # A channel is named after it: what is wrong, and that it is not alone.
                title=clip(f"{first}, and {more} more" if more else first, 100),
                severity="SEV2",
            )
        )
    return acts


def mention(holder: str) -> str:
    """A person or user group as the settings write it, so that Slack calls them."""
    if holder.startswith(("U", "W")):
        return f"<@{holder}>"
    return escape(holder) if not holder.startswith("S") else f"<!subteam^{holder}>"


def sentence(text: str) -> str:
    """Foreign text as one sentence with its full stop."""
    return f"{escape(text.rstrip('.'))}."


def late(by: timedelta) -> bool:
    return by >= timedelta(seconds=60)


def lasted(span: timedelta) -> str:
    """`40 s`, `12 min`, `3 h 20 min`, `2 days`."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3_600:
        return f"{seconds // 60} min"
    if seconds < 172_800:
        rest = seconds % 3_600 // 60
        return f"{seconds // 3_600} h {rest} min" if rest else f"{seconds // 3_600} h"
    return f"{seconds // 86_400} days"
