"""An alert as a message, and what the other views say in the same words. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.blocks import (
    actions,
    code,
    command_button,
    context,
    date,
    escape,
    form_button,
    mention,
    section,
)
from bot.command import Block
from bot.phrases import span

if TYPE_CHECKING:
    from bot.escalation import Climb
    from bot.settings.tables import EscalationLevel
    from bot.store import Alert
    from handlers.alerts.result import AlertCard, Surroundings

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
        took = span((alert.resolved_at or now) - alert.changed_at)
        return f":white_check_mark: {mark}Resolved after {took}: {title}"
    flaps = "Flapping, " if problem.flapping else ""
    if alert.state == "acknowledged":
        by = mention(alert.acknowledger.id, alert.acknowledger.name)
        state = "acknowledged" if flaps else "Acknowledged"
        return f":eyes: {mark}{flaps}{state} by {by}: {title} ({word.lower()})"
    if alert.snoozed(now):
        by = mention(alert.acknowledger.id, alert.acknowledger.name)
        return f":zzz: {mark}Snoozed by {by}: {title}"
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
        facts.append(f"owner {holding(problem.owner)}")
    if problem.playbook:
        facts.append(f"playbook {code(problem.playbook)}")
    return facts


def _standing(card: AlertCard) -> list[str]:
    alert, now = card.alert, card.now
    told: list[str] = []
    if alert.arrived_at and alert.posted_at and late(alert.arrived_at - alert.posted_at):
        told.append(
            f":hourglass: This message arrived {span(alert.arrived_at - alert.posted_at)} late: "
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
            f"{mention(card.silence.owner.id, card.silence.owner.name)}: nobody is called."
        )
    if alert.state == "acknowledged" and alert.acknowledged_at is not None:
        note = f": {escape(alert.note)}" if alert.note else ""
        told.append(f"Acknowledged {date(alert.acknowledged_at)}{note}.")
    elif alert.snoozed(now) and alert.snoozed_until is not None:
        told.append(f"Nobody is called until {date(alert.snoozed_until)}.")
    elif card.silence is None:
        told += _climbing(alert, card.around, now)
    if alert.problem.flapping:
        told.append("It comes and goes: it stays open until it is calm for a while.")
    return told


def _climbing(alert: Alert, around: Surroundings, now: datetime) -> list[str]:
    phrases = ladder(alert.climb, around, now) if alert.storm is None else []
    sentences = " ".join(f"{each[:1].upper()}{each[1:]}." for each in phrases)
    return [sentences] if sentences else []


def ladder(climb: Climb, around: Surroundings, now: datetime) -> list[str]:
    """Who was called and who is next, as phrases; none where nobody is called any more."""
    if climb.next_at is None or not around.levels:
        return []
    if all(level.level in around.unnamed for level in around.levels):
        return ["nobody is named on call, so this calls nobody: see `/pitchey oncall`"]
    told = []
    if climb.called:
        last = around.levels[min(climb.called, len(around.levels)) - 1]
        told.append(
            f"nobody is named for {_level(last)}"
            if last.level in around.unnamed
            else f"{_level(last)} was called"
        )
    if climb.called >= len(around.levels):
        return [*told, "nobody is left to call"] if climb.next_at > now else told
    following, at = around.levels[climb.called], date(climb.next_at, "{time}")
    if climb.next_at <= now:
        told.append("the next level is being called")
    elif following.level in around.unnamed:
        told.append(f"{_level(following)} is next at {at}, but nobody is named")
    else:
        told.append(f"{_level(following)} is called at {at}, unless acknowledged")
    return told


def _level(level: EscalationLevel) -> str:
    return f"{escape(level.level)} {escape(level.contact)}"


def _buttons(alert: Alert, around: Surroundings, now: datetime) -> list[Block]:
    problem = alert.problem
    acts: list[Block] = []
    if alert.state == "firing":
        acts.append(
            command_button("Acknowledge", f"alerts acknowledge {alert.id}", style="primary")
        )
    if around.mends is not None:
        acts.append(command_button(*around.mends))
    acts.append(command_button(*around.diagnose))
    if around.rollback:
        acts.append(command_button("Roll back …", around.rollback, style="danger"))
    if around.incident:
        acts.append(incident_button(around))
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


def incident_button(around: Surroundings) -> Block:
    return command_button(f"Show {around.incident}", f"incident show {around.incident}")


def holding(holder: str) -> str:
    """A person or user group as the settings write it, so that Slack calls them."""
    if holder.startswith(("U", "W")):
        return f"<@{holder}>"
    return escape(holder) if not holder.startswith("S") else f"<!subteam^{holder}>"


def sentence(text: str) -> str:
    """Foreign text as one sentence with its full stop."""
    return f"{escape(text.rstrip('.'))}."


def late(by: timedelta) -> bool:
    return by >= timedelta(seconds=60)
