"""Drills: the announcement of the month, the score, the report over several. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.blocks import actions, clip, code, command_button, context, date, escape, section
from bot.command import Block, Reply
from bot.phrases import plural
from handlers.playbooks.wording import span

if TYPE_CHECKING:
    from bot.playbooks.models import Playbook
    from bot.playbooks.records import RunRecord
    from handlers.playbooks.result import DrillResult

_NAMED = 6


def announcement(book: Playbook, last: RunRecord | None) -> tuple[str, list[Block]]:
    """In the ops channel: which drill it is, and the button that starts it."""
    text = f":dart: DRILL of the month: {escape(book.title)}."
    before = f"Last time {date(last.started_at)}, {code(last.id)}." if last else "The first time."
    return text, [
        section(f"*{text}*"),
        section(
            f"{plural(len(book.steps), 'step')} in {plural(len(book.phases), 'phase')}. Nothing "
            "is run: steps of the bot only say what they would do. It is scored at the end."
        ),
        actions(
            command_button("Start the drill", f"drill start {book.name}", style="primary"),
            command_button("Look at the playbook", f"playbook show {book.name}"),
        ),
        context(before),
    ]


def score_message(result: DrillResult) -> tuple[str, list[Block]]:
    """How the drill went: first the figure, then what was missed, skipped and late."""
    seen, score = result.view, result.score
    text = (
        f":dart: DRILL {escape(seen.run.title)}: {score.points} of 100, {score.done} of "
        f"{score.total} steps done in {span(score.took)}."
    )
    blocks: list[Block] = [section(f"*{text}*")]
    skipped = [f"{escape(title)} (“{escape(clip(why, 80))}”)" for title, why in score.skipped]
    for word, titles in (
        ("Missed", [escape(one) for one in score.missed]),
        ("Skipped", skipped),
        ("Late", [escape(one) for one in score.late]),
    ):
        if titles:
            more = f" and {len(titles) - _NAMED} more" if len(titles) > _NAMED else ""
            blocks.append(section(f"*{word}*: {', '.join(titles[:_NAMED])}{more}"))
    lines = []
    for phase in score.phases:
        took = span(phase.took) if phase.took is not None else "not done"
        window = f", window {span(phase.window)}" if phase.window else ""
        lines.append(f"{escape(phase.title)}: {took}{window}, {phase.done} of {phase.total} steps")
    blocks.append(section("*Time per phase*\n" + "\n".join(lines)))
    blocks.append(
        actions(
            command_button("All steps", f"playbook status {seen.run.id}"),
            command_button("All drills", "drill report"),
        )
    )
    blocks.append(
        context(
            f"{code(seen.run.id)}. A step done in time counts 1, done late ½, skipped or missed 0. "
            "Drills are kept out of the statistics."
        )
    )
    return text, blocks


def report_reply(results: tuple[DrillResult, ...]) -> Reply:
    """The newest drills with their scores, or the score of the only one asked for."""
    if len(results) == 1:
        text, blocks = score_message(results[0])
        return Reply(text, blocks, data=[_data(results[0])])
    if not results:
        text = ":information_source: No drills yet."
        start = command_button("Playbooks", "playbook list")
        return Reply(text, [section(f"*{text}*"), actions(start)], data=[])
    text = f":dart: {plural(len(results), 'drill')}, the newest scored {results[0].score.points}."
    blocks = [section(f"*{text}*")]
    for result in results[:15]:
        run, score = result.view.run, result.score
        line = (
            f"*{score.points} of 100* {escape(run.title)} {date(run.started_at)}\n"
            f"{score.done} of {score.total} done, {len(score.late)} late, "
            f"{len(score.skipped)} skipped, {len(score.missed)} missed, in {span(score.took)}, "
            f"{run.state.value}"
        )
        show = command_button("Show", f"drill report {run.id}")
        blocks.append(section(line, accessory=show))
    return Reply(text, blocks, data=[_data(result) for result in results])


def _data(result: DrillResult) -> dict[str, Any]:
    run, score = result.view.run, result.score
    return {
        "run": run.id,
        "playbook": run.playbook,
        "state": run.state.value,
        "started_at": run.started_at.isoformat(),
        "points": score.points,
        "took_s": round(score.took.total_seconds()),
        "done": score.done,
        "total": score.total,
        "late": list(score.late),
        "skipped": [{"step": title, "reason": why} for title, why in score.skipped],
        "missed": list(score.missed),
        "phases": [
            {
                "title": phase.title,
                "took_s": round(phase.took.total_seconds()) if phase.took is not None else None,
                "done": phase.done,
                "total": phase.total,
            }
            for phase in score.phases
        ],
    }
