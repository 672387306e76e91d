"""Playbooks as a list, one as a plan, and what is wrong in the files. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import (
    actions,
    clip,
    code,
    command_button,
    context,
    escape,
    form_button,
    section,
)
from bot.command import Block, Reply
from bot.limits import MESSAGE_BLOCKS_CHARACTERS
from bot.phrases import plural
from handlers.playbooks.card_views import progress_words

if TYPE_CHECKING:
    from bot.playbooks.progress import RunView
    from bot.playbooks.reading import Problem
    from handlers.playbooks.result import Linted, Planned, Shelf

START_FORM = "start_playbook"
_PROBLEMS_SHOWN = 15
_ROOM = MESSAGE_BLOCKS_CHARACTERS - 2_000


def list_reply(shelf: Shelf) -> Reply:
    """Every playbook with a button that shows it; mistakes and runs that go on first."""
    books, wrong = shelf.library.playbooks, shelf.library.mistakes
    count = plural(len(books), "playbook")
    text = f":books: {count}, {len(shelf.active)} running."
    if wrong:
        text = f":warning: {count}, and {plural(len(wrong), 'mistake')} in the files."
    blocks: list[Block] = [section(f"*{text}*")]
    if wrong:
        blocks.append(section("\n".join(_problem(one) for one in wrong[:3])))
        blocks.append(actions(command_button("All mistakes", "playbook lint")))
    for seen in shelf.active[:8]:
        show = command_button("All steps", f"playbook status {seen.run.id}")
        blocks.append(section(run_line(seen), accessory=show))
    room = _ROOM
    for number, book in enumerate(books):
        kinds = f" · for {', '.join(book.kinds)}" if book.kinds else ""
        line = f"*{escape(book.title)}* {code(book.name)}{kinds}\n{escape(clip(book.summary, 130))}"
        room -= len(line) + 200
        if len(blocks) > 44 or room < 0:
            rest = ", ".join(code(one.name) for one in books[number:])
            blocks.append(context(clip(f"And: {rest}.", 1_500)))
            break
        blocks.append(section(line, accessory=command_button("Show", f"playbook show {book.name}")))
    data = {
        "playbooks": [
            {
                "name": book.name,
                "title": book.title,
                "owner": book.owner,
                "reviewed": book.reviewed.isoformat(),
                "guide": book.guide,
                "kinds": list(book.kinds),
                "steps": len(book.steps),
            }
            for book in books
        ],
        "running": [seen.run.id for seen in shelf.active],
        "mistakes": [str(one) for one in wrong],
    }
    return Reply(text, blocks, data=data)


def run_line(seen: RunView) -> str:
    """One run as a line of a list."""
    run = seen.run
    drill = "DRILL · " if run.drill else ""
    incident = f" of {code(run.incident)}" if run.incident else ""
    sign = ":red_circle:" if seen.late else ":arrow_forward:"
    if run.state.value != "active":
        sign = ":white_check_mark:" if run.state.value == "finished" else ":no_entry_sign:"
    state = "" if run.state.value == "active" else f", {run.state.value}"
    return (
        f"{sign} {drill}*{escape(run.title)}* {code(run.id)}{incident}: "
        f"{progress_words(seen)}{state}"
    )


def plan_reply(planned: Planned, *, dry_run: bool) -> Reply:
    """A playbook as it would run: phases with windows, and who or what does each step."""
    book = planned.playbook
    said = "Dry run, nothing was started" if dry_run else "Playbook"
    text = (
        f":clipboard: {said}: {escape(book.title)}, {plural(planned.total, 'step')}, "
        f"{planned.automatic} of them by the bot."
    )
    blocks: list[Block] = [section(f"*{text}*"), section(escape(book.summary))]
    if book.legal_clock is not None:
        hours = int(book.legal_clock.length.total_seconds() // 3_600)
        blocks.append(context(f":scales: {escape(book.legal_clock.title)}: within {hours} h."))
    room = _ROOM
    for number, phase in enumerate(planned.phases, 1):
        window = f" ({phase.window})" if phase.window else ""
        lines = [f"*{number}. {escape(phase.title)}*{window}"]
        for step in phase.steps:
            critical = " · critical" if step.critical else ""
            lines.append(
                f"{step.number} {escape(step.title)} · {escape(step.owner)} · {step.how}{critical}"
            )
        told = clip("\n".join(lines), 2_900)
        room -= len(told)
        if room < 0:
            blocks.append(context("The rest is in the file."))
            break
        blocks.append(section(told))
    blocks.append(
        actions(
            form_button(
                clip(f"Start {book.title}…", 75), START_FORM, style="primary", playbook=book.name
            ),
            command_button("Drill it", f"drill start {book.name}"),
        )
    )
    reviewed = book.reviewed.isoformat()
    blocks.append(
        context(f"Reviewed {reviewed} by {escape(book.owner)}. Guide: {escape(book.guide)}.")
    )
    return Reply(text, blocks, data=book.model_dump(mode="json"))


def lint_reply(linted: Linted) -> Reply:
    """Every problem as file, line, message and remedy; exit code 1 where one is a mistake."""
    mistakes = [one for one in linted.problems if not one.advice]
    advice = [one for one in linted.problems if one.advice]
    files = plural(linted.files, "playbook file")
    if mistakes:
        text = f":x: {plural(len(mistakes), 'mistake')} in {files}."
    elif advice:
        text = f":white_check_mark: {files}: no mistakes, {plural(len(advice), 'remark')}."
    else:
        text = f":white_check_mark: {files}: no mistakes."
    blocks: list[Block] = [section(f"*{text}*")]
    shown = [*mistakes, *advice]
    for start in range(0, min(len(shown), _PROBLEMS_SHOWN), 5):
        part = shown[start : min(start + 5, _PROBLEMS_SHOWN)]
        blocks.append(section("\n".join(_problem(one) for one in part)))
    if len(shown) > _PROBLEMS_SHOWN:
        rest = len(shown) - _PROBLEMS_SHOWN
        blocks.append(context(f"And {rest} more: `pitchey playbook lint --json` lists all."))
    data = [
        {
            "file": one.file,
            "line": one.line,
            "message": one.message,
            "remedy": one.remedy,
            "advice": one.advice,
        }
        for one in shown
    ]
    return Reply(text, blocks, data=data, exit_code=1 if mistakes else 0)


def _problem(problem: Problem) -> str:
    sign = ":bulb:" if problem.advice else ":x:"
    name = problem.file.replace("\\", "/").rpartition("/")[2]
    where = code(f"{name}:{problem.line}")
    return f"{sign} {where} {_spoken(problem.message)} {_spoken(problem.remedy)}".rstrip()


def _spoken(text: str) -> str:
    """A message of the checker: names in backticks stay code, the rest is data."""
    parts = text.split("`")
    return "".join(code(part) if number % 2 else escape(part) for number, part in enumerate(parts))
