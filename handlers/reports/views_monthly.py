"""The monthly review as a message: the guide's five points, and how changes were delivered."""

from __future__ import annotations

from collections.abc import Iterable

from bot.blocks import actions, clip, command_button, context, divider, escape, section
from bot.command import Block
from handlers.reports.result import Made, Review
from handlers.reports.review_lines import (
    TOO_FEW_DAYS,
    delivery_words,
    documentation_words,
    forecast_words,
    improvement_words,
    objective_words,
    security_words,
)
from handlers.reports.views import (
    Pictures,
    about,
    corrected,
    escape_first,
    headline,
    health_line,
    incidents_section,
    plots,
    recommendations,
    words_of,
)
from handlers.reports.wording import missing

_SHOWN = 7


def review_message(made: Made, review: Review, pictures: Pictures = ()) -> tuple[str, list[Block]]:
    facts = made.facts
    text = headline(facts)
    figures = [*facts.health, *(each for each in facts.capacity if each.target is not None)]
    blocks: list[Block] = [
        section(f"*{escape_first(text)}*"),
        context(about(made)),
        *corrected(made),
        *words_of(facts),
        section(
            "*1. Performance trends*\n"
            + "\n".join(health_line(each, facts.kind_noun) for each in figures)
            + f"\n:bar_chart: {escape(objective_words(review))}"
        ),
    ]
    if told := missing(facts):
        blocks.append(context(f":warning: {escape(clip(told, 1_500))}"))
    blocks += plots(pictures)
    blocks += [
        section(incidents_section(facts)),
        divider(),
        _listed("2. Security incidents and audit", security_words(facts, review)),
        _listed(
            "3. Capacity",
            [forecast_words(each) for each in review.forecasts] or [TOO_FEW_DAYS],
        ),
        _listed("4. Documentation", documentation_words(review)),
        _listed("5. Improvements", improvement_words(facts, review)),
        _listed("How changes reach people", delivery_words(facts, review)),
        *recommendations(facts, "Proposed next"),
        context(
            "Forecasts are a straight line through the last 90 days. Drills and private incidents "
            "are never part of a review; private security incidents are told to those involved."
        ),
        actions(
            command_button("Explain the figures", f"report explain all {facts.period}"),
            command_button("Incident statistics", "incident stats 30d"),
            command_button("Error budget", "slo 30d"),
        ),
    ]
    return text, blocks


def _listed(title: str, lines: Iterable[str]) -> Block:
    found = list(lines)
    shown = [f"• {escape(clip(each, 320))}" for each in found[:_SHOWN]]
    if len(found) > _SHOWN:
        shown.append(f"_{len(found) - _SHOWN} more in the files._")
    return section("\n".join([f"*{title}*", *shown]))
