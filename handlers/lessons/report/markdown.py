"""A report as Markdown: a file, and what a canvas shows. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from bot.markdown_text import flat
from bot.phrases import utc
from handlers.lessons.report.figures import figures
from handlers.lessons.report.result import Made, Report, Said
from handlers.lessons.words import marked


def markdown(made: Made) -> str:
    """The whole report; what people wrote cannot become markup in it."""
    report, record = made.report, made.report.record
    lines = [
        f"# {marked(record.drill)}Lessons learned: {record.id} {flat(record.title)}",
        "",
        f"Revision {made.revision}, fingerprint {made.fingerprint}. "
        f"{record.severity} {record.kind.value}, {record.status.value}.",
    ]
    if made.changes:
        lines += ["", f"## Corrected since revision {made.revision - 1}", ""]
        lines += [f"- {flat(change)}" for change in made.changes]
    lines += ["", "## Summary", "", *_summary(report)]
    lines += ["", "## Figures", "", "| figure | value |", "|---|---|"]
    lines += [f"| {flat(name)} | {flat(value)} |" for name, value in figures(report).items()]
    lines += ["", "## Timeline", "", *_timeline(report)]
    told = report.feedback
    for title, said in (
        ("What went well", told.well),
        ("What went wrong", told.wrong),
        ("Where we were lucky", told.lucky),
    ):
        lines += ["", f"## {title}", "", *(_said(said) or ["Nobody has said anything yet."])]
    lines += ["", "## Contributing factors", ""]
    lines += [f"- {flat(name)}: named by {count}" for name, count in told.factors] or [
        "None named."
    ]
    lines += ["", "## Action items", "", *_actions(report)]
    lines += ["", "## Playbook steps skipped, late or not done", "", *_steps(report)]
    lines += ["", "## The guide's lessons", ""]
    lines += [
        f"- [{'x' if act.state == 'done' else ' '}] {act.title}: {act.state}, {act.why}"
        for act in report.acts
    ]
    return "\n".join(lines) + "\n"


def _summary(report: Report) -> Iterable[str]:
    record = report.record
    until = f" until {utc(report.times.resolved)}" if report.times.resolved else ""
    affected, commander = flat(record.affected), flat(report.commander)
    yield f"From {utc(report.times.began)}{until}. Affected: {affected or 'not recorded'}."
    yield f"Declared by {flat(record.declared_by_name)}. Commander: {commander or 'none'}."
    if record.updated_text:
        yield f"Last update: {flat(record.updated_text)}"
    if report.links:
        yield f"Linked: {', '.join(map(flat, report.links))}."
    for each in report.evidence:
        yield f"Evidence: {flat(each)}."


def _timeline(report: Report) -> list[str]:
    if not report.lines:
        return ["Empty: nothing was written down."]
    rows = ["| when (UTC) | kind | who | what |", "|---|---|---|---|"]
    rows += [
        f"| {each.at:%Y-%m-%d %H:%M:%S} | {each.kind} | {flat(each.who)} | {flat(each.text)} |"
        for each in report.lines
    ]
    more = report.entries - len(report.lines)
    if more:
        rows += ["", f"{more:,} more entries are in the exported timeline."]
    return rows


def _said(said: Iterable[Said]) -> list[str]:
    return [f"- {flat(each.text)}" + (f" ({flat(each.who)})" if each.who else "") for each in said]


def _actions(report: Report) -> list[str]:
    if not report.actions:
        return ["None yet."]
    return ["| id | what | owner | due | state |", "|---|---|---|---|---|"] + [
        f"| {each.id} | {flat(each.text)} | {flat(each.owner_name) or 'nobody'} | "
        f"{each.due_at.date() if each.due_at else 'no date'} | {each.state.value} |"
        for each in report.actions
    ]


def _steps(report: Report) -> list[str]:
    if not report.runs:
        return ["No playbook was run."]
    handled = [
        f"{flat(run.title)} ({run.run}): {run.handled} of {run.total} steps handled."
        for run in report.runs
    ]
    return handled + [
        f"- {each.playbook} {each.number} {flat(each.title)}: {each.what}, {flat(each.why)}"
        for each in report.findings
    ]
