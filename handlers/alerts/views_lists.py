"""Alerts, rules and silences as lists, and one alert in full. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import actions, clip, code, command_button, context, date, escape, mention, section
from bot.command import Block, Reply
from bot.phrases import span
from handlers.alerts.views import alert_message, headline, sentence
from handlers.alerts.wording import condition

if TYPE_CHECKING:
    from bot.store import Alert, OpenStorm, Silence
    from handlers.alerts.result import AlertDetail, AlertList, RuleState, SilenceList

SHOWN = 15
_MARKS = {
    "firing": ":red_circle:", "pending": ":large_yellow_circle:", "no data": ":grey_question:",
    "off": ":white_circle:", "ok": ":large_green_circle:",
}  # fmt: skip
_WORST = ("firing", "no data", "pending", "ok", "off")


def list_reply(found: AlertList) -> Reply:
    """Open alerts worst first, then what was resolved last."""
    if found.firing:
        noun = "alert fires" if found.firing == 1 else "alerts fire"
        text = f":rotating_light: {found.firing:,} {noun}, {found.acknowledged:,} acknowledged."
    elif found.acknowledged:
        text = f":eyes: Nothing new: {found.acknowledged:,} acknowledged, none unattended."
    else:
        text = ":white_check_mark: No alert is open."
    if found.tests:
        noun = "test alert is" if found.tests == 1 else "test alerts are"
        text = f"{text[:-1]}; {found.tests} {noun} open."
    blocks: list[Block] = [section(f"*{text}*")]
    # A storm that somebody has taken comes behind what nobody has.
    blocks += [_storm(storm, found) for storm in found.storms if storm.firing]
    lines = [_line(alert, found) for alert in found.open]
    blocks += [section("\n".join(lines[at : at + 8])) for at in range(0, len(lines), 8)]
    blocks += [_storm(storm, found) for storm in found.storms if not storm.firing]
    hidden = found.firing + found.acknowledged + found.tests - len(lines)
    hidden -= sum(storm.firing + storm.acknowledged for storm in found.storms) if lines else 0
    if hidden > 0 and not found.storms:
        blocks.append(context(f"{hidden:,} more are open; `alerts list --limit 50` shows more."))
    if found.resolved:
        ended = "\n".join(
            f"• {code(alert.id)} {escape(alert.problem.title)}, over "
            f"{date(alert.resolved_at or found.now)}"
            for alert in found.resolved
        )
        blocks.append(section(f"Resolved last\n{ended}"))
    acts = [
        command_button(f"Acknowledge {alert.id}", f"alerts acknowledge {alert.id}")
        for alert in found.open
        if alert.state == "firing"
    ][:2]
    blocks.append(actions(*acts, command_button("Show rules", "alerts rules")))
    data = {"open": found.open, "storms": found.storms, "resolved": found.resolved}
    return Reply(text, blocks, data=data, exit_code=1 if found.firing else 0)


def _storm(storm: OpenStorm, found: AlertList) -> Block:
    name = f"ST-{storm.number}"
    words = (
        f"{code(name)} Alert storm: {storm.firing:,} firing, {storm.acknowledged:,} "
        f"acknowledged, since {span(found.now - storm.changed_at)}"
    )
    list_them = command_button(f"List {name}", f"alerts list --storm {name}")
    return section(words, accessory=list_them)


def _line(alert: Alert, found: AlertList) -> str:
    since = span(found.now - alert.changed_at)
    muted = ", silenced" if alert.number in found.muted else ""
    storm = f", storm {code(f'ST-{alert.storm}')}" if alert.storm else ""
    return (
        f"• {code(alert.id)} {headline(alert, found.now)}, since {since}{muted}{storm}\n"
        f"   {clip(sentence(alert.problem.summary), 140)}"
    )


def detail_reply(found: AlertDetail) -> Reply:
    """One alert: as its message, then its rule and what happened to it."""
    text, blocks = alert_message(found.card)
    if found.rule is not None:
        blocks.insert(1, section(f"Rule {code(found.rule.name)}: {escape(condition(found.rule))}."))
    lines = [
        f"• {date(entry.at, '{date_short_pretty} {time_secs}')} {escape(entry.kind)}"
        + (f" by {mention(entry.person.id, entry.person.name)}" if entry.person.name else "")
        + (f": {clip(escape(entry.text), 150)}" if entry.text else "")
        for entry in found.history[-15:]
    ]
    if lines:
        blocks.append(section("What happened\n" + "\n".join(lines)))
    firing = found.card.alert.state == "firing"
    data = {"alert": found.card.alert, "history": found.history}
    return Reply(text, blocks, data=data, exit_code=1 if firing else 0)


def changed_reply(card_text: str, blocks: list[Block], said: str) -> Reply:
    """What became of an act, first in words, then the alert as it is now."""
    return Reply(said, [section(f"*{said}*"), *blocks[:1]], data={"said": said, "alert": card_text})


def rules_reply(states: tuple[RuleState, ...]) -> Reply:
    """Every rule where it holds, worst first."""
    ordered = sorted(states, key=lambda each: _WORST.index(each.state))
    firing = sum(each.state == "firing" for each in states)
    blind = sum(each.state == "no data" for each in states)
    counted = f"{len(states)} rules: {firing} firing"
    counted += f", {blind} without data" if blind else ""
    emoji = ":rotating_light:" if firing else (":warning:" if blind else ":white_check_mark:")
    text = f"{emoji} {counted}."
    blocks: list[Block] = [section(f"*{text}*")]
    lines = [_rule(each) for each in ordered]
    blocks += [section("\n".join(lines[at : at + 8])) for at in range(0, min(len(lines), 160), 8)]
    if len(lines) > 160:
        blocks.append(context(f"{len(lines) - 160} more rules are not shown."))
    blocks.append(
        context("Rules are set in `[[alerts.rules]]` of pitchey.toml.", "No data means not judged.")
    )
    blocks.append(actions(command_button("Show silences", "alerts silences")))
    return Reply(text, blocks, data=list(ordered), exit_code=1 if firing else 0)


def _rule(state: RuleState) -> str:
    rule = state.rule
    muted = ", silenced" if state.silenced else ""
    since = f" since {date(state.since)}" if state.since and state.state == "firing" else ""
    return (
        f"{_MARKS[state.state]} {code(rule.name)} {escape(state.environment)}: "
        f"*{state.state}*{since}{muted}, {rule.severity}\n"
        f"   {escape(condition(rule))}; now {escape(state.measured)}"
    )


def silences_reply(found: SilenceList) -> Reply:
    """What is told to nobody now or later, until when and why."""
    holding = [each for each in found.silences if each.holds(found.now)]
    if holding:
        noun = "silence holds" if len(holding) == 1 else "silences hold"
        text = f":mute: {len(holding)} {noun} now."
    elif found.silences:
        text = f":calendar: No silence holds now; {len(found.silences)} will."
    else:
        text = ":bell: Nothing is silenced."
    blocks: list[Block] = [section(f"*{text}*")]
    for each in found.silences[:SHOWN]:
        end = command_button(f"End {each.id} now", f"alerts unsilence {each.id}")
        blocks.append(section(silence_line(each), accessory=end))
    if found.past:
        over = "\n".join(f"• {silence_line(each)}" for each in found.past)
        blocks.append(context(f"Over:\n{over}"))
    return Reply(text, blocks, data=found)


def silence_line(each: Silence) -> str:
    """`3 *SLOW_\\** on production until …, by Ana: new cache`."""
    what = "everything" if each.rule == "*" else code(each.rule)
    where = f" on {escape(each.environment)}" if each.environment else ""
    word = "Maintenance" if each.kind == "maintenance" else "Silence"
    ended = f", ended by {escape(each.ended_by)}" if each.ended_by else ""
    return (
        f"{word} {each.id}: {what}{where}, {date(each.starts_at)} to {date(each.ends_at)}, "
        f"owner {escape(each.owner.name)}: {clip(escape(each.reason), 200)}{ended}"
    )


def silenced_reply(each: Silence, note: str) -> Reply:
    text = (
        f":mute: {'Maintenance' if each.kind == 'maintenance' else 'Silenced'}: "
        f"{'every rule' if each.rule == '*' else escape(each.rule)}"
        f"{f' on {escape(each.environment)}' if each.environment else ''} "
        f"until {date(each.ends_at)}."
    )
    blocks: list[Block] = [section(f"*{text}*\n{silence_line(each)}"), context(note)]
    blocks.append(
        actions(
            command_button("End it now", f"alerts unsilence {each.id}"),
            command_button("Show silences", "alerts silences"),
        )
    )
    return Reply(text, blocks, data=each)
