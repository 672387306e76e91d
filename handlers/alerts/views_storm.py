"""Many alerts as one message. Pure."""

from __future__ import annotations

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
    mention,
    section,
)
from bot.command import Block
from handlers.alerts.views import headline, incident_button, ladder

if TYPE_CHECKING:
    from handlers.alerts.result import StormCard


def storm_message(card: StormCard) -> tuple[str, list[Block]]:
    """Many alerts as one message: how many, of which rules, and the worst by name."""
    storm, total = card.storm, card.total
    rules = len({part.rule for part in card.parts})
    of_rules = "1 rule" if rules == 1 else f"{rules} rules"
    if not card.open:
        text = f":white_check_mark: Storm over: all {total:,} alerts of {of_rules} are resolved"
    elif not card.firing:
        takers = {one.acknowledger for one in card.worst if one.acknowledger.name}
        people = sorted(mention(each.id, each.name) for each in takers)
        by = f" by {', '.join(people[:3])}" if people else ""
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
    if card.firing:
        facts += ladder(storm.climb, card.around, card.now)
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
    acts.append(command_button(*card.around.diagnose))
    acts.append(command_button("List them", f"alerts list --storm {storm.id}"))
    if card.around.incident:
        acts.append(incident_button(card.around))
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
