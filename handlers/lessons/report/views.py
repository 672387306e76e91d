"""A report as a message: the verdict first, then what it cost, how long it took, what to change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import (
    actions,
    clip,
    command_button,
    context,
    date,
    divider,
    escape,
    form_button,
    mention,
    section,
)
from bot.command import Block, Reply
from bot.limits import MESSAGE_BLOCKS_CHARACTERS
from bot.phrases import minutes, plural, span, took
from handlers.lessons.report.figures import figures, impact_figures
from handlers.lessons.report.result import Made, Report, Said
from handlers.lessons.words import UNSEEN, marked

if TYPE_CHECKING:
    from bot.store.lessons_rows import ActionItem

_MOST_SAID = 4
_ROOM = MESSAGE_BLOCKS_CHARACTERS - 1_000
_MOST_ACTIONS = 8
_MOST_STEPS = 6
_MOST_LINES = 8
_SIGNS = {"skipped": ":fast_forward:", "late": ":hourglass:", "not done": ":x:"}


def verdict(report: Report) -> str:
    """The result in words: how long, what was lost, what is still open."""
    record, impact = report.record, report.impact
    if impact.lost is None:
        lost = f"SLO lost: {UNSEEN}"
    elif impact.budget_used is None:
        lost = f"{minutes(impact.lost)} of SLO lost"
    else:
        lost = f"{minutes(impact.lost)} of SLO lost ({impact.budget_used:.0f} % of the budget)"
    waiting = sum(each.open for each in report.actions)
    left = f"{plural(waiting, 'action item')} open" if waiting else "no action item open"
    length = took(report.times.to_resolve)
    title = escape(clip(record.title, 120))
    return (
        f":mag: {marked(record.drill)}Lessons of {record.id} {title}: resolved after {length}, "
        f"{lost}, {left}"
    )


def report_reply(made: Made, *, posted: str = "", told: str = "") -> Reply:
    """`posted` says where everybody sees it; `told` how its files are."""
    text, blocks = message(made)
    notes = [each for each in (posted, told) if each]
    if notes:
        blocks = [*blocks[:-1], context(" ".join(notes)), blocks[-1]]
    return Reply(text, blocks, data=data(made), private=made.report.record.private)


def message(made: Made) -> tuple[str, list[Block]]:
    """Its first line and its blocks, shortened until Slack takes them."""
    for share in (1.0, 0.5, 0.2):
        text, blocks = _message(made, share)
        if sum(len(block["text"]["text"]) for block in blocks if "text" in block) <= _ROOM:
            break
    return text, blocks


def _message(made: Made, share: float) -> tuple[str, list[Block]]:
    """`share` of the length that what people wrote may have."""
    report = made.report
    text = verdict(report)
    blocks: list[Block] = [section(f"*{text}*")]
    if made.changes:
        changed = "\n".join(
            f"• {escape(clip(each, int(250 * share)))}" for each in made.changes[:12]
        )
        blocks.append(section(f"*Corrected since revision {made.revision - 1}:*\n{changed}"))
    blocks += [
        section(summary(report)),
        section("\n".join(_cost(report))),
        section("\n".join(_times(report))),
    ]
    if report.lines:
        blocks.append(section(_story(report, share)))
    else:
        blocks.append(section("*Timeline*\nEmpty: nothing was written down."))
    blocks += [divider(), section(_learnt(report, share)), section(_to_do(report, share))]
    if report.findings:
        blocks.append(section(_steps(report, share)))
    blocks.append(section(_acts(report)))
    blocks.append(
        context(
            f"Revision {made.revision}, fingerprint `{made.fingerprint}`: the same record gives "
            "the same figures. Times count from status events."
        )
    )
    incident = report.record.id
    blocks.append(
        actions(
            form_button("Give feedback", "incident_feedback", incident=incident, style="primary"),
            form_button("Add action item", "incident_action", incident=incident),
            command_button("Action items", f"incident actions {incident}"),
            command_button("Timeline", f"incident timeline {incident}"),
        )
    )
    return text, blocks


def summary(report: Report) -> str:
    """Who, what and when, from the record."""
    record = report.record
    affected = f", affected: {escape(clip(record.affected, 200))}" if record.affected else ""
    began, ended = date(report.times.began), report.times.resolved
    until = f" until {date(ended)}" if ended else ""
    again = (
        f" Opened again {plural(report.times.reopened, 'time')}." if report.times.reopened else ""
    )
    commander = f"Commander: {escape(report.commander)}. " if report.commander else "No commander. "
    last = "".join(f"\n>{escape(each)}" for each in clip(record.updated_text, 300).splitlines())
    people = "1 person" if report.people == 1 else f"{report.people} people"
    entries = "1 entry" if report.entries == 1 else f"{report.entries:,} entries"
    return (
        f"{record.severity} {record.kind.value}{affected}. {began}{until}.{again}\n"
        f"{commander}The timeline has {entries}, written by {people}.{last}"
    )


def _cost(report: Report) -> list[str]:
    found = impact_figures(report.impact)
    return ["*Impact*", *(f"{name}: {value}" for name, value in found.items())]


def _times(report: Report) -> list[str]:
    times = report.times
    mitigated = "with the resolution" if times.to_mitigate is None else span(times.to_mitigate)
    return [
        "*Times*",
        f"Detected after {span(times.to_detect)} (MTTD)",
        f"Acknowledged {took(times.to_acknowledge)} after that (MTTA)"
        if times.to_acknowledge is not None
        else "Acknowledged: not recorded (MTTA)",
        f"Mitigated after {mitigated}" if times.to_mitigate else f"Mitigated {mitigated}",
        f"Resolved after {took(times.to_resolve)} (MTTR)",
    ]


def _story(report: Report, share: float) -> str:
    shown = report.lines
    if len(shown) > _MOST_LINES:
        # The beginning and the end tell most; the middle is in the file.
        shown = (*shown[: _MOST_LINES // 2], *shown[-_MOST_LINES // 2 :])
    lines = [
        f"{date(each.at, '{time}')} {escape(clip(each.text, int(110 * share)))}" for each in shown
    ]
    more = report.entries - len(shown)
    rest = f"\n_{more:,} more in the file and the timeline._" if more > 0 else ""
    return "*What happened*\n" + "\n".join(lines) + rest


def _learnt(report: Report, share: float) -> str:
    told = report.feedback
    if not told.given:
        many = plural(told.asked, "person was", "people were")
        asked = f"{many} asked" if told.asked else "nobody was asked yet"
        return f"*What people say*\nNo feedback yet; {asked}."
    parts = [f"*What people say* ({told.given} of {told.asked})"]
    for title, said in (
        ("Went well", told.well), ("Went wrong", told.wrong), ("Lucky", told.lucky),
    ):  # fmt: skip
        parts.append(
            f"_{title}_\n"
            + ("\n".join(_said(each, share) for each in said[:_MOST_SAID]) or "• nothing")
        )
        if len(said) > _MOST_SAID:
            parts.append(f"• {len(said) - _MOST_SAID} more in the file")
    factors = ", ".join(f"{escape(name)} ({count})" for name, count in told.factors)
    return "\n".join([*parts, f"_Contributing factors_: {factors or 'none named'}"])


def _said(said: Said, share: float) -> str:
    who = f" ({escape(said.who)})" if said.who else ""
    return f"• {escape(clip(said.text, int(250 * share)))}{who}"


def _to_do(report: Report, share: float) -> str:
    if not report.actions:
        return "*Action items*\nNone yet: what has to change, by whom, until when?"
    ordered = sorted(report.actions, key=lambda each: (not each.open, each.due_at is None))
    lines = [_action(each, share) for each in ordered[:_MOST_ACTIONS]]
    more = len(ordered) - len(lines)
    rest = f"\n_{more} more in the file._" if more else ""
    return "*Action items*\n" + "\n".join(lines) + rest


def _action(action: ActionItem, share: float) -> str:
    sign = {"open": ":white_medium_square:", "done": ":white_check_mark:"}.get(
        action.state, ":heavy_minus_sign:"
    )
    due = f", due {date(action.due_at, '{date_short}')}" if action.due_at else ", no date"
    owner = mention(action.owner_id, action.owner_name) if action.owner_name else "*no owner*"
    ending = f", {owner}{due}" if action.open else f", {action.state.value}"
    text = escape(clip(action.text, int(160 * share)).rstrip("."))
    return f"{sign} {action.id} {text}{ending}"


def _steps(report: Report, share: float) -> str:
    lines = [
        f"{_SIGNS[each.what]} {each.playbook} {each.number} {escape(each.title)}: {each.what}, "
        f"{escape(clip(each.why, int(160 * share)))}"
        for each in report.findings[:_MOST_STEPS]
    ]
    more = len(report.findings) - len(lines)
    rest = f"\n_{more} more in the file._" if more else ""
    return (
        "*Playbook steps skipped, late or not done* (each is proposed as an edit of its "
        "playbook, among the action items)\n" + "\n".join(lines) + rest
    )


def _acts(report: Report) -> str:
    lines = [f"{act.sign} {act.title}: *{act.state}*, {act.why}" for act in report.acts]
    return "*The guide's lessons*\n" + "\n".join(lines)


def data(made: Made) -> dict[str, object]:
    """What `--json` prints."""
    return {
        "incident": made.report.record.id,
        "revision": made.revision,
        "fingerprint": made.fingerprint,
        "drill": made.report.record.drill,
        "figures": figures(made.report),
        "changes": list(made.changes),
    }
