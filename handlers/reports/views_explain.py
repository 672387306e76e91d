"""How a figure of a report was computed. Pure."""

from __future__ import annotations

from bot.blocks import actions, command_button, context, escape, section
from bot.command import Block, Reply
from handlers.reports.lines import SIGNS, figure_words
from handlers.reports.result import Facts, Figure
from handlers.reports.wording import amount, missing, moment


def explained(facts: Facts, figure: Figure) -> Reply:
    """One figure: rule, sum, source, window, what is missing."""
    shown = amount(figure.value, figure.unit)
    text = f"{SIGNS[figure.standing]} {figure.title} of {facts.words}: {shown}"
    measured = (
        f"{figure.count:,} of {figure.expected:,} possible measurements ({figure.covered:.1f} %)"
    )
    lines = [
        f"*How*: {escape(figure.how)}",
        f"*Sum*: {escape(figure.working)}",
        f"*Source*: {escape(figure.source)}, {measured}",
        f"*Window*: {_window(facts)}",
        f"*Beside it*: {escape(figure_words(figure, facts.kind_noun))}",
    ]
    blocks: list[Block] = [section(f"*{text}*"), section("\n".join(lines))]
    if told := missing(facts):
        blocks.append(context(f":warning: {escape(told)}"))
    if facts.maintenance and figure.name != "uptime":
        blocks.append(context("Maintenance windows change nothing in this figure."))
    blocks.append(
        actions(
            command_button("All figures", f"report explain all {facts.period}"),
            command_button("Show the report", f"report preview {facts.kind} {facts.period}"),
        )
    )
    return Reply(text, blocks, data={"figure": figure.name, "value": figure.value,
                                     "working": figure.working, "how": figure.how,
                                     "source": figure.source, "count": figure.count,
                                     "expected": figure.expected})  # fmt: skip


def all_explained(facts: Facts) -> Reply:
    """Every figure with its sum in a line."""
    found = facts.every
    text = f":abacus: How the {len(found)} figures of {facts.words} were computed"
    blocks: list[Block] = [section(f"*{text}*")]
    blocks += [
        section(
            f"*{each.title}* {amount(each.value, each.unit)}\n{escape(each.how)}\n"
            f"{escape(each.working)}; {escape(each.source)}, {each.covered:.1f} % measured"
        )
        for each in found
    ]
    told = missing(facts) or "Nothing is missing."
    blocks.append(
        context(
            f"{escape(told)} {_window(facts)}. Percentiles are merged from sketches; drills and "
            "private incidents are never counted."
        )
    )
    shown = [each for each in facts.health if each.value is not None][:5]
    if shown:
        blocks.append(
            actions(
                *(
                    command_button(
                        each.title.split(",")[0] if each.name != "response_p95" else "p95",
                        f"report explain {each.name} {facts.period}",
                    )
                    for each in shown
                )
            )
        )
    return Reply(text, blocks, data={each.name: each.working for each in found})


def _window(facts: Facts) -> str:
    """In the team's zone, whose days the period has."""
    since, until = moment(facts.since, facts.zone), moment(facts.made_for, facts.zone)
    return f"{since} to {until}, {escape(facts.zone)}"
